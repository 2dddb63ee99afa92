"""Exact values and gradients of elementwise ops at all difficult points.

Where a map is differentiable, the derivative. At a kink: locally convex, the subgradient of least norm; locally concave, the
supergradient of least norm; defined by continuity, that limit, infinities allowed; undefined, NaN.
"""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.autograd.engine.contract import ANY, DOUBLE, check, name, runs

INF, NAN, PI = math.inf, math.nan, math.pi
LOG2 = math.log(2.0)


def reciprocal(x):
    return 1 / x


def power(n):
    return lambda x: x**n


def trap(x):
    return ag.where(x > 0, ag.log(x), 0.0)


def double_where(x):
    return ag.where(x > 0, ag.log(ag.where(x > 0, x, 1.0)), 0.0)


def gelu_tanh(x):
    return ag.gelu(x, approximate="tanh")


def unit_clip(x):
    return ag.clip(x, 0.0, 1.0)


# (case, f, inputs, value, gradients)
KINKS = [
    ("relu 0", ag.relu, [0.0], 0.0, [0.0]),
    ("relu −0", ag.relu, [-0.0], 0.0, [0.0]),
    ("relu NaN", ag.relu, [NAN], NAN, [ANY]),
    ("leaky_relu 0", ag.leaky_relu, [0.0], 0.0, [0.01]),
    ("leaky_relu 0, slope ¼", lambda x: ag.leaky_relu(x, slope=0.25), [0.0], 0.0, [0.25]),
    ("clip at its lower bound", unit_clip, [0.0], 0.0, [1.0]),
    ("clip at its upper bound", unit_clip, [1.0], 1.0, [1.0]),
    ("clip NaN", unit_clip, [NAN], NAN, [0.0]),
    ("abs 0", ag.abs, [0.0], 0.0, [0.0]),
    ("abs −0", ag.abs, [-0.0], 0.0, [0.0]),
    ("abs NaN", ag.abs, [NAN], NAN, [ANY]),
    ("maximum tie", ag.maximum, [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("minimum tie", ag.minimum, [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("maximum(x, x)", lambda x: ag.maximum(x, x), [2.0], 2.0, [1.0]),
    ("maximum NaN first", ag.maximum, [NAN, 1.0], NAN, [ANY, ANY]),
    ("maximum NaN second", ag.maximum, [1.0, NAN], NAN, [ANY, ANY]),
    ("minimum NaN first", ag.minimum, [NAN, 1.0], NAN, [ANY, ANY]),
    ("minimum NaN second", ag.minimum, [1.0, NAN], NAN, [ANY, ANY]),
    ("floor", ag.floor, [1.5], 1.0, [0.0]),
    ("ceil", ag.ceil, [1.5], 2.0, [0.0]),
    ("round", ag.round, [2.5], 2.0, [0.0]),
    ("trunc", ag.trunc, [-1.5], -1.0, [0.0]),
    ("sign", ag.sign, [-3.0], -1.0, [0.0]),
    ("sign 0", ag.sign, [0.0], 0.0, [0.0]),
    ("where of an infinite branch not taken", trap, [0.0], 0.0, [NAN]),
    ("where, twice", double_where, [0.0], 0.0, [0.0]),
]

EDGES = [
    ("√0", ag.sqrt, [0.0], 0.0, [INF]),
    ("√−0", ag.sqrt, [-0.0], -0.0, [-INF]),
    ("√−1", ag.sqrt, [-1.0], NAN, [NAN]),
    ("1/0", reciprocal, [0.0], INF, [-INF]),
    ("1/−0", reciprocal, [-0.0], -INF, [-INF]),
    ("reciprocal 0", ag.reciprocal, [0.0], INF, [-INF]),
    ("reciprocal −0", ag.reciprocal, [-0.0], -INF, [-INF]),
    ("log 0", ag.log, [0.0], -INF, [INF]),
    ("log −1", ag.log, [-1.0], NAN, [-1.0]),
    ("log1p −1", ag.log1p, [-1.0], -INF, [INF]),
    ("log1p small", ag.log1p, [1e-20], 1e-20, [1.0]),
    ("expm1 small", ag.expm1, [1e-20], 1e-20, [1.0]),
    ("exp 710", ag.exp, [710.0], INF, [INF]),
    ("exp −800", ag.exp, [-800.0], 0.0, [0.0]),
    ("1 ÷ 0", ag.divide, [1.0, 0.0], INF, [INF, -INF]),
    ("0 ÷ 0", ag.divide, [0.0, 0.0], NAN, [INF, NAN]),
    ("−1 ÷ 0", ag.divide, [-1.0, 0.0], -INF, [INF, INF]),
    ("atan2(0, 0)", ag.arctan2, [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("atan2(0, −1)", ag.arctan2, [0.0, -1.0], PI, [-1.0, -0.0]),
    ("atan2(1, 0)", ag.arctan2, [1.0, 0.0], PI / 2, [0.0, -1.0]),
    ("hypot(0, 0)", ag.hypot, [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("hypot huge", ag.hypot, [1e200, 1e200], math.sqrt(2) * 1e200, [math.sqrt(0.5)] * 2, DOUBLE),
    ("hypot large", ag.hypot, [1e30, 1e30], math.sqrt(2) * 1e30, [math.sqrt(0.5)] * 2),
    ("xlogy(0, 0)", ag.xlogy, [0.0, 0.0], 0.0, [ANY, ANY]),
    ("sinc 0", ag.sinc, [0.0], 1.0, [0.0]),
]

POWERS = [
    ("x⁰ at 0", power(0), [0.0], 1.0, [0.0]),
    ("x⁰ at a tiny x", power(0), [1e-310], 1.0, [0.0]),
    ("x⁰·⁰ at 0", power(0.0), [0.0], 1.0, [0.0]),
    ("x¹ at 0", power(1), [0.0], 0.0, [1.0]),
    ("x² at 0", power(2), [0.0], 0.0, [0.0]),
    ("√x as a power at 0", power(0.5), [0.0], 0.0, [INF]),
    ("x⁻¹ at 0", power(-1), [0.0], INF, [-INF]),
    ("√x as a power at −1", power(0.5), [-1.0], NAN, [NAN]),
    ("x³ at −2", power(3), [-2.0], -8.0, [12.0]),
    ("x⁻¹ at −2", power(-1), [-2.0], -0.5, [-0.25]),
    ("pow(0, 0)", ag.power, [0.0, 0.0], 1.0, [0.0, 0.0]),
    ("pow(0, 1)", ag.power, [0.0, 1.0], 0.0, [1.0, 0.0]),
    ("pow(0, 2)", ag.power, [0.0, 2.0], 0.0, [0.0, 0.0]),
    ("pow(0, ½)", ag.power, [0.0, 0.5], 0.0, [INF, 0.0]),
    ("pow(0, −1)", ag.power, [0.0, -1.0], INF, [-INF, -INF]),
    ("pow(−2, 3)", ag.power, [-2.0, 3.0], -8.0, [12.0, NAN]),
    ("pow(2, 0)", ag.power, [2.0, 0.0], 1.0, [0.0, LOG2]),
]

SATURATED = [
    ("tanh 1000", ag.tanh, [1000.0], 1.0, [0.0]),
    ("tanh −1000", ag.tanh, [-1000.0], -1.0, [0.0]),
    ("tanh far out", ag.tanh, [18.0], math.tanh(18.0), [4 * math.exp(-36.0) / (1 + math.exp(-36.0)) ** 2]),
    ("sigmoid 1000", ag.sigmoid, [1000.0], 1.0, [0.0]),
    ("sigmoid −1000", ag.sigmoid, [-1000.0], 0.0, [0.0]),
    ("sigmoid far out", ag.sigmoid, [40.0], 1.0, [math.exp(-40.0)]),
    ("softplus −1000", ag.softplus, [-1000.0], 0.0, [0.0]),
    ("softplus 0", ag.softplus, [0.0], LOG2, [0.5]),
    ("softplus 20.1", ag.softplus, [20.1], 20.1 + math.log1p(math.exp(-20.1)), [1 / (1 + math.exp(-20.1))]),
    ("softplus 1000", ag.softplus, [1000.0], 1000.0, [1.0]),
    ("log_sigmoid −1000", ag.log_sigmoid, [-1000.0], -1000.0, [1.0]),
    ("log_sigmoid 0", ag.log_sigmoid, [0.0], -LOG2, [0.5]),
    ("logaddexp(x, 0) at 0", lambda x: ag.logaddexp(x, 0.0), [0.0], LOG2, [0.5]),
    ("logaddexp large", ag.logaddexp, [1000.0, 1000.0], 1000.0 + LOG2, [0.5, 0.5]),
    ("logaddexp(−∞, 0)", ag.logaddexp, [-INF, 0.0], 0.0, [0.0, 1.0]),
    ("elu 1000", ag.elu, [1000.0], 1000.0, [1.0]),
    ("elu −1000", ag.elu, [-1000.0], -1.0, [0.0]),
    ("celu 1000", ag.celu, [1000.0], 1000.0, [1.0]),
    ("selu 1000", ag.selu, [1000.0], 1050.7009873554805, [1.0507009873554805]),
    ("silu −1000", ag.silu, [-1000.0], 0.0, [0.0]),
    ("silu 1000", ag.silu, [1000.0], 1000.0, [1.0]),
    ("gelu −1000", ag.gelu, [-1000.0], 0.0, [0.0]),
    ("gelu 1000", ag.gelu, [1000.0], 1000.0, [1.0]),
    ("gelu by tanh −1000", gelu_tanh, [-1000.0], 0.0, [0.0]),
    ("gelu by tanh 1000", gelu_tanh, [1000.0], 1000.0, [1.0]),
    ("mish −1000", ag.mish, [-1000.0], 0.0, [0.0]),
    ("mish 1000", ag.mish, [1000.0], 1000.0, [1.0]),
]


@pytest.mark.parametrize("run", runs(KINKS + EDGES + POWERS + SATURATED), ids=name)
def test_value_and_gradient(run):
    check(run)


def test_log_of_the_base_is_computed_only_for_an_exponent_that_needs_it():
    x = Value(-2.0)
    y = x**3
    y.backward()
    assert (y.data, x.grad) == (-8.0, 12.0)


@pytest.mark.parametrize(("f", "x", "sign"), [(ag.sqrt, -0.0, -1.0), (ag.negative, 0.0, -1.0), (ag.floor, -0.0, -1.0)])
def test_zeros_keep_their_sign(f, x, sign):
    assert math.copysign(1.0, f(x)) == math.copysign(1.0, f(Value(x)).data) == np.copysign(1.0, f(np.array(x))) == sign
