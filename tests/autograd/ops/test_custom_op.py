"""Custom ops: on every kind of number, at any order, forward and backward, in drawings."""

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor, Value, custom_op, draw, grad, hessian, jvp


@custom_op(lambda g, y, x: -2.0 * g * x * y, kind="elementwise", symbol="hump")
def hump(xp, x):
    """exp(−x²)"""
    return xp.exp(-x * x)


@custom_op(
    lambda g, y, a, b, c, weight: g * b * c * weight,
    lambda g, y, a, b, c, weight: g * a * c * weight,
    lambda g, y, a, b, c, weight: g * a * b * weight,
    kind="elementwise",
)
def product_of_three(xp, a, b, c, *, weight=1.0):
    """weight · a b c"""
    return a * b * c * weight


@custom_op(lambda g, y, x: 2.0 * g * x)
def energy(xp, x):
    """Σ x²"""
    return xp.sum(x * x, axis=None, keepdims=False)


@pytest.fixture(scope="module", autouse=True)
def _table_as_it_was():
    yield
    for op in (hump, product_of_three, energy):
        OPS.pop(op.name, None)


def test_on_numbers_and_nodes():
    assert hump(0.0) == 1.0
    assert hump(np.zeros(2)).tolist() == [1.0, 1.0]
    assert np.isclose(hump(Value(1.0)).data, np.exp(-1.0), rtol=1e-15)
    assert hump(Tensor(np.zeros(2, np.float32))).dtype == np.float32


def test_at_any_order_and_in_both_modes():
    assert grad(grad(hump))(0.0) == -2.0
    assert np.isclose(grad(grad(grad(hump)))(1.0), 4 * np.exp(-1.0), rtol=1e-14)  # −8x³ + 12x
    assert jvp(hump, (1.0,), (2.0,))[1] == 2.0 * grad(hump)(1.0)
    assert jvp(energy, (np.array([1.0, 2.0]),), (np.array([1.0, 1.0]),))[1] == 6.0
    assert hessian(energy)(np.ones(2)).tolist() == [[2.0, 0.0], [0.0, 2.0]]


def test_with_three_inputs_and_a_parameter():
    a, b, c = Value(2.0), Value(3.0), Value(5.0)
    y = product_of_three(a, b, c, weight=10.0) + a
    y.backward()
    assert (y.data, a.grad, b.grad, c.grad) == (302.0, 151.0, 100.0, 60.0)
    assert grad(lambda a, b, c: product_of_three(a, b, c), argnums=(0, 2))(2.0, 3.0, 5.0) == (15.0, 6.0)
    assert grad(lambda x: grad(lambda z: product_of_three(z, z, z))(x))(2.0) == 12.0
    changed = product_of_three(a, b, c)
    c.data = 7.0
    with pytest.raises(RuntimeError, match="changed"):
        changed.backward()


def test_in_pictures_by_its_symbol():
    assert "hump" in draw(hump(Value(1.0))).dot


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: custom_op(lambda g, y, a: g)(lambda xp, a, b: a * b), "2 inputs and 1 pullbacks"),
        (lambda: custom_op(None, kind="circular")(lambda xp, x: x), "kind must be one of .*, not 'circular'"),
    ],
)
def test_errors_of_declarations(declare, words):
    with pytest.raises((TypeError, ValueError), match=words):
        declare()


def test_another_module_s_op_is_not_replaced():
    def sin(xp, x):
        return x

    with pytest.raises(ValueError, match=r"'sin' already exists in autograd\.ops\.rules\.trigonometry"):
        custom_op(lambda g, y, x: g)(sin)
    assert ag.sin(0.0) == 0.0


def _op(forward, *pullbacks, kind="general"):
    return custom_op(*pullbacks or (lambda g, y, x: g * 1.0,), kind=kind)(forward)


def _leaf(*numbers):
    return Tensor(np.array(numbers), requires_grad=True)


def _doubled_in_place(xp, x):
    x *= 2.0
    return x.sum()


def _halved_cotangent(g, y, x):
    g *= 0.5
    return g * np.ones(2)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: _op(_doubled_in_place)(_leaf(1.0, 2.0)), "writes to one of its arguments.*write to a copy"),
        (lambda: _op(_doubled_in_place)(np.ones(2)), "writes to one of its arguments"),
        (lambda: _op(lambda xp, x: x.sum(), _halved_cotangent)(_leaf(1.0, 2.0)).backward(), "writes to one of its arguments"),
        (lambda: _op(lambda xp, x: None)(_leaf(1.0)), "must return an array, or a tuple of arrays .* got None"),
        (lambda: _op(lambda xp, x: [x, x])(_leaf(1.0)), "must return an array, .* got a list"),
        (lambda: _op(lambda xp, x: ())(_leaf(1.0)), "must return an array, .* got a tuple"),
        (lambda: _op(lambda xp, x: None, kind="elementwise")(Value(1.0)), "must return an array, .* got None"),
        (lambda: _op(lambda xp, x: x + 1j)(_leaf(1.0)), "must return real numbers, got an array of dtype complex128"),
        (lambda: _op(lambda xp, x: x.sum(), kind="elementwise")(_leaf(1.0, 2.0)), r"not elementwise: .*\(2,\) gave \(\)"),
        (lambda: _op(lambda xp, x: x, lambda g, y, x: None)(_leaf(1.0)).backward(), "got None: .*declare None in place"),
        (lambda: _op(lambda xp, x: x, lambda g, y, x: (g,))(_leaf(1.0)).backward(), "cotangent of input 0, got a tuple"),
        (lambda: _op(lambda xp, x: x, lambda g, y, x: g * 1j)(_leaf(1.0)).backward(), "must return real numbers"),
        (lambda: _op(lambda xp, x: x, lambda g, y, x: None, kind="elementwise")(Value(1.0)), "got None"),
        (
            lambda: _op(lambda xp, x: x.sum(), lambda g, y, x: np.ones(3))(_leaf(1.0, 2.0)).backward(),
            r"shape \(2,\), got \(3,\)",
        ),
        (lambda: _op(lambda xp, x: x, lambda g, x: g), r"must take \(g, y, x\), got the signature \(g, x\)"),
        (lambda: _op(lambda xp, x, *, k: x, lambda g, y, x: g), r"must take \(g, y, x, k\)"),
        (lambda: _op(lambda xp, x: x > 0)(_leaf(1.0)), r"must return floats, since it has a pullback, got bool: add \.astype"),
        (lambda: _op(lambda xp, x: (x, (x, x)))(_leaf(1.0)), "must return an array, .* got a tuple"),
        (lambda: _op(lambda xp, x: (x, None))(_leaf(1.0)), "must return an array, .* got None"),
        (lambda: _op(lambda xp, x: xp.no_such_function(x))(_leaf(1.0)), "no_such_function"),
    ],
)
def test_errors_of_rules_name_the_op(run, words):
    with pytest.raises((TypeError, ValueError, AttributeError), match=words):
        run()
    OPS.pop("_doubled_in_place", None)


@pytest.mark.parametrize("backend", [None, "numpy"])
def test_arrays_that_a_rule_keeps_are_never_written(backend):
    kept, work = np.array([1.0, 2.0, 3.0]), np.zeros(3)

    def into_work(g, y, x):
        np.multiply(g, kept, out=work)
        return work

    for pullback in (lambda g, y, x: kept, into_work):
        op = custom_op(pullback)(lambda xp, x: (kept * x).sum())
        f = grad(lambda x, op=op: op(x) + op(x) + (x * x).sum())
        f = f if backend is None or pullback is into_work else ag.compile(f, backend=backend)
        for _ in range(2):
            np.testing.assert_array_equal(f(np.ones(3)), 2 * kept + 2.0)
        np.testing.assert_array_equal(kept, [1.0, 2.0, 3.0])


def test_a_result_that_a_rule_keeps_can_be_written_by_the_user():
    kept = np.zeros(2)

    def into_kept(xp, x):
        kept[...] = 2.0 * x
        return kept

    op = custom_op(lambda g, y, x: 2.0 * g * y / y)(into_kept)
    x = _leaf(1.0, 3.0)
    y = op(x) * op(x + 1.0)
    kept[...] = -1.0
    assert y.numpy().tolist() == [8.0, 48.0]
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [12.0, 28.0])


def test_unchecked_rules_are_called_as_they_are():
    kept = np.ones(2)
    op = custom_op(lambda g, y, x: g * kept, checked=False)(lambda xp, x: kept)
    assert op(np.zeros(2)) is kept
    np.testing.assert_array_equal(grad(lambda x: ag.sum(op(x) + op(x)))(np.zeros(2)), [2.0, 2.0])


def test_zero_derivatives_in_forward_mode():
    for kind in ("general", "elementwise"):
        op = _op(lambda xp, x: xp.floor(x), None, kind=kind)
        assert jvp(op, (np.array([1.5, 2.5]),), (np.ones(2),))[1].tolist() == [0.0, 0.0]
        assert jvp(lambda x, op=op: op(x) * x, (np.array([1.5]),), (np.ones(1),))[1].tolist() == [1.0]


def test_reductions_of_the_namespace_have_numpy_s_defaults():
    op = _op(lambda xp, x: xp.sum(x) + xp.max(x) + xp.min(x) + xp.mean(x), lambda g, y, x: g * np.ones(2))
    assert op(np.array([1.0, 3.0])) == 4.0 + 3.0 + 1.0 + 2.0
    assert op(_leaf(1.0, 3.0)).item() == 10.0
    clipped = _op(lambda xp, x: xp.clip(x, 0.0, 1.0), lambda g, y, x: g * (y == x), kind="elementwise")
    assert (clipped(3.0), clipped(Value(0.5)).data) == (1.0, 0.5)


UNREADABLE = {
    "a power": lambda xp, x: x**2,
    "a branch": lambda xp, x: x if x > 0 else x * 0.5,
    "absolute": lambda xp, x: abs(x),
    "NumPy's where": lambda xp, x: np.where(x > 0, x, 0.0),
    "NumPy's ufunc": lambda xp, x: np.exp(x),
    "a float": lambda xp, x: float(x) * 2.0,
    "a format": lambda xp, x: x * float(f"{x:.3f}"),
    "an item": lambda xp, x: np.asarray(x) * np.ones(1)[0],
    "a key": lambda xp, x: x * {2.0: 1.0, 3.0: 2.0, 0.5: 3.0, -0.5: 1.0}[x],
    "an unknown name": lambda xp, x: x * getattr(xp, "of_no_namespace", 3.0),
}


@pytest.mark.parametrize("rule", list(UNREADABLE))
@pytest.mark.parametrize("backend", ["python", "numpy", "native"])
def test_a_rule_that_cannot_be_read_is_called_and_breaks_no_other_tape(rule, backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
    forward = UNREADABLE[rule]

    def of_mine(xp, x):
        return forward(xp, x)

    of_mine.__name__ = f"of_mine_{list(UNREADABLE).index(rule)}"
    op = custom_op(lambda g, y, x: g * 2.0, kind="elementwise")(of_mine)
    assert ag.compile(lambda x: x * x, backend=backend)(2.0) == 4.0
    f = ag.compile(lambda x: op(x * 1.0) + op(x), backend=backend)
    for x in (2.0, 3.0, 0.5, -0.5):
        assert f(x) == op(x) + op(x)


def test_inputs_before_any_number_of_others(rng):
    op = custom_op(lambda g, y, a, *rest: g * sum(rest), lambda g, y, a, *rest, i: g * a)(scaled_sum)
    try:
        a, b, c = (rng.standard_normal(3) for _ in range(3))
        for got, want in zip(grad(lambda *xs: ag.sum(op(*xs)), (0, 1, 2))(a, b, c), (b + c, a, a), strict=True):
            np.testing.assert_allclose(got, want)
        assert jvp(op, (a, b), (b, a))[1].tolist() == (b * b + a * a).tolist()
        with pytest.raises(TypeError, match=r"pullback 0 of scaled_sum must take \(g, y, a, rest\)"):
            custom_op(lambda g, y: g, None)(scaled_sum)
    finally:
        OPS.pop("scaled_sum", None)


def scaled_sum(xp, a, *rest):
    """a Σ rest"""
    return a * sum(rest)


#: Ops whose name is that of a lambda: rule and pullback, and a number made of the result.
UNNAMED = {
    "elementwise": (lambda xp, x: x * x, lambda g, y, x: 2.0 * g * x, "elementwise", lambda y: y),
    "general": (lambda xp, x: x * x, lambda g, y, x: 2.0 * g * x, "general", lambda y: y),
    "called": (lambda xp, x: np.square(np.asarray(x, float)), lambda g, y, x: 2.0 * g * x, "general", lambda y: y),
    "two outputs": (lambda xp, x: (x * x, xp.sin(x)), lambda g, y, x: 2.0 * g[0] * x, "general", lambda y: y[0]),
}


@pytest.mark.parametrize("name", UNNAMED)
@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_the_name_of_a_lambda_is_no_part_of_generated_code(name, backend):
    rule, pullback, kind, number = UNNAMED[name]
    op = custom_op(pullback, kind=kind)(rule)
    f = ag.compile(ag.value_and_grad(lambda x: number(op(x)) + number(op(2.0 * x))), backend=backend)
    for x in (3.0, 0.5):
        assert f(x) == pytest.approx((5.0 * x * x, 10.0 * x), rel=1e-6)
