"""Operators of the table for each class with operators and each back end; ufuncs by identity."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.cli.expressions import read
from autograd.ops.op import OPS
from autograd.ops.operators import OPERATORS
from tests.laws.equality import assert_same

LEFT, RIGHT = [5.5, -5.5, 0.0, 2.0, 0.5], [2.0, 2.0, -0.75, 2.0, -3.0]
ARITHMETIC = [row for row in OPERATORS if row.sign not in ("@", "&", "|", "^", "~") and not row.is_comparison]
BINARY = [row for row in ARITHMETIC if not row.is_unary]


@pytest.fixture(autouse=True)
def _jax_in_float64(request):
    if getattr(request.node, "callspec", None) and request.node.callspec.params.get("backend") == "jax":
        with pytest.importorskip("jax").enable_x64(True):
            yield
    else:
        yield


def sign(row):
    return row.method


@pytest.mark.parametrize("row", OPERATORS, ids=sign)
def test_every_class_has_every_operator(row):
    for cls in (Value, Tensor):
        method = getattr(cls, row.method)
        assert method.__name__ == row.method
        assert not row.reflected or getattr(cls, row.reflected).__name__ == row.reflected


@pytest.mark.parametrize("row", ARITHMETIC, ids=sign)
def test_operator_agrees_with_numpy(row):
    for xs in zip(LEFT, RIGHT, strict=True):
        operands = xs[: row.ufunc.nin]
        with np.errstate(all="ignore"):
            want = row.ufunc(*operands)
        assert_same(row.function(*map(Value, operands)).data, want, ulps=1, what=f"{operands} as Values")
        assert_same(row.function(*map(Tensor, operands)).numpy(), want, ulps=1, what=f"{operands} as Tensors")
    if row in BINARY:
        for a, b in ((Value(5.5), 2.0), (5.5, Value(2.0)), (Tensor([5.5]), 2.0), (5.5, Tensor([2.0]))):
            assert_same(row.function(a, b).item(), row.ufunc(5.5, 2.0), ulps=1, what=f"{a!r} and {b!r}")
        assert_same(row.ufunc(np.array([5.5]), Tensor([2.0])).item(), row.ufunc(5.5, 2.0), ulps=1, what="array and Tensor")


@pytest.mark.parametrize("row", ARITHMETIC, ids=sign)
@pytest.mark.parametrize("backend", ["python", "numpy", "native", "jax"])
def test_operator_is_the_same_in_every_back_end(row, backend):
    pytest.importorskip("llvmlite" if backend == "native" else "numpy")
    x, y = np.array([5.5, -5.5, 0.7]), np.array([2.0, 3.0, 2.5])
    f = ag.value_and_grad(lambda *xs: ag.sum(row.function(*xs)), 0)
    arrays = (x, y)[: row.ufunc.nin]
    want = f(*arrays)
    if backend in ("numpy", "jax"):
        got = ag.compile(f, backend=backend)(*arrays)
        assert_same(np.array(got[1]), want[1], ulps=4, what=row.method)
        assert_same(np.array(got[0]), want[0], ulps=4, what=row.method)
        return
    g = ag.value_and_grad(lambda *xs: row.function(*xs), 0)
    for xs in zip(*arrays, strict=True):
        floats = tuple(map(float, xs))
        assert_same(np.array(ag.compile(g, backend=backend)(*floats)), np.array(g(*floats)), ulps=0, what=row.method)


@pytest.mark.parametrize("row", [row for row in ARITHMETIC if row.syntax], ids=sign)
def test_expressions_have_every_operator(row):
    text = f"{row.sign}x" if row.is_unary else f"x {row.sign} y"
    operands = [Value(5.5), Value(2.0)][: row.ufunc.nin]
    assert read(text, {"x": operands[0], "y": Value(2.0)}).data == row.function(*operands).data


def test_remainder_and_floor_have_pythons_derivatives():
    assert ag.grad(lambda x: -x % 3.0)(1.0) == -1.0
    assert ag.grad(lambda x: 7.0 % x)(2.0) == -3.0
    assert ag.grad(lambda x: x * (x // 2.0))(5.5) == 2.0
    assert ag.grad(lambda x: sum(divmod(x, 2.0)))(5.5) == 1.0
    t = np.array([5.5, -1.5])
    np.testing.assert_array_equal(ag.grad(lambda x: ag.sum(x * (x // 2.0)))(t), t // 2.0)


def test_divmod_is_floor_and_remainder():
    t = Tensor([5.5, -1.5])
    for got, want in (
        (divmod(Value(5.5), 2.0), (2.0, 1.5)),
        (divmod(7.0, Value(2.0)), (3.0, 1.0)),
        (divmod(t, 2.0), ([2.0, -1.0], [1.5, 0.5])),
        (divmod(np.array([3.0, 4.0]), t), ([0.0, -3.0], [3.0, -0.5])),
        (np.divmod(t, 2.0), ([2.0, -1.0], [1.5, 0.5])),
    ):
        for x, y in zip(got, want, strict=True):
            np.testing.assert_array_equal(x.data if isinstance(x, Value) else x.numpy(), y)
    with pytest.raises(TypeError, match="unsupported operand"):
        divmod("a", Value(2.0))
    assert "%s" % Value(1.0).data == "1.0"  # noqa: UP031  (formatting is left to text)


def test_another_packages_ufunc_of_the_same_name_is_not_replaced():
    numba = pytest.importorskip("numba")

    @numba.vectorize(["float64(float64)"])
    def softplus(z):
        return z * 100.0

    @numba.vectorize(["float64(float64, float64)"])
    def add(a, b):
        return a * b

    x = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"softplus has no derivative here for a Tensor"):
        softplus(x)
    with pytest.raises(TypeError, match=r"add has no derivative here for a Value"):
        add(Value(2.0), 3.0)


def test_numpy_ufuncs_call_the_op_of_their_name():
    x = np.array([0.3, 0.6])
    for name, op in OPS.items():
        ufunc = getattr(np, name, None)
        if isinstance(ufunc, np.ufunc) and not op.params and name not in ("matmul", "logical_not"):
            got = ufunc(*[Tensor(x + i, requires_grad=True) for i in range(op.arity)])
            with np.errstate(all="ignore"):
                want = ufunc(*[x + i for i in range(op.arity)])
            assert_same(np.array(getattr(got, "data", got), float), np.array(want, float), ulps=4, what=name)


def test_scipy_ufuncs_call_ops():
    special = pytest.importorskip("scipy.special")
    x = np.array([0.3, 0.6, 0.9])
    for name, ours in {
        "expit": ag.sigmoid, "log_expit": ag.log_sigmoid, "logit": ag.logit, "psi": ag.digamma, "digamma": ag.digamma,
        "erf": ag.erf, "erfc": ag.erfc, "gammaln": ag.gammaln, "expm1": ag.expm1, "cbrt": ag.cbrt, "exp2": ag.exp2,
    }.items():  # fmt: skip
        theirs = getattr(special, name)
        assert_same(theirs(Tensor(x)).numpy(), theirs(x), ulps=8, what=name)
        want = ag.grad(lambda t, f=ours: ag.sum(f(t)))(x)
        assert_same(ag.grad(lambda t, f=theirs: ag.sum(f(t)))(x), want, ulps=0, what=name)
    assert_same(special.xlogy(Tensor(x), x).numpy(), special.xlogy(x, x), ulps=8, what="xlogy")
    with pytest.raises(TypeError, match=r"scipy\.special\.i0 has no derivative here .*custom_op, with the derivative"):
        special.i0(Tensor(x))
    with pytest.raises(TypeError, match=r"scipy\.special\.ndtr\(…, where=…\) .* leave them out"):
        special.ndtr(Tensor(x), where=True)


def test_logit_keeps_its_digits():
    mpmath = pytest.importorskip("mpmath")
    for x in (1e-300, 1e-9, 0.26, 0.4999999999, 0.5000001, 0.74, 1 - 1e-9):
        with mpmath.workdps(50):
            exact = mpmath.log(mpmath.mpf(x) / (1 - mpmath.mpf(x)))
        assert_same(ag.logit(x), float(exact), ulps=4, what=f"logit({x})")


INTEGERS = Tensor([6, 2])


@pytest.mark.parametrize(
    "call",
    [
        lambda: INTEGERS & 3, lambda: 3 | INTEGERS, lambda: ~INTEGERS, lambda: np.array([3, 3]) & INTEGERS,
        lambda: np.bitwise_and(INTEGERS, 3), lambda: np.invert(INTEGERS), lambda: ~Value(0.5), lambda: Value(1.0) | True,
        lambda: ag.compile(lambda x: ag.sum(ag.where(~x, 1.0, 0.0)))(np.array([1.0])),
    ],
)  # fmt: skip
def test_logical_operators_of_numbers_are_errors(call):
    """NumPy's are bitwise, which the logical ops are not."""
    with pytest.raises(TypeError, match=r"[&|~] takes truth values, such as x > 0, got .*: use autograd\.logical_"):
        call()


@pytest.mark.parametrize("backend", ["python", "native", "numpy", "jax"])
def test_logical_operators_of_comparisons_are_recorded(backend):
    pytest.importorskip("llvmlite" if backend == "native" else "numpy")

    def f(x):
        return ag.where(((x > 1.0) & ~(x > 2.0)) | (x < 0.0), x * x, 0.0 * x)

    if backend in ("numpy", "jax"):
        x = np.array([-1.0, 0.5, 1.5, 3.0])
        np.testing.assert_array_equal(ag.compile(f, backend=backend)(x), f(Tensor(x)).numpy())
    else:
        compiled = ag.compile(f, backend=backend)
        assert [compiled(x) for x in (-1.0, 0.5, 1.5, 3.0)] == [1.0, 0.0, 2.25, 0.0]
    masks = Tensor([True, False]), np.array([True, True])
    assert (masks[0] & masks[1]).numpy().tolist() == [True, False]
    assert (masks[1] & masks[0]).numpy().tolist() == [True, False]
    assert (masks[0] | [False, True]).numpy().tolist() == [True, True]
    assert (~masks[0]).numpy().tolist() == [False, True]


def test_a_custom_op_does_not_replace_a_ufunc_of_scipy():
    special = pytest.importorskip("scipy.special")

    @ag.custom_op(lambda g, y, x: g, kind="elementwise")
    def i0e(xp, x):
        return x

    try:
        with pytest.raises(TypeError, match="i0e has no derivative here"):
            special.i0e(Tensor([0.5], requires_grad=True))
    finally:
        OPS.pop("i0e")
