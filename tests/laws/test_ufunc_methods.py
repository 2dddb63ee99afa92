"""Methods of NumPy's ufuncs on tensors are their definition: one call after the other along an axis, or all pairs."""

import functools
import itertools

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.engine import ufuncs

X = np.array([[1.65, 1.85, 1.25], [0.35, 0.95, 0.55]])
BINARY = [u for u in ufuncs._OPS if (u.nin, u.nout, u.signature) == (2, 1, None)]
SMOOTH = [u for u in BINARY if u not in ufuncs._PREDICATES and u.types[0] != "??->?"]
AXES = {"outer": [{}], "reduce": [{}, {"axis": 1}, {"axis": -1, "keepdims": True}], "accumulate": [{}, {"axis": 1}]}


def by_definition(ufunc, method, x, axis=0, keepdims=False):
    """The result of calls of the ufunc itself."""
    if method == "outer":
        return ufunc(x[..., None, None], x[0, 1] * x)
    results = list(itertools.accumulate(np.moveaxis(x, axis, 0), ufunc))
    y = np.stack(results, axis) if method == "accumulate" else results[-1]
    return np.expand_dims(y, axis) if keepdims else y


@pytest.mark.parametrize("method", AXES)
@pytest.mark.parametrize("ufunc", SMOOTH, ids=lambda u: u.__name__)
def test_values_and_two_orders_of_derivatives_are_those_of_the_calls(ufunc, method):
    def called(x, **options):
        return getattr(ufunc, method)(x, *[x[0, 1] * x] * (method == "outer"), **options)

    def product(f):
        return ag.compile(lambda x: ag.jvp(ag.grad(lambda x: np.sum(np.sin(f(x)))), [x], [X - 1.0]))

    for options in AXES[method]:
        f = functools.partial(called, **options)
        same = functools.partial(by_definition, ufunc, method, **options)
        got, want = f(Tensor(X, requires_grad=True)), same(X)
        assert (got.shape, got.dtype, got.requires_grad) == (want.shape, want.dtype, True)
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-14)
        for part, expected in zip(product(f)(X), product(same)(X), strict=True):
            np.testing.assert_allclose(part, expected, rtol=1e-11, atol=1e-13)


def test_arguments_by_position_and_empty_arrays():
    t = Tensor(X, requires_grad=True)
    np.testing.assert_allclose(np.add.reduce(t, 1, None, None, True).numpy(), np.add.reduce(X, 1, None, None, True))
    with pytest.raises(ValueError, match=r"np\.hypot\.reduce: x must have entries along axis 1, got shape \(2, 0\)"):
        np.hypot.reduce(t[:, :0], axis=1)


def test_predicates_give_plain_truth_values():
    t = Tensor(X, requires_grad=True)
    for call in (
        lambda x: np.less.outer(x, x[0]),
        lambda x: np.logical_and.reduce(x),
        lambda x: np.logical_or.accumulate(x, 1),
    ):
        assert isinstance(call(t), np.ndarray)
        np.testing.assert_array_equal(call(t), call(X))
    tape = ag.compile(lambda x: np.sum(np.where(np.logical_and.reduce(x, axis=1), x[:, 0], 0.0)))
    assert (tape(X), tape(X * [[1.0], [0.0]])) == (2.0, 1.65)
