"""argnums selects arguments by position and by name, in every transform that takes it; aux and keywords pass through."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, elementwise_grad, grad, hessian, hvp, jvp, linearize, value_and_grad, vjp

TRANSFORMS = {t.__name__: t for t in (grad, ag.jacobian, ag.jacfwd, ag.jacrev, elementwise_grad)}
TRANSFORMS["value_and_grad"] = lambda f, argnums=0, **options: lambda *a, **k: value_and_grad(f, argnums, **options)(*a, **k)[1]
each_transform = pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)


def product(x, w, /, y=1.0, *, c=1.0):
    return x * w**2 * y**3 * c**4


PARTIAL = {"x": 1.0 / 2.0, "w": 2.0 / 3.0, "y": 3.0 / 5.0, "c": 4.0 / 7.0}
VALUE = product(2.0, 3.0, 5.0, c=7.0)


@each_transform
@pytest.mark.parametrize("by_keyword", [(), ("y",)])
@pytest.mark.parametrize(
    ("argnums", "names"),
    [
        (0, "x"), (1, "w"), (np.int64(1), "w"), (np.uint8(0), "x"), (np.array(1), "w"), ("w", "w"), ("y", "y"), ("c", "c"),
        (2, "y"), ((0, 0), "xx"), ((0, "x"), "xx"), (["w", 1, "w"], "www"), (("c", "y", 0), "cyx"), (np.array([1, 0]), "wx"),
        (range(2), "xw"), ((), ""),
    ],
    ids=repr,
)  # fmt: skip
def test_argnums_selects_by_position_and_by_name(transform, by_keyword, argnums, names):
    args, kwargs = ((2.0, 3.0), {"y": 5.0}) if by_keyword else ((2.0, 3.0, 5.0), {})
    got = transform(product, argnums)(*args, **kwargs, c=7.0)
    want = tuple(PARTIAL[name] * VALUE for name in names)
    assert got == pytest.approx(want[0] if np.ndim(argnums) == 0 else want)
    assert type(got) is (float if np.ndim(argnums) == 0 else tuple)


@each_transform
def test_negative_positions_count_from_the_last_positional_argument(transform):
    assert transform(product, -1)(2.0, 3.0, c=7.0) == pytest.approx(2.0 / 3.0 * product(2.0, 3.0, c=7.0))
    assert transform(product, (0, -2))(2.0, 3.0) == pytest.approx((9.0, 9.0))


@each_transform
def test_repeated_gradients_share_no_memory(transform):
    first, second = transform(lambda x: ag.sum(x * x), (0, "x"))(np.ones(2))
    assert first.tolist() == second.tolist() == [2.0, 2.0]
    assert not np.shares_memory(first, second)
    twice = grad(lambda x: sum(ag.sum(part) for part in transform(lambda y: ag.sum(y**3), (0, 0))(x)))(np.ones(2))
    assert twice.tolist() == [12.0, 12.0]


@each_transform
@pytest.mark.parametrize(
    ("argnums", "error", "words"),
    [
        (None, TypeError, "argnums must be .* got None"), (0.0, TypeError, "argnums must be .* got 0.0"),
        (np.array(0.5), TypeError, "argnums must be"),
        (True, TypeError, "argnums must be .* got True"), (np.True_, TypeError, "argnums must be .*True"),
        ((0, None), TypeError, r"argnums must be .* got \(0, None\)"), ({0, 1}, TypeError, "argnums must be .*{0, 1}"),
        ((0, (1,)), TypeError, "argnums must be"), (5, ValueError, "argnums 5 .* 2 positional"), (2, ValueError, "argnums 2"),
        (-3, ValueError, "argnums -3 .* 2 positional"), ("q", ValueError, "argnums 'q' .* 2 positional arguments and .* c"),
        (("x", "y"), ValueError, "argnums .* argument 'y'"),
    ],
    ids=repr,
)  # fmt: skip
def test_other_argnums_are_refused_with_the_parameters(transform, argnums, error, words):
    with pytest.raises(error, match=words) as found:
        transform(product, argnums)(2.0, 3.0, c=1.0)
    assert "the parameters of product are (x, w, y=1.0, c=1.0)" in str(found.value)


def test_hessians_by_name():
    blocks = hessian(lambda x, w: x * w * w, ("w", 0))(2.0, w=3.0)
    assert blocks == ((4.0, 6.0), (6.0, 0.0))
    assert all(type(block) is float for row in blocks for block in row)


class Opaque:
    def __eq__(self, other):
        raise AssertionError("aux is passed on, not compared")

    __hash__ = None


def test_aux_is_any_object_in_every_transform():
    opaque = Opaque()

    def f(x, k=1.0):
        return k * x**3, {"x": x, "opaque": opaque, "text": "t", "none": None}

    for transform in (grad, ag.jacobian, ag.jacfwd, ag.jacrev, hessian):
        derivative, aux = transform(f, has_aux=True)(2.0, k=2.0)
        assert derivative == 24.0
        assert (aux["x"], type(aux["x"]), aux["opaque"] is opaque, aux["text"], aux["none"]) == (2.0, float, True, "t", None)
    y, pull, aux = vjp(f, 2.0, has_aux=True, k=2.0)
    assert (y, pull(1.0), aux["x"], type(aux["x"])) == (16.0, (24.0,), 2.0, float)
    y, push, aux = linearize(f, 2.0, has_aux=True, k=2.0)
    assert (y, push(1.0), aux["x"], type(aux["x"])) == (16.0, 24.0, 2.0, float)
    y, tangent, aux = jvp(f, (2.0,), (1.0,), has_aux=True, k=2.0)
    assert (y, tangent, aux["x"], type(aux["x"])) == (16.0, 24.0, 2.0, float)
    assert grad(lambda x: (x * x, opaque), has_aux=True)(1.0)[1] is opaque
    for call in (lambda: vjp(lambda x: x, 1.0, has_aux=True), lambda: ag.jacobian(lambda x: x, has_aux=True)(1.0)):
        with pytest.raises(TypeError, match="must return a pair"):
            call()


def test_keywords_are_constants_of_products():
    def f(x, *, k):
        return ag.sum(k * x**3)

    x = np.array([1.0, 2.0])
    assert vjp(f, x, k=2.0)[1](1.0)[0].tolist() == [6.0, 24.0]
    assert jvp(f, (x,), (np.ones(2),), k=2.0) == (18.0, 30.0)
    assert hvp(f, (x,), (np.ones(2),), k=2.0).tolist() == [12.0, 24.0]


def test_linearize_runs_the_function_once():
    runs = []

    def f(x, y):
        runs.append(x)
        return {"p": x * y, "s": ag.sum(x)}

    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    value, push = linearize(f, x, y)
    assert (value["p"].tolist(), value["s"]) == ([3.0, 8.0], 3.0)
    for dx, dy in ((np.ones(2), np.zeros(2)), (y, x)):
        want = jvp(f, (x, y), (dx, dy))[1]
        runs.clear()
        got = push(dx, dy)
        assert (got["p"].tolist(), got["s"], runs) == (want["p"].tolist(), want["s"], [])
    assert grad(lambda x: linearize(lambda y: y**3, x)[1](1.0))(2.0) == 12.0
    assert grad(lambda t: linearize(lambda y: y**3, 2.0)[1](t))(1.0) == 12.0
    assert isinstance(linearize(lambda y: y**3, Value(2.0))[1](1.0), Value)
    with pytest.raises(TypeError, match=r"tangents must have the structure \(array"):
        push(dx)
    with pytest.raises(ValueError, match=r"tangents\[1\] must have the shape"):
        push(dx, 1.0)


def test_elementwise_derivatives():
    x = np.array([0.5, 2.0])
    np.testing.assert_array_equal(elementwise_grad(ag.sin)(x), ag.cos(x))
    np.testing.assert_array_equal(elementwise_grad(elementwise_grad(lambda x: x**3))(x), 6 * x)
    assert elementwise_grad(ag.sin)(0.5) == ag.cos(0.5)
    assert elementwise_grad(lambda x: np.array([x, x * x]))(3.0) == 7.0
    assert elementwise_grad(lambda x: np.ones(2))(x).tolist() == [0.0, 0.0]
    assert isinstance(elementwise_grad(ag.sin)(Tensor(x, requires_grad=True)), Tensor)
    assert elementwise_grad(lambda x, w: x * w**2, "w")(x, w=x).tolist() == (2 * x * x).tolist()


def test_integers_are_numbers_and_can_count():
    assert grad(lambda x: x**3)(2) == 12.0
    assert grad(lambda p: p["a"] * p["b"])({"a": 2, "b": 3}) == {"a": 3.0, "b": 2.0}

    def f(p):
        for i in range(p["steps"]):
            p["w"] = p["w"] * p["layers"][i]
        return p["w"] ** p["steps"] * np.ones(p["steps"])[0]

    p = {"w": 2.0, "steps": 2, "layers": [3.0, 5.0]}
    assert grad(f)(p)["w"] == ag.compile(grad(f))(p)["w"] == 900.0
    with pytest.raises(TypeError, match="not an integer, as a range"):
        range(Value(1.5))


class Scale:
    """Module by its method, which could be called like a function."""

    def named_parameters(self):
        return []

    def __call__(self, x):
        return 2.0 * x


def test_modules_and_static_arguments_are_refused_with_the_cure():
    for argument in (Scale(), {"scale": Scale(), "x": 1.0}):
        for call in (
            lambda x: grad(lambda m: 1.0)(x),
            lambda x: vjp(lambda m: 1.0, x),
            lambda x: jvp(lambda m: 1.0, (x,), (x,)),
        ):
            with pytest.raises(TypeError, match=r"module Scale .* gradients\(loss, module\.parameters\(\)\)"):
                call(argument)
    for argument in ("text", None, abs, {"a": True, "b": None}):
        with pytest.raises(TypeError, match="a real number is required, not"):
            grad(lambda x: 1.0)(argument)
    assert grad(lambda x, m: x * x, (0, 1))(2.0, "text") == (4.0, "text")


@pytest.mark.parametrize("transform", [grad, value_and_grad, elementwise_grad, ag.jacobian, hessian], ids=lambda t: t.__name__)
@pytest.mark.parametrize("argnum", [1, (0, 1)])
def test_argnum_is_a_synonym_of_argnums(transform, argnum):
    assert transform(product, argnum=argnum)(2.0, 3.0) == transform(product, argnum)(2.0, 3.0)
    with pytest.raises(TypeError):
        transform(product, argnum=argnum, argnums=0)
