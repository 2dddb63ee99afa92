"""Exact values and gradients of reductions and indexing at difficult points."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, gradients
from tests.autograd.engine.contract import ARRAYS, check, name, runs

INF, NAN = math.inf, math.nan
LOG2 = math.log(2.0)
DOUBLE = ("float64",)
MASK = np.array([True, False, True])
GRID = np.arange(6.0).reshape(2, 3)
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
COLUMN = np.array([[1.0], [2.0]])


def axis(f, n, keepdims=False):
    return lambda x: f(x, axis=n, keepdims=keepdims)


def einsum(subscripts):
    return lambda a, b: ag.einsum(subscripts, a, b)


def first(f):
    return lambda x: f(x)[0]


def at(*index):
    return lambda x: x[index if len(index) != 1 else index[0]]


# (case, f, inputs, value, gradients of the sum of the value's entries)
REDUCTIONS = [
    ("max with ties", ag.max, [[1.0, 3.0, 3.0]], 3.0, [[0.0, 0.5, 0.5]]),
    ("max over rows", axis(ag.max, 1), [[[1.0, 3.0], [2.0, 2.0]]], [3.0, 2.0], [[[0.0, 1.0], [0.5, 0.5]]]),
    ("max with NaN", ag.max, [[1.0, NAN, 3.0]], NAN, [[0.0, 1.0, 0.0]]),
    ("max of one number", ag.max, [7.0], 7.0, [1.0]),
    ("logsumexp large", ag.logsumexp, [[1000.0, 1000.0]], 1000.0 + LOG2, [[0.5, 0.5]]),
    ("logsumexp of −∞", ag.logsumexp, [[-INF, 0.0]], 0.0, [[0.0, 1.0]]),
    ("logsumexp of nothing", ag.logsumexp, [[]], -INF, [[]]),
    ("min with ties", ag.min, [[1.0, 3.0, 1.0]], 1.0, [[0.5, 0.0, 0.5]]),
    ("prod with a zero", ag.prod, [[0.0, 2.0, 3.0]], 0.0, [[6.0, 0.0, 0.0]]),
    ("prod with two zeros", ag.prod, [[0.0, 0.0, 3.0]], 0.0, [[0.0, 0.0, 0.0]]),
    ("prod of nothing", ag.prod, [[]], 1.0, [[]]),
    ("cumprod with a zero", ag.cumprod, [[2.0, 0.0, 3.0]], [2.0, 0.0, 0.0], [[1.0, 8.0, 0.0]]),
    ("2-norm at 0", ag.norm, [[0.0, 0.0]], 0.0, [[0.0, 0.0]]),
    ("2-norm, huge", ag.norm, [[1e200, 1e200]], math.sqrt(2) * 1e200, [[math.sqrt(0.5)] * 2], DOUBLE),
    ("2-norm, large", ag.norm, [[1e30, 1e30]], math.sqrt(2) * 1e30, [[math.sqrt(0.5)] * 2]),
    ("2-norm, tiny", ag.norm, [[3e-200, 4e-200]], 5e-200, [[0.6, 0.8]], DOUBLE),
    ("1-norm at 0", lambda x: ag.norm(x, 1), [[0.0, -2.0]], 2.0, [[0.0, -1.0]]),
    ("std of a constant", ag.std, [[2.0, 2.0, 2.0]], 0.0, [[0.0, 0.0, 0.0]]),
    ("std of a constant that is not exact", ag.std, [[0.1, 0.1, 0.1]], 0.0, [[0.0, 0.0, 0.0]]),
    ("std of one entry, ddof 1", lambda x: ag.std(x, ddof=1), [[2.0]], NAN, [[NAN]]),
    ("var far from 0", ag.var, [[1e8, 1e8 + 1, 1e8 + 2]], 2 / 3, [[-2 / 3, 0.0, 2 / 3]], DOUBLE),
    ("var of one entry, ddof 1", lambda x: ag.var(x, ddof=1), [[2.0]], NAN, [[NAN]]),
    ("softmax, all of it", ag.softmax, [[1000.0, 1000.0]], [0.5, 0.5], [[0.0, 0.0]]),
    ("softmax of −∞, all of it", ag.softmax, [[-INF, 0.0]], [0.0, 1.0], [[0.0, 0.0]]),
    ("softmax large", first(ag.softmax), [[1000.0, 1000.0]], 0.5, [[0.25, -0.25]]),
    ("softmax of −∞", first(ag.softmax), [[-INF, 0.0]], 0.0, [[0.0, 0.0]]),
    ("log_softmax far below", first(ag.log_softmax), [[-1000.0, 1000.0]], -2000.0, [[1.0, -1.0]]),
    ("sort", lambda x: ag.sort(x)[0], [[3.0, 1.0, 2.0]], 1.0, [[0.0, 1.0, 0.0]]),
    ("sum of nothing", ag.sum, [[]], 0.0, [[]]),
    ("mean of nothing", ag.mean, [[]], NAN, [[]]),
    ("sum over no axes", axis(ag.sum, ()), [[1.0, 2.0]], [1.0, 2.0], [[1.0, 1.0]]),
    ("mean of rows", axis(ag.mean, -1, True), [GRID], [[1.0], [4.0]], [np.full((2, 3), 1 / 3)]),
    ("sum of a number", ag.sum, [5.0], 5.0, [1.0]),
]

INDEXING = [
    ("an entry twice", at([0, 0, 2]), [[5.0, 6.0, 7.0]], [5.0, 5.0, 7.0], [[2.0, 0.0, 1.0]]),
    ("an entry twice by a Tensor", lambda x: x[Tensor([0, 0, 2])], [[5.0, 6.0, 7.0]], [5.0, 5.0, 7.0], [[2.0, 0.0, 1.0]]),
    ("pairs of lists", at([1, 1], [0, 0]), [GRID], [3.0, 3.0], [[[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]]),
    ("a mask", at(MASK), [[5.0, 6.0, 7.0]], [5.0, 7.0], [[1.0, 0.0, 1.0]]),
    ("a mask of columns", at(slice(None), MASK), [GRID], GRID[:, MASK], [[[1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]]),
    ("a comparison as mask", lambda x: x[x > 5.5], [[5.0, 6.0, 7.0]], [6.0, 7.0], [[0.0, 1.0, 1.0]]),
    ("a negative step", at(slice(None, None, -2)), [[5.0, 6.0, 7.0]], [7.0, 5.0], [[1.0, 0.0, 1.0]]),
    ("an ellipsis", at(..., 0), [GRID], [0.0, 3.0], [[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]]),
    ("a new axis", at(None, 1), [[5.0, 6.0]], [6.0], [[0.0, 1.0]]),
    ("a negative number", at(-1), [[5.0, 6.0]], 6.0, [[0.0, 1.0]]),
    ("no index of a number", at(()), [5.0], 5.0, [1.0]),
    ("an empty index", at([]), [[5.0, 6.0]], [], [[0.0, 0.0]]),
    ("an empty slice", at(slice(2, 1)), [[5.0, 6.0]], [], [[0.0, 0.0]]),
    ("a true truth value", at(True), [[5.0, 6.0]], [[5.0, 6.0]], [[1.0, 1.0]]),
    ("take twice", lambda x: ag.take(x, [1, 1], axis=1), [GRID], GRID[:, [1, 1]], [[[0.0, 2.0, 0.0]] * 2]),
    ("take of all", lambda x: ag.take(x, [0, 5, 5]), [GRID], [0.0, 5.0, 5.0], [[[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]]]),
]

EINSUM = [
    ("einsum, one operand twice", lambda a: ag.einsum("i,i->", a, a), [[2.0, 3.0]], 13.0, [[4.0, 6.0]]),
    ("einsum, a trace", lambda a: ag.einsum("ii", a), [SQUARE], 5.0, [[[1.0, 0.0], [0.0, 1.0]]]),
    ("einsum, a diagonal", lambda a: ag.einsum("ii->i", a)[1], [SQUARE], 4.0, [[[0.0, 0.0], [0.0, 1.0]]]),
    ("einsum, three dots", einsum("...i,i"), [SQUARE, [1.0, 5.0]], [11.0, 23.0], [[[1.0, 5.0]] * 2, [4.0, 6.0]]),
    ("einsum, summed alone", einsum("ij,k->"), [SQUARE, [1.0, 1.0]], 20.0, [np.full((2, 2), 2.0), [10.0, 10.0]]),
]

SHAPES = [
    ("transpose", ag.transpose, [GRID], GRID.T, [np.ones((2, 3))]),
    ("transpose, negative axes", lambda x: ag.transpose(x, (-1, 0)), [GRID], GRID.T, [np.ones((2, 3))]),
    ("reshape of a transpose", lambda x: x.T.reshape(-1)[1], [GRID], 3.0, [[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]]),
    ("a number on a row", lambda a, b: a + b, [1.0, [1.0, 2.0]], [2.0, 3.0], [2.0, [1.0, 1.0]]),
    ("nothing on a row", ag.multiply, [np.zeros((0, 2)), [1.0, 2.0]], np.zeros((0, 2)), [np.zeros((0, 2)), [0.0, 0.0]]),
    ("rows by columns", ag.multiply, [COLUMN, [3.0, 4.0]], [[3.0, 4.0], [6.0, 8.0]], [[[7.0], [7.0]], [3.0, 3.0]]),
    ("matmul over nothing", ag.matmul, [COLUMN[:, :0], COLUMN[:0]], np.zeros((2, 1)), [COLUMN[:, :0], COLUMN[:0]]),
]


@pytest.mark.parametrize("run", runs(REDUCTIONS + INDEXING + EINSUM + SHAPES, ARRAYS), ids=name)
def test_value_and_gradient(run):
    check(run)


def test_logsumexp_of_minus_infinities():
    x = Tensor([-INF, -INF], requires_grad=True)
    assert ag.logsumexp(x).item() == -INF


def test_max_of_no_entries_names_the_shape():
    with pytest.raises(ValueError, match=r"max: .* got shape \(0,\)"):
        ag.max(Tensor([]))
    with pytest.raises(ValueError, match=r"axis 1, got shape \(2, 0\)"):
        ag.max(Tensor(np.zeros((2, 0))), axis=1)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, -1, 0), (-1, -3, -2), (-2, 2, 0)])
def test_transpose_gradient_is_the_inverse_transpose(axes):
    x = Tensor(np.arange(24.0).reshape(2, 3, 4), requires_grad=True)
    y = ag.transpose(x, axes)
    seed = np.arange(24.0).reshape(y.shape)
    (gradient,) = gradients(y, [x], seed)
    np.testing.assert_array_equal(np.transpose(gradient, axes), seed)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda x: ag.sum(x, axis=2), r"axis 2.*\(2, 3\)"),
        (lambda x: ag.sum(x, axis=(0, -2)), r"axis \(0, -2\) repeats"),
        (lambda x: ag.transpose(x, (0, 0)), "repeats an axis"),
        (lambda x: ag.transpose(x, (0,)), r"\(2, 3\).* got \(0,\)"),
        (lambda x: ag.reshape(x, (4, 2)), r"\(2, 3\) with 6 entries .*\(4, 2\)"),
        (lambda x: ag.reshape(x, (-1, -1)), r"\(-1, -1\)"),
        (lambda x: ag.broadcast_to(x, (3, 2)), r"\(2, 3\)"),
        (lambda x: ag.sum_to(x, (2,)), r"\(2, 3\) .* to \(2,\)"),
        (lambda x: x @ x, r"\(2, 3\) and \(2, 3\).*3 columns and 2 rows"),
        (lambda x: x @ 2.0, r"\(\)"),
        (lambda x: x + np.ones((4, 3)), r"add of \(2, 3\) float64 and \(4, 3\)"),
    ],
)
def test_shape_errors(call, named):
    with pytest.raises(ValueError, match=named):
        call(Tensor(GRID))


@pytest.mark.parametrize(("index", "named"), [(2, "getitem of.*2"), ((0, 3), "3"), ((0, 0, 0), "getitem"), ([5], "5")])
def test_index_errors(index, named):
    with pytest.raises(IndexError, match=named):
        Tensor(GRID)[index]
