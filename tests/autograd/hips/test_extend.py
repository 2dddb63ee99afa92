"""`primitive` and `defvjp`: functions with a given derivative, against the same functions made of ops."""

import numpy as np
import pytest
from autograd.builtins import isinstance as is_instance
from autograd.builtins import type as type_of
from autograd.extend import defjvp, defvjp, defvjp_argnum, defvjp_argnums

import autograd as ag
from autograd import primitive

A, B = np.array([0.5, -1.0, 2.0]), np.array([1.5, 0.25, -0.5])


def product(a, b, scale=1.0):
    """scale · a² b, from plain numbers only."""
    assert isinstance(a, np.ndarray | float)
    assert isinstance(b, np.ndarray | float)
    return np.array([scale * x * x * y for x, y in zip(np.ravel(a), np.ravel(b), strict=True)]).reshape(np.shape(a))[()]


def of_ops(a, b, scale=1.0):
    return scale * a**2 * b


def by_vjps():
    f = primitive(product)
    defvjp(
        f, lambda ans, a, b, scale=1.0: lambda g: g * 2 * scale * a * b, lambda ans, a, b, scale=1.0: lambda g: g * scale * a**2
    )
    defjvp(f, lambda g, ans, a, b, scale=1.0: g * 2 * scale * a * b, None)
    return f


def by_argnums_in_another_order():
    f = primitive(product)
    vjps = [lambda ans, a, b, scale=1.0: lambda g: g * ans / b, lambda ans, a, b, scale=1.0: lambda g: 2 * g * ans / a]
    defvjp(f, *vjps, argnums=(1, 0))
    return f


def by_one_function():
    f = primitive(product)

    def vjp(argnum, ans, args, kwargs):
        a, b = args
        return lambda g: g * kwargs.get("scale", 1.0) * (a**2 if argnum else 2 * a * b)

    defvjp_argnum(f, vjp)
    return f


def by_all_at_once():
    f = primitive(product)
    defvjp_argnums(
        f, lambda argnums, ans, args, kwargs: lambda g: [g * ans * (1 / args[1] if i else 2 / args[0]) for i in argnums]
    )
    return f


@pytest.mark.parametrize("declare", [by_vjps, by_argnums_in_another_order, by_one_function, by_all_at_once])
@pytest.mark.parametrize("arguments", [(A, B), (1.5, 0.25)], ids=["arrays", "floats"])
def test_derivatives_equal_those_of_ops(declare, arguments):
    f = declare()
    losses = [lambda a, b, h=h: np.sum(np.sin(h(a, b, scale=3.0)) + h(b, b * a)) for h in (f, of_ops)]
    calls = {
        "value": lambda h: h(*arguments),
        "gradient": lambda h: ag.grad(h, (0, 1))(*arguments),
        "second": lambda h: ag.hessian(h, 0)(*arguments),
        "mixed": lambda h: ag.jacobian(ag.grad(h, 0), 1)(*arguments),
        "forward": lambda h: ag.jvp(h, arguments, arguments),
        "tape": lambda h: ag.record(ag.grad(h, 1), *arguments)(*[1.1 * x for x in arguments]),
        "compiled": lambda h: ag.compile(ag.grad(ag.grad(lambda s: h(*[s * x for x in arguments]))))(1.0),
        "batched": lambda h: ag.vmap(ag.grad(h))(*[np.stack([x, x]) for x in arguments]),
    }
    for name, call in calls.items():
        got, want = map(call, losses)
        for x, y in zip(ag.ravel_tree(got)[0], ag.ravel_tree(want)[0], strict=True):
            assert x == pytest.approx(y, rel=1e-13), name


def test_zero_and_missing_derivatives():
    f = primitive(lambda a, b, c: a * b * c)
    defvjp(f, None, lambda ans, a, b, c: lambda g: g * a * c)
    assert ag.grad(f, (0, 1))(2.0, 3.0, 5.0) == (0.0, 10.0)
    with pytest.raises(NotImplementedError, match="argument 2"):
        ag.grad(f, 2)(2.0, 3.0, 5.0)
    with pytest.raises(TypeError, match="pass it by position"):
        ag.grad(lambda c: f(2.0, 3.0, c=c))(5.0)
    with pytest.raises(NotImplementedError, match="defvjp"):
        ag.grad(primitive(abs))(2.0)
    assert primitive(max)(2, 3) == 3


@pytest.mark.parametrize(
    ("maker", "named"),
    [
        (lambda ans, x: 2.0, r"argument 0 in defvjp\(abs, …\) must return a function of g, got 2\.0"),
        (lambda ans, x: lambda g: None, r"argument 0 in defvjp\(abs, …\) gave None as a cotangent"),
        (lambda ans, x: lambda g: np.ones(3), r"backward of abs: cotangent 0 must have the shape \(\)"),
    ],
)
def test_a_wrong_declaration_is_named(maker, named):
    f = primitive(abs)
    defvjp(f, maker)
    with pytest.raises((TypeError, ValueError), match=named):
        ag.grad(f)(2.0)


@pytest.mark.parametrize("f", [abs, np.sin, ag.sin, "f"])
def test_only_a_primitive_has_a_declared_derivative(f):
    with pytest.raises(TypeError, match="is not a primitive: decorate the function with @primitive"):
        defvjp(f, lambda ans, x: lambda g: g)


def test_containers_methods_and_plain_functions_as_arguments():
    class Power:
        @primitive
        def __call__(self, terms, exponent):
            return sum(x**exponent for x in terms["x"])

    defvjp(Power.__call__, None, lambda ans, self, terms, n: lambda g: {"x": [g * n * x ** (n - 1) for x in terms["x"]]}, None)
    assert ag.grad(lambda p: Power()(p, 3))({"x": [1.0, 2.0]}) == {"x": [3.0, 12.0]}


def test_questions_about_types_look_at_the_numbers():
    def f(x):
        assert is_instance(x, np.ndarray)
        assert type_of(x) is np.ndarray
        return np.sum(x)

    assert ag.grad(f)(A).tolist() == [1.0, 1.0, 1.0]
