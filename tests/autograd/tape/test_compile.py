"""compile(f) equals f for all types of arguments, in threads, and inside other transforms."""

import asyncio
import dataclasses
import gc
import inspect
import threading
import weakref
from collections import namedtuple

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, compile, grad, hessian, hvp, jacobian, jvp, record, value_and_grad, vjp
from autograd.base.tree import leaves
from autograd.tape.backends import Backend, evaluated
from tests.autograd.tape.test_tape_laws import SCALAR_BACKENDS

Pair = namedtuple("Pair", "a b")


@dataclasses.dataclass
class Box:
    w: object
    b: object


@dataclasses.dataclass
class Doubled:
    w: object
    twice: object = dataclasses.field(init=False)

    def __post_init__(self):
        self.twice = self.w + self.w
        self.thrice = self.twice + self.w


def same(got, want):
    got, want = leaves(got), leaves(want)
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        a, b = (x.numpy() if isinstance(x, Tensor) else x.item() if isinstance(x, Value) else x for x in (a, b))
        np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-300)
        assert np.shape(a) == np.shape(b)


@pytest.mark.parametrize(
    "argument",
    [2.0, np.array([1.0, 2.0]), [1.0, 2.0], (1.0, (2.0, 3.0)), {"b": 1.0, "a": np.ones((2, 2))}, Pair(1.0, np.ones(3)),
     Box(np.ones(2), 3.0), [np.ones((2, 3)), {"x": np.zeros(0)}], np.float64(2.0), np.float32(2.0)],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("backend", ["auto", "python", "native", "numpy"])
def test_containers_keep_their_structure(argument, backend):
    def f(tree):
        total = sum((ag.sum(x) if isinstance(x, Tensor | np.ndarray) else x for x in leaves(tree)), start=0.0)
        return total * total

    g = value_and_grad(f)

    compiled = compile(g, backend=backend)
    for _ in range(2):
        value, gradient = compiled(argument)
        want, expected = g(argument)
        assert np.isclose(value, want, rtol=1e-6)
        assert type(gradient) is type(argument) or isinstance(argument, np.floating)
        for a, b in zip(leaves(gradient), leaves(expected), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)
            assert np.shape(a) == np.shape(b)
    assert len(compiled.tapes) == 1


TRANSFORMS = {
    "grad": lambda f: grad(f),
    "value_and_grad": lambda f: value_and_grad(f),
    "grad of grad": lambda f: grad(lambda x: (grad(f)(x) ** 2).sum()),
    "hessian": lambda f: hessian(f),
    "jacobian": lambda f: jacobian(lambda x: ag.exp(x) * f(x)),
    "vjp": lambda f: lambda x: vjp(f, x)[1](2.0)[0],
    "jvp": lambda f: lambda x: jvp(f, (x,), (np.arange(3.0),)),
    "hvp": lambda f: lambda x: hvp(f, (x,), (np.arange(3.0),)),
    "checkpoint": lambda f: grad(ag.checkpoint(f)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_compiled_transforms_equal_eager(name, rng):
    f = TRANSFORMS[name](lambda x: (ag.sin(x) * ag.relu(x) * x[0]).sum() / (1.0 + ag.max(x) ** 2))
    compiled = compile(f)
    for _ in range(4):
        x = rng.standard_normal(3)
        same(compiled(x), f(x))
    assert len(compiled.tapes) == 1


@pytest.mark.parametrize("backend", SCALAR_BACKENDS)
def test_scalar_functions_of_arrays(backend):
    def f(w, x):
        return sum(a * b for row, a in zip(w, x, strict=True) for b in row) + w[0][1] ** 2 / x[0]

    compiled = compile(value_and_grad(f, (0, 1)), backend=backend)
    w, x = np.arange(6.0).reshape(3, 2), np.array([1.0, 2.0, 3.0])
    value, (gw, gx) = compiled(w, x)
    assert value == f(w.tolist(), x.tolist())
    np.testing.assert_allclose(gw, x[:, None] + np.array([[0, 2.0], [0, 0], [0, 0]]))
    np.testing.assert_allclose(gx, w.sum(1) - np.array([1.0, 0, 0]))
    rows = compile(hessian(lambda x: x[0] * x[1] * x[2]), backend=backend)(x)
    np.testing.assert_array_equal(rows, [[0, 3, 2], [3, 0, 1], [2, 1, 0]])


def test_other_arguments_are_constants_of_the_program():
    @compile
    def f(x, n, name="square"):
        return x**n if name == "power" else x * n

    assert [f(2.0, 3, "power"), f(2.0, 4, "power"), f(2.0, 3, "times"), f(3.0, 3, "power")] == [8.0, 16.0, 6.0, 27.0]
    assert len(f.tapes) == 3


def test_new_shapes_and_types_record_another_tape():
    f = compile(lambda x: ag.exp(x).sum())
    for x in (np.ones(2), np.ones(3), np.ones((2, 1)), np.ones(2, np.float32), np.zeros(2)):
        assert f(x) == np.exp(x).sum()
        assert f(x).dtype == x.dtype
    assert len(f.tapes) == 4


def test_captured_parameters_are_read_at_every_replay():
    model = nn.MLP(3, [4], 2, seed=0)
    f = compile(lambda x: model(x))
    g = compile(value_and_grad(lambda x: (model(x) ** 2).sum()))
    x = np.ones((5, 3), np.float32)
    for scale in (1.0, 0.5, -2.0):
        for p in model.parameters():
            p.data = p.numpy() * np.float32(scale) + np.float32(0.1)
        np.testing.assert_array_equal(f(x), model(x).numpy())
        same(g(x)[1], value_and_grad(lambda x: (model(x) ** 2).sum())(x)[1])
    assert len(f.tapes) == len(g.tapes) == 1


def test_results_share_no_memory():
    f = compile(lambda x: [x, x * 2.0, (x * 2.0).T, x.reshape(-1), ag.positive(x) * 1.0, (x * 2.0)[0]])
    x = np.arange(4.0).reshape(2, 2)
    first = f(x)
    kept = [a.copy() for a in first]
    for a in first:
        assert not any(np.shares_memory(a, b) for b in [x, *first] if b is not a)
    f(x + 1.0)
    for a, b in zip(first, kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_outer_derivatives_run_the_function_itself():
    f = compile(lambda x: x * x * x if x > 0 else -x)
    assert grad(f)(2.0) == 12.0
    assert grad(grad(f))(2.0) == 12.0
    x = Value(2.0)
    f(x).backward()
    assert x.grad == 12.0
    assert f.tapes == []
    assert f(Value(2.0, requires_grad=False)) == 8.0


@pytest.mark.parametrize("backend", ["python", "native", "numpy"])
def test_threads_do_not_share_buffers(backend):
    if backend == "numpy":
        f = compile(lambda x: (ag.exp(ag.sin(x)) * x).sum())
        inputs = [np.full(2000, float(i)) for i in range(8)]
    else:
        f = compile(lambda x: sum(ag.exp(ag.sin(v)) * v for v in x), backend=backend)
        inputs = [np.full(200, float(i)) for i in range(8)]
    want = [f(x) for x in inputs]
    wrong = []

    def work(i):
        wrong.extend(i for _ in range(200) if f(inputs[i]) != want[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_recording_is_local_to_a_thread_and_a_task():
    """Other threads and tasks are not recorded."""
    seen = []

    def f(x):
        other = threading.Thread(target=lambda: seen.append((Value(2.0) > 1.0, Value(2.0).data)))
        other.start()
        other.join()
        return x * x

    assert record(f, 2.0)(3.0) == 9.0
    assert seen == [(True, 2.0)]

    async def main():
        return await asyncio.gather(*[asyncio.to_thread(compile(lambda x: x * 3.0), 2.0) for _ in range(4)])

    assert asyncio.run(main()) == [6.0] * 4


def test_custom_op_is_replayed():
    @ag.custom_op(lambda g, y, x: g * 3.0 * x * x, kind="elementwise")
    def cube_of_a_tape(xp, x):
        return x * x * x

    @ag.custom_op(lambda g, y, x: g * ag.where(x > 0, 2.0, 3.0), kind="elementwise")
    def bent_of_a_tape(xp, x):
        return 2.0 * x if x > 0 else 3.0 * x  # a branch: not an expression

    f = compile(value_and_grad(lambda x: cube_of_a_tape(x) + bent_of_a_tape(x)))
    assert f(2.0) == (12.0, 14.0)
    assert f(-2.0) == (-14.0, 15.0)
    assert compile(value_and_grad(cube_of_a_tape), backend="native")(2.0) == (8.0, 12.0)
    np.testing.assert_array_equal(compile(grad(lambda x: cube_of_a_tape(x).sum()))(np.array([1.0, 2.0])), [3.0, 12.0])


def test_cross_entropy_checks_labels_at_every_replay():
    f = compile(value_and_grad(lambda z, y: nn.cross_entropy(z, y)))
    z = np.random.default_rng(0).standard_normal((4, 3))
    for y in (np.array([0, 1, 2, 0]), np.array([2, 2, 1, 1])):
        same(f(z, y), value_and_grad(nn.cross_entropy)(z, y))
    with pytest.raises(ValueError, match=r"labels must be between 0 and 2 .* got 3 in row 1"):
        f(z, np.array([0, 3, 1, 1]))
    with pytest.raises(ValueError, match="got -1 in row 2"):
        f(z, np.array([0, 1, -1, 1]))
    same(f(z, np.array([1, 1, 1, 1])), value_and_grad(nn.cross_entropy)(z, np.array([1, 1, 1, 1])))


def test_floats_do_not_change_the_dtype_of_float32_arrays():
    f = compile(lambda w, rate: w - rate * w)
    assert f(np.ones(3, np.float32), 0.5).dtype == np.float32
    assert f(np.ones(3), 0.5).dtype == np.float64


def test_listing_source_and_repr():
    tape = record(value_and_grad(lambda x, w: (x @ w).sum()), np.ones((2, 3)), np.ones(3))
    assert "input     x: float64[2, 3]" in str(tape)
    assert "matmul(x, w)" in str(tape)
    assert repr(tape).startswith("<tape of <lambda>: ")
    scalar = record(lambda x: ag.exp(x) * x if x > 0 else x, 1.0)
    assert "guard 0: v0 is True" in str(scalar)
    assert "raise GuardFailedError(0)" in scalar.source
    assert "exp(x0)" in scalar.source
    assert "1 guards" in repr(scalar)


def test_a_long_chain_is_recorded_without_recursion():
    def f(x):
        for _ in range(5000):
            x = ag.sin(x) + x
        return x

    for backend in SCALAR_BACKENDS:
        tape = record(f, 0.1, backend=backend)
        assert tape(0.1) == f(Value(0.1)).data


def test_custom_back_end():
    """A function from a program to a function of its inputs is a back end."""
    seen = []

    def slow(program):
        seen.append([step.op.name for step in program.instructions])
        return lambda leaves: evaluated(program, leaves)

    f = compile(value_and_grad(lambda x: ag.exp(x) + x), backend=slow)
    assert f(2.0) == value_and_grad(lambda x: ag.exp(x) + x)(2.0)
    assert seen == [["exp", "add", "add"]]
    assert repr(f) == "<compiled <lambda>: 1 tapes, slow>"
    np.testing.assert_array_equal(f.tapes[0].map(np.zeros(3))[0], np.full(3, 1.0))


def test_source_is_that_of_the_back_end():
    arrays = record(lambda x: ag.exp(x) * 2.0, np.ones(3))
    assert "out=" in arrays.source
    floats = record(lambda x: ag.exp(x) * 2.0, 1.0, backend="native")
    assert "exp(x0) * 2.0" in floats.source


class Counting(Backend):
    """Custom back end that evaluates each instruction, counts, and writes its source."""

    name = "counting"

    def __init__(self):
        self.programs = 0

    def compile(self, program):
        self.programs += 1
        return lambda leaves: evaluated(program, [float(x) for x in leaves])

    def source(self, program):
        return f"{len(program)} steps"


def test_custom_back_end_has_a_name_and_a_source():
    own = Counting()
    f = compile(value_and_grad(lambda x: ag.exp(x) + x), backend=own)
    assert f(0.5) == compile(value_and_grad(lambda x: ag.exp(x) + x))(0.5)
    assert f(1.5) == f(1.5)
    assert own.programs == 1
    (tape,) = f.tapes
    assert tape.backend == "counting"
    assert repr(f) == "<compiled <lambda>: 1 tapes, counting>"
    assert repr(tape).endswith("counting>")
    assert tape.source == f"{len(tape)} steps"
    np.testing.assert_array_equal(tape.map(np.array([0.5, 1.5]))[0], [f(0.5)[0], f(1.5)[0]])


@pytest.mark.parametrize("backend", ["python", "numpy", "native", "jax"])
def test_back_end_name_in_repr(backend):
    assert record(lambda x: x * x, 1.0, backend=backend).backend == backend
    assert record(lambda x: x * x, 1.0, backend=backend).source.startswith("def replay(")


@pytest.mark.parametrize("backend", ["auto", "python", "numpy"])
def test_keywords_are_followed_and_distinguished_by_name(backend):
    f = compile(lambda x, k=1.0, *, m=0.0, name="": k * x * x + m, backend=backend)
    assert [f(3.0, k=2.0), f(3.0, k=5.0), f(3.0), f(3.0, 2.0), f(3.0, m=1.0, k=2.0), f(3.0, k=2.0, m=2.0), f(x=3.0)] == [
        18.0, 45.0, 9.0, 18.0, 19.0, 20.0, 9.0,
    ]  # fmt: skip
    assert len(f.tapes) == 5
    assert [f(3.0, name="a"), f(3.0, name="b"), f(3.0, name="a")] == [9.0] * 3
    assert len(f.tapes) == 7
    g = compile(lambda x, *rest, **options: x + sum(part["k"] for part in rest) - sum(options.values()), backend=backend)
    assert [g(1.0, {"k": 2.0}), g(1.0, k=2.0), g(1.0, {"k": 2.0}, argument1=4.0)] == [3.0, -1.0, -1.0]
    assert grad(f)(3.0, k=2.0) == 12.0
    assert compile(grad(lambda x, k: k * x * x, "k"))(2.0, k=3.0) == 4.0
    assert f(Value(3.0), k=2.0).data == f(3.0, k=Value(2.0)).data == 18.0
    with pytest.raises(TypeError, match="unexpected keyword argument 'q'"):
        f(3.0, q=1.0)


def test_tapes_take_the_keywords_of_their_examples():
    tape = record(lambda x, k=1.0, p=None: k * x * x * p["w"], 3.0, p={"w": 1.0}, k=2.0)
    assert tape(3.0, k=3.0, p={"w": 2.0}) == tape(3.0, p={"w": 2.0}, k=3.0) == 54.0
    assert "input     k" in str(tape)
    assert "input     p.w" in str(tape)
    x = np.array([1.0, 2.0])
    assert tape.map(x, k=x, p={"w": x}).tolist() == (x**4).tolist()
    assert tape.map(3.0, k=x, p={"w": x}, axes=(None,)).tolist() == (9 * x * x).tolist()
    for call in (lambda: tape(3.0), lambda: tape(3.0, 2.0, {"w": 1.0}), lambda: tape(3.0, k=1.0, q={"w": 1.0})):
        with pytest.raises(TypeError, match=r"arguments(\[1\])? must have the structure"):
            call()
    arrays = record(lambda x, *, name, k: (x * k).sum() if name == "a" else x, x, name="a", k=2.0)
    assert arrays(x, name="a", k=3.0) == 9.0
    with pytest.raises(TypeError, match="recorded for other shapes or types"):
        arrays(x, name="b", k=3.0)


class Line:
    total = 0.0

    def __init__(self, slope):
        self.slope = Value(slope, requires_grad=False)

    def __eq__(self, other):
        return True  # equal, not identical; therefore not hashable

    @compile
    def at(self, x, offset=0.0):
        """Value of the line."""
        return self.slope * x + offset

    @compile(backend="python")
    def slope_of_square(self, x):
        return grad(lambda y: self.slope * y * y)(x)

    @classmethod
    @compile
    def of_class(cls, x):
        return cls.total + x

    @compile
    @classmethod
    def around_class(cls, x):
        return cls.total + x

    @staticmethod
    @compile
    def without_self(x):
        return 2.0 * x

    @compile
    @staticmethod
    def around_static(x):
        return 2.0 * x


def test_compiled_methods():
    one, two = Line(3.0), Line(5.0)
    assert [one.at(2.0), two.at(2.0), one.at(3.0, offset=1.0), one.at(1.0), Line(7.0).at(1.0)] == [6.0, 10.0, 10.0, 3.0, 7.0]
    assert (len(one.at.tapes), len(two.at.tapes), len(Line.at.tapes)) == (2, 1, 0)
    assert [one.slope_of_square(2.0), two.slope_of_square(2.0)] == [12.0, 20.0]
    one.slope.data = 4.0
    assert one.at(2.0) == 8.0
    bound = Line(7.0).at
    assert bound(2.0) == 14.0
    assert (bound.__doc__, list(inspect.signature(bound).parameters)) == ("Value of the line.", ["x", "offset"])
    for of in (Line, one):
        assert [of.of_class(1.0), of.around_class(1.0), of.without_self(1.0), of.around_static(1.0)] == [1.0, 1.0, 2.0, 2.0]
    one.at.clear()
    assert (len(one.at.tapes), len(two.at.tapes)) == (0, 1)


def test_compiled_methods_do_not_keep_instances():
    line = Line(3.0)
    line.at(2.0)
    gone = weakref.ref(line)
    del line
    gc.collect()
    assert gone() is None
    assert all(reference() is not None for reference, _ in Line.at._of_instances.values())


class Slotted:
    __slots__ = ("slope",)

    @compile
    def at(self, x):
        return self.slope * x


def test_compiled_methods_of_classes_with_slots():
    one, two = Slotted(), Slotted()
    one.slope, two.slope = 3.0, 5.0
    assert [one.at(2.0), two.at(2.0), one.at(1.0)] == [6.0, 10.0, 3.0]


@pytest.mark.parametrize("x", [3.0, np.array([3.0, 4.0])], ids=["float", "array"])
def test_computed_fields_follow_in_arguments_and_results(x):
    def f(p):
        return Doubled(ag.sum(p.twice * p.thrice)), grad(lambda q: ag.sum(q.twice * q.thrice))(p)

    for run in (f, compile(f), record(f, Doubled(x + 1.0))):
        value, gradient = run(Doubled(x))
        same([value.w, value.thrice, gradient.w], [np.sum(6 * x * x), np.sum(18 * x * x), 12 * x])


@dataclasses.dataclass
class Slope:
    slope: object

    @compile
    def at(self, x):
        return self.slope * x


def test_compiled_methods_of_dataclasses_follow_their_fields():
    one, two = Slope(3.0), Slope(5.0)
    assert [one.at(2.0), two.at(2.0), one.at(1.0), len(Slope.at.tapes)] == [6.0, 10.0, 3.0, 1]
    one.slope = 4.0
    assert one.at(2.0) == 8.0
    assert grad(Slope.at)(one, 2.0) == Slope(2.0)


@pytest.mark.parametrize("backend", SCALAR_BACKENDS)
def test_division_by_zero_of_array_arguments_gives_infinity_without_a_warning(backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
    np.testing.assert_array_equal(compile(lambda x: x / 0.0, backend=backend)(np.array([1.0, -1.0])), [np.inf, -np.inf])


def test_division_by_zero_beside_arrays_in_the_python_backend():
    zero = np.zeros(())  # an input of the tape
    f = compile(lambda x: (ag.arctan2(x + zero, x), 1.0 / (x * zero)), backend="python")
    angles, infinities = f(np.array([1.0, -1.0]))
    np.testing.assert_allclose(angles, [np.pi / 4, -3 * np.pi / 4])
    np.testing.assert_array_equal(infinities, [np.inf, -np.inf])
