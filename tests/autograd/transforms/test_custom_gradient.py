"""Python functions with their own derivative: in every transform and tape, in containers, and errors of `backward`."""

import numpy as np
import pytest

import autograd as ag
from autograd.base.tree import leaves


def _backward(g, y, p, k):
    return {"b": g[0] * k * p["a"] + g[1] * ag.exp(p["b"]), "a": g[0] * k * p["b"]}, ag.sum(g[0] * p["a"] * p["b"])


@ag.custom_gradient(_backward)
def given(p, k):
    """(k a b, eᵇ), computed from plain numbers only."""
    assert isinstance(p["a"], np.ndarray)
    assert isinstance(k, float)
    return np.array([k * a * b for a, b in zip(p["a"], p["b"], strict=True)]), np.exp(p["b"])


def made_of_ops(p, k):
    return k * p["a"] * p["b"], ag.exp(p["b"])


P = {"b": np.array([0.5, 1.0]), "a": np.array([3.0, 4.0])}
T = {"a": np.array([1.0, -1.0]), "b": np.array([0.5, 2.0])}


def loss(f):
    return lambda p, k: ag.sum(f(p, k)[0] ** 2) + ag.sum(f(p, k)[1])


CALLS = {
    "value": lambda f: f(P, 2.0),
    "gradient": lambda f: ag.value_and_grad(f, (0, 1))(P, 2.0),
    "jvp": lambda f: ag.jvp(f, (P, 2.0), (T, 0.5)),
    "hvp": lambda f: ag.hvp(f, (P, 2.0), (T, 0.5)),
    "gradient of jvp": lambda f: ag.grad(lambda p: ag.jvp(f, (p, 2.0), (T, 0.5))[1])(P),
    "hessian": lambda f: ag.hessian(f, 1)(P, 2.0),
    "vmap": lambda f: ag.vmap(ag.grad(lambda x: f({"a": x, "b": x * x}, 2.0)))(np.array([[1.0, 2.0], [0.5, -1.0]])),
    "checkpoint": lambda f: ag.grad(lambda p: ag.checkpoint(lambda q: f(q, 2.0))(p))(P),
    "inside": lambda f: ag.grad(lambda p: ag.tanh(0.01 * f(p, 2.0)))(P),
}


@pytest.mark.parametrize("call", list(CALLS))
def test_derivatives_equal_those_of_ops(call):
    found, wanted = (leaves(CALLS[call](loss(f))) for f in (given, made_of_ops))
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
        assert type(got) is type(want)


def test_plain_results_of_transforms_in_a_function_and_its_backward():
    """They can be written to and passed to any library, inside of transforms too."""

    @ag.custom_gradient(lambda g, y, x: g * 2.0 * ag.grad(lambda z: 0.5 * z * z)(x))
    def square(x):
        return x * float(ag.grad(lambda z: 0.5 * z * z)(x))

    assert (ag.grad(square)(3.0), ag.grad(ag.grad(square))(3.0)) == (6.0, 2.0)
    with pytest.raises(TypeError, match="while a tape is recorded"):
        ag.record(square, 3.0)


TRANSFORMS = {
    "grad": lambda f, x: ag.grad(f)(x),
    "jacobian": lambda f, x: ag.jacobian(f)(x),
    "vjp": lambda f, x: ag.vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x: ag.jvp(f, (x,), (1.0,))[1],
    "hvp": lambda f, x: ag.hvp(f, (x,), (0.5 / x,)) * x * x,
    "elementwise_grad": lambda f, x: ag.elementwise_grad(f)(x),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_in_a_function_lose_no_gradient_of_a_captured_node(name):
    def loss(w, weight):
        slope = ag.custom_gradient(lambda g, y, x: g * 2.0)(lambda x: TRANSFORMS[name](lambda z: weight(w) * z * z, x))
        return slope(w)

    assert ag.grad(lambda w: loss(w, lambda w: 1.0))(3.0) == 2.0
    for captured in (lambda w: w, lambda w: w * 2.0):
        with pytest.raises(TypeError, match="pass it as an argument"):
            ag.grad(lambda w, captured=captured: loss(w, captured))(3.0)
        with pytest.raises(TypeError, match="while a tape is recorded"):
            ag.compile(lambda w, captured=captured: loss(w, captured))(3.0)


def test_a_backward_may_differentiate_a_function_of_a_captured_node():
    def f(w):
        return ag.custom_gradient(lambda g, y, x: g * ag.grad(lambda z: w * z * z)(x))(lambda x: x)(w)

    assert (ag.grad(f)(3.0), ag.grad(ag.grad(f))(3.0), ag.record(ag.grad(f), 3.0)(4.0)) == (18.0, 12.0, 32.0)


def test_a_tape_calls_the_function_at_every_replay():
    compiled = ag.compile(ag.value_and_grad(loss(given), (0, 1)))
    for p, k in ((P, 2.0), ({"b": P["a"], "a": P["b"]}, 3.0)):
        for got, want in zip(leaves(compiled(p, k)), leaves(ag.value_and_grad(loss(made_of_ops), (0, 1))(p, k)), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-12)
    assert len(compiled.tapes) == 1


def test_the_check_finds_a_wrong_backward_and_names_the_function():
    assert ag.check_gradients(loss(given), P, 2.0)

    @ag.custom_gradient(lambda g, y, x: g * 3.0)
    def twice(x):
        return 2.0 * x

    with pytest.raises(ag.GradientError, match="twice"):
        ag.check_gradients(twice, 1.0)


def test_floats_arguments_without_gradients_and_plain_calls():
    @ag.custom_gradient(lambda g, y, x, n, name: (g * n * x ** (n - 1), None, None))
    def power(x, n, name):
        assert (type(x), n, name) == (float, 3, "cube")
        return x**n

    assert ag.grad(power)(2.0, 3, "cube") == 12.0
    assert ag.grad(ag.grad(power))(2.0, 3, "cube") == 12.0
    assert power(2.0, 3, "cube") == 8.0
    assert power.__name__ == "power"


def test_none_is_a_zero_derivative():
    f = ag.custom_gradient(lambda g, y, a, b: (None, g * a))(lambda a, b: a * b)
    assert ag.grad(f, (0, 1))(2.0, 3.0) == (0.0, 2.0)


@pytest.mark.parametrize(
    ("backward", "words"),
    [
        (lambda g, y, a, b: g * b, "a tuple of 2 cotangents, one per argument"),
        (lambda g, y, a, b: (g * b,), "a tuple of 2 cotangents"),
        (lambda g, y, a, b: (g * np.ones(2), None), r"cotangent 0 must have the shape \(\) .*got \(2,\)"),
        (lambda g, y, a, b: ({"a": g}, None), "cotangent 0 must have the structure"),
        (lambda g, y, a, b: ("text", g), "cotangent 0 must be a real number or an array of them, got 'text'"),
        (lambda g, y, a, b: (abs, g), "cotangent 0 must be a real number or an array of them, got <built-in function abs>"),
        (lambda g, y, a, b: (2j, g), "cotangent 0 must be a real number or an array of them, got 2j"),
        (lambda g, y, a, b: (True, g), "cotangent 0 must be a real number or an array of them, got True"),
    ],
)
def test_errors_of_backward_name_the_function(backward, words):
    @ag.custom_gradient(backward)
    def product(a, b):
        return a * b

    with pytest.raises((TypeError, ValueError), match=f"backward of product.*{words}"):
        ag.grad(product)(2.0, 3.0)
