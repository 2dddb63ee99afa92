"""Back end "jax": results equal those of NumPy, up to the rounding of its functions."""

import contextlib
import functools
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import autograd as ag
import nn
from autograd import Tensor, compile, gradients, record, value_and_grad
from autograd.base.tree import leaves
from tests.laws.example_calls import COMPARISONS, DISCRETE, ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import FEW, SPECIAL, arrays_in
from tests.laws.smooth_programs import programs

pytestmark = [pytest.mark.peer, pytest.mark.slow]


@pytest.fixture(autouse=True)
def jax():
    """JAX with 64-bit numbers for one test."""
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        yield jax


def once(call):
    """Value and gradient of a call of an op, in the type of its input."""

    def f(*xs):
        y = call(*xs)
        return y, gradients(y, list(xs), Tensor(np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype)))

    return f


def twice(call):
    """Value, gradient and second gradient of a call of an op."""

    def f(*xs):
        y = call(*xs)
        w = Tensor(np.cos(np.arange(y.size)).reshape(y.shape))
        first = gradients(y, list(xs), w, create_graph=True)
        total = sum((g * g).sum() for g in first)
        return y, first, gradients(total, list(xs), create_graph=True) if total.requires_grad else []

    return f


def assert_close(found, wanted, rtol=1e-10, atol=1e-13):
    pairs = list(zip(leaves(found), leaves(wanted), strict=True))
    scale = max(np.max(np.abs(want), initial=0.0, where=np.isfinite(want)) for _, want in pairs)  # where terms cancel
    for got, want in pairs:
        assert got.dtype == want.dtype
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=rtol, atol=atol * scale)


def assert_agrees(jax, call, rows):
    tape = record(call, *rows[0])
    lowered = jax.jit(tape.to_jax())
    for row in rows:
        assert_close(lowered(*row), tape(*row))


def smooth_arrays(case, rng):
    op, _ = case
    return arrays_in(op.smooth_on, [(2, 3), (3,), (2, 1)][: op.arity], rng)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op(jax, case, rng):
    op, params = case
    assert_agrees(jax, twice(lambda *xs: op(*xs, **params)), [smooth_arrays(case, rng) for _ in range(2)])


OTHERS = examples("linear", "bilinear", "general")


@pytest.mark.parametrize("case", OTHERS, ids=example_id)
def test_every_other_op(jax, case, rng):
    assert_agrees(jax, twice(case[2].call), [case[2].arrays(rng)])


IN_DOUBLE = "is of float64, and JAX computes in float32"


@pytest.mark.parametrize(
    "case", [*ELEMENTWISE_CASES, *OTHERS], ids=lambda case: case_id(case) if len(case) == 2 else example_id(case)
)
def test_op_in_float32_with_64_bit_numbers_off(jax, case, rng):
    """The default of JAX."""
    if len(case) == 2:
        call, arrays = functools.partial(case[0], **case[1]), smooth_arrays(case, rng)
    else:
        call, arrays = case[2].call, case[2].arrays(rng)
    single = [x.astype(np.float32) for x in arrays]
    tape = record(once(call), *single)
    wanted = tape(*single)
    double = any(np.asarray(y).dtype == np.float64 for y in leaves(wanted))
    with jax.enable_x64(False), pytest.raises(TypeError, match=IN_DOUBLE) if double else contextlib.nullcontext():
        assert_close(jax.jit(tape.to_jax())(*single), wanted, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("op", [*COMPARISONS, *DISCRETE], ids=lambda op: op.name)
def test_op_without_a_derivative(jax, op):
    xs = [np.array([[0.0, 1.0], [-2.0, 1.0]]), np.array([[1.0, 1.0], [-3.0, np.nan]])][: 1 if op in DISCRETE else op.arity]
    assert_agrees(jax, lambda *xs: op(*xs), [xs])


#: Ops that differ from NumPy at the ends of the range of floats: XLA flushes subnormal numbers to 0.
SUBNORMAL = 2.3e-308
#: JAX's gamma function differs at and left of its poles: these ops are compared where they are smooth.
GAMMAS = ("gammaln", "digamma", "polygamma")


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op_at_hard_points(jax, case):
    op, params = case
    numbers = [x for x in (SPECIAL if op.arity == 1 else FEW) if x == 0 or not abs(x) < SUBNORMAL]
    if op.name in GAMMAS:
        numbers = [x for x in numbers if 0 < x < 1e18]
    if op.name == "divide_or_zero":  # XLA divides by the product of two divisors, which overflows
        numbers = [x for x in numbers if not 1e150 < abs(x) < np.inf]
    rows = np.array(list(itertools.product(*[numbers] * op.arity))[:400]).T
    tape = record(lambda *xs: op(*xs, **params), *rows)
    want = tape(*rows)
    tiny = np.abs(want) < SUBNORMAL
    got = np.asarray(jax.jit(tape.to_jax())(*rows))
    np.testing.assert_allclose(np.where(tiny & (got == 0), want, got), want, rtol=1e-9)


MASKED = [(op.name, functools.partial(op, **params), [(2, 3)] * op.arity) for op, params in ELEMENTWISE_CASES if op.arity > 1]
MASKED += [(name, example.call, example.shapes) for name, _, example in examples("bilinear")]


@pytest.mark.parametrize(("name", "call", "shapes"), MASKED)
def test_mask_beside_infinities(jax, name, call, shapes, rng):
    """Each argument in turn is a mask, converted to floats or not; NumPy takes the logarithm of a mask in float16."""

    def f(*xs):
        places = [(i, mask) for i, x in enumerate(xs) for mask in [x > 1.0, ag.astype(x > 1.0, float)][name == "xlog1py" :]]
        return [call(*xs[:i], mask, *xs[i + 1 :]) for i, mask in places]

    assert_agrees(jax, f, [[np.asarray(rng.choice([np.nan, np.inf, -1.0, 0.0, 2.0], shape)) for shape in shapes]])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=programs())
def test_random_program(jax, case):
    program, rows, _ = case
    f = value_and_grad(lambda *xs: program.run(xs, 1))
    tape = record(f, *rows[0])
    lowered = jax.jit(tape.to_jax())
    for row in rows:
        (value, gradient), (want, expected) = lowered(*row), tape(*row)
        np.testing.assert_allclose([value, *leaves(gradient)], [want, *leaves(expected)], rtol=1e-9, atol=1e-12)


def test_compiled_function_takes_each_branch():
    f = compile(value_and_grad(lambda w, x: sum(w * x) ** 2 if w[0] > 0.0 else w[1] * x[1]), backend="jax")
    want, gradient = f(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert (want, gradient.tolist()) == (121.0, [66.0, 88.0])
    assert f(np.array([-1.0, 2.0]), np.array([3.0, 4.0]))[1].tolist() == [0.0, 4.0]
    assert len(f.tapes) == 2


def test_error_names_a_branch():
    tape = record(lambda x: x * 2.0 if x > 1.5 else x, 2.0)
    with pytest.raises(TypeError, match=r"decision 0 .*, greater\(x, 1.5\), came out True.*: write where"):
        tape.to_jax()


def test_float64_raises_if_jax_has_it_off(jax):
    tape = record(lambda x: x * 2.0, np.ones(2))
    with jax.enable_x64(False), pytest.raises(TypeError, match=r"x is of float64.*'jax_enable_x64', True\) before.*float32"):
        tape.to_jax()
    with jax.enable_x64(False):
        assert record(lambda x: ag.max(x * 2.0), np.ones(2, np.float32)).to_jax()(np.ones(2, np.float32)) == 2.0


@pytest.mark.parametrize("where", ["a constant of shape", "the result of astype"])
def test_float64_inside_the_function_raises(jax, where):
    """Also if inputs and outputs have another dtype."""
    near = np.full(3, 1.0 + 1e-12)
    x = np.ones(3, np.float32)
    calls = {"a constant of shape": lambda x: ag.where(x < near, x, 0.0 * x), "the result of astype": _doubled}
    with jax.enable_x64(False), pytest.raises(TypeError, match=f"{where}.* is of float64"):
        record(calls[where], x).to_jax()


def _doubled(x):
    return ag.astype(ag.astype(x, np.float64) + 1.0, np.float32)


def test_parameters_are_an_argument_or_read_at_each_call(jax):
    model = nn.MLP(3, [4], 2, seed=0)
    parameters = model.parameters()
    x, y = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32), np.array([0, 1, 1, 0, 1])

    def f(x, y):
        loss = nn.cross_entropy(model(x), y)
        return loss, gradients(loss, parameters)

    compiled, lowered = compile(f, backend="jax"), jax.jit(record(f, x, y).to_jax(parameters))
    for scale in (1.0, -0.5):
        for p in parameters:
            p.data = p.numpy() * np.float32(scale)
        want, expected = compile(f)(x, y)
        for value, found in (compiled(x, y), lowered([p.numpy() for p in parameters], x, y)):
            np.testing.assert_allclose(value, want, rtol=1e-6)
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_error_names_the_row_of_a_wrong_label(jax):
    x = np.zeros((2, 3), np.float32)
    f, tape = compile(nn.cross_entropy, backend="jax"), record(nn.cross_entropy, x, np.array([0, 1]))
    for call in (f, tape.to_jax(), tape.to_jax().check):
        with pytest.raises(ValueError, match="got 3 in row 1"):
            call(x, np.array([0, 3]))


def test_arguments_of_another_kind_raise(jax):
    """JAX itself would round, broadcast or ignore such arguments."""
    w = Tensor(np.ones(3), requires_grad=True, label="w")
    labels = record(nn.cross_entropy, np.zeros((2, 3)), np.array([0, 1])).to_jax()
    x = np.ones((2, 3))
    with_parameter = record(lambda x: (w * x).sum(), np.ones(3)).to_jax([w])
    repeated = record(lambda x, n, how: x * n if how == "times" else x + n, np.ones(3), 2, "times").to_jax()
    cases = [
        (labels, (x, np.array([0.7, 1.2])), "labels must have .* type int64, as recorded, got .* type float64"),
        (jax.jit(labels), (x, np.array([0.7, 1.2])), "labels must have .* type int64, as recorded, got .* type float64"),
        (labels, (x + 1j, np.array([0, 1])), "logits must have .* type float64, as recorded, got .* type complex128"),
        (labels, (x,), "must have 2 arguments, as recorded, got 1"),
        (with_parameter, ([np.ones(1)], np.ones(3)), r"w must have shape \(3,\) .* got shape \(1,\)"),
        (with_parameter, (np.ones(3), np.ones(3)), "must be a list with the data of 1 parameters"),
        (repeated, (np.ones(3), 3, "times"), "was recorded with the constant 2, got 3"),
        (repeated, (np.ones(3), 2, "plus"), "was recorded with the constant 'times', got 'plus'"),
        (jax.jit(repeated, static_argnums=2), (np.ones(3), 2, "times"), "2 is a constant of the tape of .* in static_argnums"),
    ]
    for f, args, message in cases:
        with pytest.raises(TypeError, match=message):
            f(*args)
    assert jax.jit(repeated, static_argnums=(1, 2))(np.ones(3), 2, "times").tolist() == [2.0] * 3
    assert repeated(np.ones(3, np.float32), 2, "times").dtype == np.float64
    with pytest.raises(TypeError, match=r"write \[parameter\]"):
        record(lambda x: (w * x).sum(), np.ones(3)).to_jax(w)


def test_labels_may_be_arrays_of_jax(jax):
    with jax.enable_x64(False):
        f = record(nn.cross_entropy, np.zeros((2, 3), np.float32), np.array([0, 1])).to_jax()
        np.testing.assert_allclose(f(np.ones((2, 3), np.float32), jax.numpy.array([2, 1])), np.log(3.0), rtol=1e-6)


def test_products_have_full_precision_by_default(jax):
    """Always true on a CPU; the lowered text shows the precision on a GPU."""
    x = np.ones((2, 2), np.float32)
    tape = record(ag.value_and_grad(lambda a: (a @ a).sum()), x)

    def text():
        return jax.jit(tape.to_jax()).lower(x).as_text()

    assert text().count("precision = [HIGHEST, HIGHEST]") == text().count("dot_general") == 3
    with jax.default_matmul_precision("bfloat16"):
        assert "HIGHEST" not in text()


def test_jax_transforms(jax):
    tape = record(lambda p, x: {"y": ag.tanh(p["w"] * x).sum()}, {"w": np.ones(3)}, np.arange(3.0))
    g = jax.grad(lambda p, x: tape.to_jax()(p, x)["y"])({"w": np.ones(3)}, np.arange(3.0))
    np.testing.assert_allclose(g["w"], np.arange(3.0) / np.cosh(np.arange(3.0)) ** 2, rtol=1e-12)
    many = jax.vmap(tape.to_jax(), in_axes=(None, 0))({"w": np.ones(3)}, np.eye(3))["y"]
    np.testing.assert_allclose(many, np.full(3, np.tanh(1.0)), rtol=1e-12)
    with pytest.raises(TypeError, match=r"shape \(3,\), as recorded, got shape \(2,\)"):
        tape.to_jax()({"w": np.ones(3)}, np.ones(2))


def test_dict_keys_may_have_any_order(jax):
    """JAX sorts keys; a tape keeps the order of the example."""
    tape = record(lambda p, x: {"z": p["b"] - 2.0 * p["a"], "y": x[1] - x[0]}, {"b": np.ones(2), "a": np.zeros(2)}, [1.0, 5.0])
    for f in (tape.to_jax(), jax.jit(tape.to_jax())):
        got = f({"a": np.full(2, 10.0), "b": np.full(2, 3.0)}, [2.0, 3.0])
        assert (got["z"].tolist(), float(got["y"])) == ([-17.0, -17.0], 1.0)
    for wrong in ({"a": np.ones(2)}, [np.ones(2)] * 2, np.ones(2)):
        with pytest.raises(TypeError, match=r"\[0\] must have the structure \{'b': leaf, 'a': leaf\}, got"):
            tape.to_jax()(wrong, [2.0, 3.0])


def test_error_names_an_op_that_reads_its_numbers():
    @ag.custom_op(lambda g, y, x: g, kind="elementwise")
    def looked_at_of_jax(xp, x):
        return np.asarray(x) * 1.0

    with pytest.raises(TypeError, match="JAX cannot run the op looked_at_of_jax"):
        compile(lambda x: looked_at_of_jax(x).sum(), backend="jax")(np.ones(2))
