"""Activation modules against their functions; properties of softmax."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd as ag
from autograd import Tensor, softmax
from nn import ELU, GELU, LeakyReLU, LogSoftmax, Module, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh

scores = hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-300, 300, width=32))


@pytest.mark.parametrize(
    ("module", "function"),
    [
        (ReLU(), ag.relu),
        (Tanh(), ag.tanh),
        (Sigmoid(), ag.sigmoid),
        (LeakyReLU(0.3), lambda x: ag.leaky_relu(x, 0.3)),
        (ELU(0.5), lambda x: ag.elu(x, 0.5)),
        (GELU(), ag.gelu),
        (SiLU(), ag.silu),
        (Softplus(), ag.softplus),
        (Softmax(), ag.softmax),
        (Softmax(axis=0), lambda x: ag.softmax(x, axis=0)),
        (LogSoftmax(), ag.log_softmax),
    ],
    ids=lambda x: repr(x) if isinstance(x, Module) else "",
)
def test_a_module_is_its_function(module, function):
    x = np.linspace(-3, 3, 7)
    assert np.array_equal(module(x), function(x))
    assert isinstance(module(Tensor(x)), Tensor)
    assert module.parameters() == []


@given(scores)
def test_softmax_gives_probabilities_in_the_order_of_the_scores(x):
    for axis in range(-x.ndim, x.ndim):
        p = softmax(x, axis)
        assert (p >= 0).all()
        np.testing.assert_allclose(p.sum(axis=axis), 1.0, rtol=1e-14)
        assert (np.diff(np.take_along_axis(p, x.argsort(axis=axis), axis), axis=axis) >= 0).all()


@given(scores, st.integers(-1000, 1000))
def test_softmax_does_not_change_with_a_shift(x, shift):
    exactly = np.round(x)  # so that the shift loses no digits
    assert np.array_equal(softmax(exactly), softmax(exactly + shift))


@given(hnp.arrays(np.float64, st.integers(1, 5), elements=st.floats(-30, 30)))
def test_its_jacobian_is_that_of_the_textbook(x):
    p = softmax(x)
    expected = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(ag.jacobian(softmax)(x), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("x", "p"), [([1000.0, 1000.0], [0.5, 0.5]), ([-np.inf, 0.0], [0.0, 1.0])])
def test_softmax_at_the_ends(x, p):
    assert softmax(x).tolist() == p
    assert softmax(Tensor(x)).numpy().tolist() == p


def test_softmax_keeps_the_type():
    assert softmax(np.zeros((2, 3), np.float32)).dtype == np.float32
