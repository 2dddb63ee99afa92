"""Derivatives of every loss at special points, with respect to predictions and targets, against the stated formula."""

import inspect
from itertools import product

import mpmath
import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn.losses import binary, classification, regression
from tests.laws import rays
from tests.laws.test_special_points import check

EPS = 0.1
UNIT = (0.0, 0.25, 0.5, 1.0)
LOGITS = (0.0, -0.0, 1.0, -2.0, 40.0, -800.0)
ERRORS = (0.0, -0.0, 1.0, -1.0, 0.5, -3.0)


#: Absolute errors: a probability minus 1 is exact to the last digit of 1.
ABSOLUTE = {"cross_entropy": 2.0**-52}


def times_log(a, b):
    """a log b with 0 log 0 = 0, that of a formula without a logarithm."""
    return a * mpmath.log(b) if a else mpmath.mpf(0)


def cross_entropy_of_bits(p, t, yes=1, no=1):
    return -yes * times_log(t, p) - no * times_log(1 - t, 1 - p)


def logistic_loss(z, t, yes=1, no=1):
    return yes * t * mpmath.log1p(mpmath.exp(-z)) + no * (1 - t) * mpmath.log1p(mpmath.exp(z))


def smooth(t):
    return (1 - mpmath.mpf(EPS)) * t + mpmath.mpf(EPS) / 2


def huber(delta):
    return lambda a, b: (a - b) ** 2 / 2 if abs(a - b) <= delta else delta * (abs(a - b) - mpmath.mpf(delta) / 2)


def log_sum(a, b):
    return max(a, b) + mpmath.log1p(mpmath.exp(-abs(a - b)))


def entrywise(loss, **options):
    """The loss of each entry of its arguments."""
    return lambda a, b: loss(a, b, reduction="none", **options)


def rowwise(loss, **options):
    """The loss of rows of two numbers, of class 0."""
    return lambda a, b: loss(ag.stack([a, b], axis=1), np.zeros(len(a), int), reduction="none", **options)


def one_column(loss):
    return lambda a, b: loss(ag.reshape(a, (-1, 1)), ag.reshape(b, (-1, 1)), reduction="none")


# (loss, its call on two columns, the formula, coordinates of the points)
LOSSES = [
    ("binary_cross_entropy", entrywise(nn.binary_cross_entropy), cross_entropy_of_bits, (UNIT, UNIT)),
    ("binary_cross_entropy", entrywise(nn.binary_cross_entropy, label_smoothing=EPS),
     lambda p, t: cross_entropy_of_bits(p, smooth(t)), (UNIT, UNIT)),
    ("binary_cross_entropy", entrywise(nn.binary_cross_entropy, class_weight=(0.0, 2.0)),
     lambda p, t: cross_entropy_of_bits(p, t, 2, 0), (UNIT, UNIT)),
    ("binary_cross_entropy_with_logits", entrywise(nn.binary_cross_entropy_with_logits), logistic_loss, (LOGITS, UNIT)),
    ("binary_cross_entropy_with_logits", entrywise(nn.binary_cross_entropy_with_logits, class_weight=(3.0, 0.0)),
     lambda z, t: logistic_loss(z, t, 0, 3), (LOGITS, UNIT)),
    ("binary_cross_entropy_with_logits", entrywise(nn.binary_cross_entropy_with_logits, label_smoothing=EPS),
     lambda z, t: logistic_loss(z, smooth(t)), (LOGITS, UNIT)),
    ("hinge", entrywise(nn.hinge), lambda s, t: max(1 - s * t, mpmath.mpf(0)), ((0.0, 1.0, -1.0, 2.0), (-1.0, 1.0))),
    ("mean_squared_error", entrywise(nn.mean_squared_error), lambda a, b: (a - b) ** 2, (ERRORS, (0.0, 1.0))),
    ("mean_absolute_error", entrywise(nn.mean_absolute_error), lambda a, b: abs(a - b), (ERRORS, (0.0, 1.0))),
    ("huber", entrywise(nn.huber), huber(1), (ERRORS, (0.0, 1.0))),
    ("huber", entrywise(nn.huber, delta=0.5), huber(0.5), (ERRORS, (0.0, 1.0))),
    ("kl_divergence", one_column(nn.kl_divergence), lambda q, p: times_log(p, p) - p * q, ((0.0, -1.0, -40.0), UNIT)),
    ("cross_entropy", rowwise(nn.cross_entropy), lambda a, b: log_sum(a, b) - a, (LOGITS, LOGITS)),
    ("cross_entropy", rowwise(nn.cross_entropy, label_smoothing=EPS),
     lambda a, b: log_sum(a, b) - a + mpmath.mpf(EPS) / 2 * (a - b), (LOGITS, LOGITS)),
    ("cross_entropy", rowwise(nn.cross_entropy, class_weight=(0.0, 1.0)), lambda a, b: mpmath.mpf(0), (LOGITS, LOGITS)),
    ("nll", rowwise(nn.nll), lambda a, b: -a, ((0.0, -40.0), (0.0, -40.0))),
    ("multiclass_hinge", rowwise(nn.multiclass_hinge), lambda a, b: max(1 - a + b, mpmath.mpf(0)) / 2, (ERRORS, ERRORS)),
]  # fmt: skip


def test_every_loss_is_in_the_table():
    public = {n for m in (binary, classification, regression) for n, f in vars(m).items() if is_loss(f)}
    assert public == {name for name, *_ in LOSSES}


def is_loss(f):
    is_public = inspect.isfunction(f) and f.__name__[0] != "_" and f.__module__ == "nn"
    return is_public and "reduction" in inspect.signature(f).parameters


@pytest.mark.parametrize("case", LOSSES, ids=lambda case: case[0])
def test_loss(case):
    name, loss, formula, coordinates = case
    for positions in rays.subsets(2):
        check(loss, formula, list(product(*coordinates)), positions, (Tensor,), name, ABSOLUTE.get(name, 0.0))


@pytest.mark.parametrize("row", list(product((0.0, 1.0, 40.0, -800.0), (0.0, -0.0, 1.0, 40.0, 800.0))), ids=str)
def test_fused_cross_entropy(row):
    """The mean without options is one op, whose row declares its derivative."""
    for positions in rays.subsets(2):
        check(
            lambda a, b: nn.cross_entropy(ag.stack([a, b], axis=1), np.zeros(1, int)), lambda a, b: log_sum(a, b) - a,
            [row], positions, (Tensor,), "cross_entropy", ABSOLUTE["cross_entropy"],
        )  # fmt: skip
