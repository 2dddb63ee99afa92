"""Pullbacks are linear in the cotangent, with the shape and dtype of the input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from autograd import Tensor, gradients
from tests.laws.equality import ULP
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import arrays_in, few, seeds

ALL = examples("linear", "bilinear", "general")
DTYPES = [np.float64, np.float32]


def broadcastable(n):
    return mutually_broadcastable_shapes(num_shapes=n, min_side=0, max_dims=3, max_side=4).map(lambda s: s.input_shapes)


def recorded(op, params, arrays, dtype=np.float64):
    xs = [Tensor(a, requires_grad=True, dtype=dtype) for a in arrays]
    return xs, op(*xs, **params)


def check_fit(xs, y, dtype):
    assert y.dtype == dtype
    found = gradients(y, xs, np.ones(y.shape)) + [g.numpy() for g in gradients(y, xs, np.ones(y.shape), create_graph=True)]
    for x, gradient in zip([*xs, *xs], found, strict=True):
        assert (gradient.shape, gradient.dtype) == (x.shape, x.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@few
@given(data=st.data(), rng=seeds)
def test_cotangent_fits_its_input_under_any_broadcast(case, dtype, data, rng):
    op, params = case
    arrays = arrays_in(op.smooth_on, data.draw(broadcastable(op.arity)), rng)
    check_fit(*recorded(op, params, arrays, dtype), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", ALL, ids=example_id)
def test_cotangent_of_an_array_op_fits_its_input(case, dtype):
    name, _, example = case
    xs = [Tensor(a, requires_grad=True, dtype=dtype) for a in example.arrays(np.random.default_rng(1))]
    y = example.call(*xs)
    check_fit(xs, y, y.dtype if name == "astype" else dtype)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@few
@given(data=st.data(), rng=seeds)
def test_broadcast_gradient_adds_up_those_of_the_copies(case, data, rng):
    """Copies are made and added up explicitly."""
    op, params = case
    arrays = arrays_in(op.smooth_on, data.draw(broadcastable(op.arity)), rng)
    xs, y = recorded(op, params, arrays)
    copies, z = recorded(op, params, [np.array(a) for a in np.broadcast_arrays(*arrays)])
    seed = rng.normal(size=y.shape)
    np.testing.assert_array_equal(y.numpy(), z.numpy())
    for x, got, each in zip(xs, gradients(y, xs, seed), gradients(z, copies, seed), strict=True):
        source = np.broadcast_to(np.arange(x.size).reshape(x.shape), y.shape)
        want = np.bincount(source.ravel(), each.ravel(), minlength=x.size).reshape(x.shape)
        size = np.bincount(source.ravel(), np.abs(each).ravel(), minlength=x.size).reshape(x.shape)
        assert (np.abs(got - want) <= 1e-14 * size).all()


def check_linear(xs, y, rng):
    """Doubling and negating are exact; sums are exact up to rounding; zero gives zero."""
    g, h = rng.normal(size=(2, *y.shape))
    pulled = [gradients(y, xs, seed) for seed in (g, h, 2.0 * g, -g, 0.0 * g, g + h)]
    for of_g, of_h, of_double, of_negative, of_zero, of_sum in zip(*pulled, strict=True):
        np.testing.assert_array_equal(of_double, 2.0 * of_g)
        np.testing.assert_array_equal(of_negative, -of_g)
        np.testing.assert_array_equal(of_zero, 0.0 * of_g)
        scale = np.max(np.abs(of_g) + np.abs(of_h), initial=0.0)
        assert (np.abs(of_sum - of_g - of_h) <= 500 * ULP[y.dtype] * scale).all()


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@few
@given(rng=seeds)
def test_pullback_is_linear_in_the_cotangent(case, rng):
    op, params = case
    check_linear(*recorded(op, params, arrays_in(op.smooth_on, [(4,)] * op.arity, rng)), rng)


@pytest.mark.parametrize("case", ALL, ids=example_id)
@few
@given(rng=seeds)
def test_pullback_of_an_array_op_is_linear_in_the_cotangent(case, rng):
    _, _, example = case
    xs = [Tensor(a, requires_grad=True) for a in example.arrays(rng)]
    check_linear(xs, example.call(*xs), rng)
