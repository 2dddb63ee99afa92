"""Products, extremes, norms, variances, softmax: NumPy's and SciPy's values, and difficult derivatives."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import autograd as ag
from autograd import Tensor, gradients, hessian
from tests.autograd.engine.contract import ANY, ARRAYS, check, name, runs
from tests.autograd.ops.rules.array_agreement import (
    DTYPES,
    any_axes,
    assert_derivatives,
    assert_like_numpy,
    integers,
    leaves,
    shapes,
)

INF, NAN = math.inf, math.nan
LOG2, ROOT = math.log(2.0), math.sqrt(0.5)
ROUNDING = {np.float64: 1e-13, np.float32: 1e-5}


def axis(f, *args, **kwargs):
    return lambda x: f(x, *args, **kwargs)


# (case, f, inputs, value, gradients of the sum of the value's entries, kinds of number)
CONTRACT = [
    ("prod with a zero", ag.prod, [[0.0, 2.0, 3.0]], 0.0, [[6.0, 0.0, 0.0]], ARRAYS),
    ("prod with two zeros", ag.prod, [[0.0, 0.0, 3.0]], 0.0, [[0.0, 0.0, 0.0]], ARRAYS),
    ("prod of nothing", ag.prod, [[]], 1.0, [[]], ARRAYS),
    ("prod of a number", ag.prod, [5.0], 5.0, [1.0], ARRAYS),
    ("cumprod with a zero", ag.cumprod, [[2.0, 0.0, 3.0]], [2.0, 0.0, 0.0], [[1.0, 8.0, 0.0]], ARRAYS),
    ("cumprod of nothing", ag.cumprod, [[]], [], [[]], ARRAYS),
    ("min with ties", ag.min, [[3.0, 1.0, 1.0]], 1.0, [[0.0, 0.5, 0.5]], ARRAYS),
    ("min with NaN", ag.min, [[1.0, NAN, 3.0]], NAN, [[0.0, 1.0, 0.0]], ARRAYS),
    ("max over rows and columns", ag.max, [[[4.0, 1.0], [4.0, 4.0]]], 4.0, [[[1 / 3, 0.0], [1 / 3, 1 / 3]]], ARRAYS),
    ("2-norm at 0", ag.norm, [[0.0, 0.0]], 0.0, [[0.0, 0.0]], ARRAYS),
    ("2-norm of rows", axis(ag.norm, axis=1), [[[0.0, 0.0], [3.0, 4.0]]], [0.0, 5.0], [[[0.0, 0.0], [0.6, 0.8]]], ARRAYS),
    ("2-norm of large numbers", ag.norm, [[1e200, 1e200]], math.sqrt(2) * 1e200, [[ROOT, ROOT]], ("float64",)),
    ("2-norm of small numbers", ag.norm, [[1e-200, 1e-200]], math.sqrt(2) * 1e-200, [[ROOT, ROOT]], ("float64",)),
    ("2-norm of the largest", ag.norm, [[1.7e308, 0.0]], 1.7e308, [[1.0, 0.0]], ("float64",)),
    ("2-norm of the smallest", ag.norm, [[5e-324, 0.0]], 5e-324, [[1.0, 0.0]], ("float64",)),
    ("2-norm of ∞", ag.norm, [[INF, 1.0]], INF, [ANY], ARRAYS),
    ("2-norm of NaN", ag.norm, [[NAN, 1.0]], NAN, [[NAN, NAN]], ARRAYS),
    ("2-norm of nothing", ag.norm, [[]], 0.0, [[]], ARRAYS),
    ("1-norm at 0", axis(ag.norm, 1), [[0.0, -2.0]], 2.0, [[0.0, -1.0]], ARRAYS),
    ("∞-norm with ties", axis(ag.norm, INF), [[3.0, -3.0, 1.0]], 3.0, [[0.5, -0.5, 0.0]], ARRAYS),
    ("∞-norm at 0", axis(ag.norm, INF), [[0.0, 0.0]], 0.0, [[0.0, 0.0]], ARRAYS),
    ("std of a constant", ag.std, [[0.1, 0.1, 0.1]], 0.0, [[0.0, 0.0, 0.0]], ARRAYS),
    ("std of one number, ddof 1", axis(ag.std, ddof=1), [[2.0]], NAN, [[NAN]], ARRAYS),
    ("var of one number, ddof 1", axis(ag.var, ddof=1), [[2.0]], NAN, [[NAN]], ARRAYS),
    ("var of nothing", ag.var, [[]], NAN, [[]], ARRAYS),
    ("var far from 0", ag.var, [[1e8, 1e8 + 1, 1e8 + 2]], 2 / 3, [[-2 / 3, 0.0, 2 / 3]], ("float64",)),
    ("logsumexp of ∞", ag.logsumexp, [[INF, 0.0]], INF, [ANY], ARRAYS),
    ("logsumexp of −∞", ag.logsumexp, [[-INF, -INF]], -INF, [ANY], ARRAYS),
    ("logsumexp far out", ag.logsumexp, [[-1000.0, -1000.0]], -1000.0 + LOG2, [[0.5, 0.5]], ARRAYS),
    ("softmax of large numbers", lambda x: ag.softmax(x)[0], [[1000.0, 1000.0]], 0.5, [[0.25, -0.25]], ARRAYS),
    ("softmax of −∞", lambda x: ag.softmax(x)[1], [[-INF, 0.0]], 1.0, [[0.0, 0.0]], ARRAYS),
    ("log_softmax far out", lambda x: ag.log_softmax(x)[0], [[-1000.0, 1000.0]], -2000.0, [[1.0, -1.0]], ARRAYS),
    ("log_softmax of −∞", lambda x: ag.log_softmax(x)[1], [[-INF, 0.0]], 0.0, [[0.0, 0.0]], ARRAYS),
]  # fmt: skip


@pytest.mark.parametrize("run", runs(CONTRACT), ids=name)
def test_value_and_gradient(run):
    check(run)


@pytest.mark.parametrize("reduction", ["max", "min", "prod"])
@given(data=st.data(), dtype=st.sampled_from(DTYPES), keepdims=st.booleans())
def test_reduction_agrees_with_numpy(reduction, data, dtype, keepdims):
    x = data.draw(
        integers(data.draw(shapes() if reduction == "prod" else array_shapes(min_dims=0, max_dims=3, max_side=3)), dtype)
    )
    axes = data.draw(any_axes(x.shape))
    ours, theirs = getattr(ag, reduction), getattr(np, reduction)
    assert_like_numpy(lambda t: ours(t, axes, keepdims), lambda a: theirs(a, axis=axes, keepdims=keepdims), x)


@pytest.mark.parametrize("spread", ["var", "std"])
@given(data=st.data(), dtype=st.sampled_from(DTYPES), keepdims=st.booleans(), ddof=st.sampled_from([0, 1, 0.5]))
def test_var_and_std_agree_with_numpy(spread, data, dtype, keepdims, ddof):
    x = data.draw(integers(data.draw(array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=3)), dtype))
    axes = data.draw(any_axes(x.shape).filter(lambda a: a != ()))
    ours, theirs = getattr(ag, spread), getattr(np, spread)
    assert_like_numpy(
        lambda t: ours(t, axes, ddof=ddof, keepdims=keepdims),
        lambda a: theirs(a, axis=axes, ddof=ddof, keepdims=keepdims),
        x,
        rtol=ROUNDING[dtype],
    )


@pytest.mark.parametrize("order", [None, 1, 2, INF, "fro"])
@given(data=st.data(), dtype=st.sampled_from(DTYPES), keepdims=st.booleans())
def test_norm_agrees_with_numpy(order, data, dtype, keepdims):
    x = data.draw(integers(data.draw(array_shapes(min_dims=2, max_dims=3, max_side=3)), dtype))
    pairs = [(0, 1), (1, 0), (-1, 0)]
    axes = data.draw(st.sampled_from({None: [None, 0, -1, *pairs], 2: [0, -1], "fro": pairs}.get(order, [0, 1, -1, *pairs])))
    assert_like_numpy(
        lambda t: ag.norm(t, order, axes, keepdims),
        lambda a: np.linalg.norm(a.ravel() if axes is None and not keepdims else a, order, axes, keepdims),
        x if axes is not None or x.ndim == 2 else x[0],
        rtol=ROUNDING[dtype],
    )


@pytest.mark.parametrize("function", ["logsumexp", "softmax", "log_softmax"])
@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_logsumexp_and_softmax_agree_with_scipy(function, data, dtype):
    shape = data.draw(array_shapes(min_dims=1, max_dims=3, max_side=3))
    x = data.draw(arrays(dtype, shape, elements=st.floats(-1000, 1000, width=32)))
    axes = data.draw(any_axes(shape).filter(lambda a: a != ()))
    ours, theirs = getattr(ag, function), getattr(scipy.special, function)
    assert_like_numpy(lambda t: ours(t, axis=axes), lambda a: theirs(a, axis=axes), x, rtol=ROUNDING[dtype])


@given(smaller=st.lists(st.integers(-60, 0).map(float), min_size=1, max_size=5))
def test_log_probability_near_certainty_keeps_its_digits(smaller):
    """log Σ is small if one entry has nearly all the probability, without the cancellation of 1 − 1."""
    x = np.array([0.0, *smaller])
    with mpmath.workdps(50):
        want = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in x))
    assert abs(ag.logsumexp(x) - want) <= 8 * 2.0**-52 * abs(want)
    assert abs(ag.log_softmax(x)[0] + want) <= 8 * 2.0**-52 * abs(want)


def test_whole_numbers_are_taken_as_floating_point():
    for function in (ag.logsumexp, ag.softmax, ag.log_softmax, ag.norm, ag.std):
        np.testing.assert_array_equal(function([1, 2, 4]), function([1.0, 2.0, 4.0]))
        np.testing.assert_array_equal(function(Tensor([1, 2, 4])).numpy(), function([1.0, 2.0, 4.0]))


def products_without(x, *gone):
    return math.prod(v for j, v in enumerate(x) if j not in gone)


@given(x=st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=9))
def test_derivatives_of_prod_are_products_of_the_others(x):
    """Exactly, zeros or not, to the second order."""
    n = range(len(x))
    t = Tensor(x, requires_grad=True)
    (first,) = gradients(ag.prod(t), [t])
    np.testing.assert_array_equal(first, [products_without(x, i) for i in n])
    second = hessian(ag.prod)(np.array(x))
    np.testing.assert_array_equal(second, [[0.0 if i == j else products_without(x, i, j) for j in n] for i in n])


@given(x=st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=9), data=st.data())
def test_derivatives_of_cumprod_are_sums_of_products_of_the_others(x, data):
    n = range(len(x))
    w = data.draw(st.lists(st.integers(-3, 3).map(float), min_size=len(x), max_size=len(x)))

    def weighted(t):
        return ag.sum(ag.cumprod(t) * np.array(w))

    t = Tensor(x, requires_grad=True)
    (first,) = gradients(weighted(t), [t])
    np.testing.assert_array_equal(first, [sum(w[k] * products_without(x[: k + 1], i) for k in n if k >= i) for i in n])
    second = [
        [0.0 if i == j else sum(w[k] * products_without(x[: k + 1], i, j) for k in n if k >= max(i, j)) for j in n] for i in n
    ]
    np.testing.assert_array_equal(hessian(weighted)(np.array(x)), second)


def test_third_derivative_of_prod_at_zero():
    (first,) = gradients(ag.prod(x := Tensor([0.0, 0.0, 0.0], requires_grad=True)), [x], create_graph=True)
    (second,) = gradients(first[0], [x], create_graph=True)
    assert gradients(second[1], [x])[0].tolist() == [0.0, 0.0, 1.0]


def test_a_long_product_has_a_gradient_in_little_memory():
    x = Tensor(np.ones(200_000), requires_grad=True)
    ag.prod(x).backward()
    y = Tensor(np.ones(50_000), requires_grad=True)
    ag.cumprod(y).backward(np.ones(50_000))
    assert (x.grad == 1.0).all()
    np.testing.assert_array_equal(y.grad, np.arange(50_000, 0, -1.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    "f",
    [
        axis(ag.var), axis(ag.var, 0, ddof=1), axis(ag.var, (-1, 0), keepdims=True), axis(ag.std), axis(ag.std, 1, ddof=1),
        axis(ag.std, -1, keepdims=True), axis(ag.norm), axis(ag.norm, 1, axis=0), axis(ag.norm, INF, axis=-1),
        axis(ag.norm, "fro"), axis(ag.norm, 2, axis=1), axis(ag.cumprod, 0), axis(ag.prod, 1), axis(ag.softmax, 0),
        axis(ag.softmax, None), axis(ag.log_softmax, -1), axis(ag.logsumexp, (0, 1)), axis(ag.sort, 0),
    ],
)  # fmt: skip
@given(seed=st.integers(0, 2**32 - 1))
def test_derivatives_agree_with_differences(f, seed):
    rng = np.random.default_rng(seed)
    magnitudes = rng.permutation(np.arange(12.0)).reshape(3, 4) / 3 + rng.uniform(0.3, 0.4, (3, 4))  # apart, and not near 0
    assert_derivatives(f, magnitudes * rng.choice([-1.0, 1.0], (3, 4)), seed=seed)


@given(data=st.data())
def test_matrix_norms_have_the_signs_of_the_largest_column_or_row(data):
    x = data.draw(integers((3, 4)))
    for order, across in ((1, 0), (INF, 1)):
        (t,) = leaves([x])
        (gradient,) = gradients(ag.norm(t, order), [t])
        sums = np.abs(x).sum(axis=across, keepdims=True)
        largest = sums == sums.max()
        np.testing.assert_allclose(gradient, np.sign(x) * largest / largest.sum(), rtol=1e-15)


@given(
    c=st.floats(-(2.0**100), 2.0**100, width=32),
    shape=array_shapes(max_dims=2, max_side=40),
    dtype=st.sampled_from(DTYPES),
)
def test_std_of_equal_entries_and_its_gradient_are_zero(c, shape, dtype):
    x = Tensor(np.full(shape, c, dtype), requires_grad=True)
    assert not ag.deviations(x).numpy().any()
    for f in (ag.std, ag.var):
        y = f(x)
        (gradient,) = gradients(y, [x])
        assert y.item() == 0.0
        assert not gradient.any()


def test_std_with_an_outlier_keeps_the_digits_of_the_others():
    x = np.ones(1000, np.float32)
    x[0], x[1] = 1e8, 3.0
    exact = x.astype(float) - x.astype(float).mean()
    np.testing.assert_allclose(ag.deviations(x), exact, rtol=1e-6)


def test_softmax_of_a_row_of_minus_infinity_does_not_change_other_rows():
    x = Tensor([[-INF, -INF], [0.0, 0.0]], requires_grad=True)
    y = ag.softmax(x)
    ag.sum(y[1] * np.array([1.0, 3.0])).backward()
    assert np.isnan(y.numpy()[0]).all()
    np.testing.assert_array_equal(x.grad[1], [-0.5, 0.5])


@given(data=st.data())
def test_extremes_share_between_ties_in_any_axes(data):
    x = data.draw(integers(data.draw(array_shapes(min_dims=1, max_dims=3, max_side=3))))
    axes = data.draw(any_axes(x.shape))
    (t,) = leaves([x])
    for f, extreme in ((ag.max, np.max), (ag.min, np.min)):
        (gradient,) = gradients(f(t, axes), [t], np.ones(np.shape(extreme(x, axis=axes))))
        chosen = x == extreme(x, axis=axes, keepdims=True)
        np.testing.assert_allclose(gradient, chosen / chosen.sum(axis=axes, keepdims=True), rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda x: ag.min(x[:, :0], 1), r"min: .*axis 1, got shape \(2, 0\)"),
        (lambda x: ag.max(x[:0]), r"max: .* got shape \(0, 3\)"),
        (lambda x: ag.prod(x, 2), r"prod: axis 2.*\(2, 3\)"),
        (lambda x: ag.var(x, 2), r"var: axis 2.*\(2, 3\)"),
        (lambda x: ag.norm(x[None], 1), r"norm: .* got 1 for 3 axes of shape \(1, 2, 3\)"),
        (lambda x: ag.norm(x[0], "nuc"), "norm: .* got 'nuc' for 1 axes"),
        (lambda x: ag.softmax(x, 2), r"softmax: axis 2.*\(2, 3\)"),
        (lambda x: ag.softmax(x[0, 0]), r"softmax: axis -1.*\(\)"),
    ],
)
@pytest.mark.parametrize("make", [Tensor, np.array])
def test_error_messages(make, call, named):
    with pytest.raises(ValueError, match=named):
        call(make(np.arange(6.0).reshape(2, 3)))
