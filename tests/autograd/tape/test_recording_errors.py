"""Errors of recording: reads of data, random draws, wrong arguments."""

import copy
import functools
import random
import sys
import threading
import weakref

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, compile, grad, record, stop_gradient, value_and_grad
from autograd.base import reachable
from autograd.support import machine_code
from autograd.tape.backends import native

W, T = Value(2.0), Tensor([1.0, 2.0], requires_grad=True)

READINGS = {
    ".data": lambda x: x * x.data,
    ".item()": lambda x: x * x.item(),
    "float()": lambda x: x * float(x),
    "int": lambda x: x * int(x),
    "round": lambda x: x * round(x),
    "of a computed number": lambda x: x * (x * 2.0).data,
    "of a parameter": lambda x: x * W.data,
    "format of float()": lambda x: x * float(f"{float(x)}"),
    "backward()": lambda x: (x * x).backward() or x,
    "range(int(x))": lambda x: sum(x for _ in range(int(x))),
    "an assignment": lambda x: setattr(W, "data", 3.0) or x,
}
READINGS_OF_ARRAYS = {
    ".data": lambda x: x * x.data,
    ".numpy()": lambda x: x * x.numpy(),
    ".item()": lambda x: x * x.sum().item(),
    "np.asarray": lambda x: x * np.asarray(x),
    "float()": lambda x: x * float(x.sum()),
    ".tolist()": lambda x: x * x.tolist()[0],
    "float of a position": lambda x: x * float(x.argmax()),
    "an index of a plain array": lambda x: x * np.array([1.0, 2.0])[x.argsort()],
    "np.isposinf": lambda x: x * np.isposinf(x),
    "a mask of a plain array": lambda x: x * np.array([1.0, 2.0])[x > 0],
    "of a parameter": lambda x: x * T.data,
    "backward()": lambda x: x.sum().backward() or x,
}


@pytest.mark.parametrize("f", [pytest.param(f, id=name) for name, f in READINGS.items()])
def test_reading_a_number_raises(f):
    with pytest.raises(
        TypeError, match=r"while a tape is recorded would make a constant .* stop_gradient\(x\).* where, maximum"
    ):
        record(f, 3.0)
    assert W.data == 2.0


@pytest.mark.parametrize("f", [pytest.param(f, id=name) for name, f in READINGS_OF_ARRAYS.items()])
def test_reading_an_array_raises(f):
    with pytest.raises(TypeError, match="while a tape is recorded would make a constant"):
        record(f, np.array([1.0, -2.0]))


@pytest.mark.parametrize("f", [np.nonzero, np.flatnonzero, np.argwhere])
def test_a_shape_that_depends_on_data_is_refused(f):
    for g in (f, lambda x: f(x > 0)):
        with pytest.raises(TypeError, match=r"while a tape is recorded would make a constant.*where"):
            record(g, np.array([1.0, -2.0]))


def test_constants_of_the_function_may_be_read():
    def f(x):
        c = Value(2.0)
        d = Tensor([1.0, 2.0])
        return x * c.data * float(d.data.sum()) * (1.0 if c > 1.0 else 2.0)

    tape = record(f, 3.0)
    assert tape(1.0) == 6.0
    assert not tape.program.guards


def test_a_number_may_be_printed(capsys):
    def f(x):
        print(x, f"{x:.2f}", repr(x))
        return x

    assert record(f, 3.0)(4.0) == 4.0
    assert "3.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda _: random.random(), id="random"),
        pytest.param(lambda _: random.gauss(0.0, 1.0), id="random.gauss"),
        pytest.param(lambda _: np.random.rand(), id="np.random"),
        pytest.param(lambda outside: outside[0].normal(), id="a Generator"),
        pytest.param(lambda outside: np.random.RandomState.rand(outside[1]), id="a RandomState"),
    ],
)
def test_random_numbers_raise(draw):
    outside = np.random.default_rng(0), np.random.RandomState(0)
    with pytest.raises(RuntimeError, match=r"drew from a random generator .* draw them outside, and pass them as an argument"):
        record(lambda x: x * draw(outside), 1.0)


def test_a_draw_of_a_kept_normal_number_is_noticed():
    """A RandomState makes normal numbers in pairs: the second draw changes only the number that it keeps."""
    generator = np.random.RandomState(0)
    generator.normal()
    with pytest.raises(RuntimeError, match="drew from a random generator"):
        record(lambda x: x * generator.normal(), 1.0)


def test_shared_generators_are_found_through_other_packages():
    stats = pytest.importorskip("scipy.stats")
    with pytest.raises(RuntimeError, match="drew from a random generator"):
        record(lambda x: x * stats.norm.rvs(), 1.0)


GLOBAL = np.random.default_rng(1)


def draw_from_global():
    return GLOBAL.normal()


class Holder:
    shared = random.Random(0)

    def __init__(self):
        self.kept = {"inside": [np.random.PCG64(0)]}
        self.model = nn.Sequential(nn.Linear(1, 2), nn.Dropout(0.5, seed=1))

    def by_class(self, x):
        return x * Holder.shared.random()

    def by_instance(self, x):
        return x * (self.kept["inside"][0].random_raw() / 2.0**64)

    @property
    def drawn(self):
        return draw_from_global()

    def by_property(self, x):
        return x * self.drawn

    def __call__(self, x):
        return self.by_instance(x)


def _reaching():
    """Functions that draw, each from a generator reachable in another way."""
    inside = np.random.default_rng(2)
    holder = Holder()
    normal = inside.normal
    stream = (inside.normal() for _ in iter(int, 1))
    return {
        "a closure": lambda x: x * inside.normal(),
        "a bound method": lambda x: x * normal(),
        "a default": lambda x, g=inside: x * g.normal(),
        "a global of a helper": lambda x: x * draw_from_global(),
        "a partial": functools.partial(lambda g, x: x * g.normal(), inside),
        "a class": holder.by_class,
        "an instance": holder.by_instance,
        "a property": holder.by_property,
        "a callable": holder,
        "a generator": lambda x: x * next(stream),
        "a gradient": grad(lambda x: x * inside.normal()),
        "a compiled function": lambda x: compile(draw_from_global)() * x,
        "an attribute of a module": lambda x: x * here.GLOBAL.normal(),
        "a model": lambda x: (holder.model(np.ones((1, 1))), x)[1],
    }


here = sys.modules[__name__]


@pytest.mark.parametrize("way", list(_reaching()))
def test_every_reachable_generator_is_found(way):
    with pytest.raises(RuntimeError, match="drew from a random generator"):
        record(_reaching()[way], 1.0)


def test_a_generator_that_is_passed_is_found():
    with pytest.raises(RuntimeError, match="drew from a random generator"):
        record(lambda x, g: x * g.normal(), 1.0, np.random.default_rng(0))


@pytest.mark.parametrize("draw", [np.random.default_rng(0).normal, np.random.rand, random.random])
def test_draws_of_other_threads_are_ignored(draw):
    """Another thread draws from a generator that f can reach but does not use."""
    done, under_way = threading.Event(), threading.Event()

    def work():
        while not done.is_set():
            draw()
            under_way.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        under_way.wait()
        for k in range(20):
            assert record(lambda x, k=k: x * k if k >= 0 else draw(), 2.0)(3.0) == 3.0 * k
        with pytest.raises(RuntimeError, match="drew from a random generator"):
            record(lambda x: x * draw(), 1.0)
    finally:
        done.set()
        thread.join()


class Touchy:
    """Runs code when it is asked for an attribute, or for its class."""

    __slots__ = ("unset",)

    @property
    def __class__(self):
        raise RuntimeError("the search must not ask for the class")

    def __getattr__(self, name):
        raise RuntimeError("the search must not ask for attributes")


def _dead_proxy():
    return weakref.proxy(Holder())


@pytest.mark.parametrize("make", [_dead_proxy, Touchy], ids=lambda make: make.__name__)
def test_the_search_runs_no_code_of_what_it_finds(make):
    thing = make()
    assert record(lambda x: x * 2.0 if x is not thing else thing, 1.0)(2.0) == 4.0
    assert any(x is thing for x in reachable.reachable_objects([thing, {"a": thing}]))


def test_the_search_is_bounded_to_reachable_objects(monkeypatch):
    """Unreachable objects are not searched, and large containers only in part."""
    many = [[] for _ in range(50_000)]
    assert all(x is not many for x in reachable.reachable_objects(lambda x: x))
    looked_at: list = []
    referents = reachable._referents
    monkeypatch.setattr(reachable, "_referents", lambda x: looked_at.append(x) or referents(x))
    reachable.reachable_objects(lambda x: x + len(many))
    assert len(looked_at) <= reachable.MAX_ENTRIES + 100
    looked_at.clear()
    reachable.reachable_objects(lambda x: x + 1)
    assert len(looked_at) < 10


def test_generators_with_a_seed_inside_the_function_are_allowed():
    def f(x):
        return x * np.random.default_rng(3).normal()

    assert record(f, 1.0)(2.0) == f(2.0)


def test_unhashable_argument_raises():
    with pytest.raises(TypeError, match="cannot be an argument of a recorded function"):
        record(lambda x, s: x, 1.0, {1, 2})


def test_nested_recording_raises_and_nested_compile_is_inlined():
    with pytest.raises(TypeError, match="cannot be recorded while another one is"):
        record(lambda x: record(lambda y: y, 1.0)(2.0) * x, 1.0)
    inner = compile(lambda x: x * x if x > 0 else x)
    outer = record(grad(lambda x: inner(x) * 3.0), 2.0)
    assert outer(5.0) == 30.0
    assert inner.tapes == []


def test_unknown_back_end_raises():
    for make in (lambda: compile(abs, backend="cuda"), lambda: record(abs, 1.0, backend="cuda")):
        with pytest.raises(ValueError, match="no back end 'cuda': choose one of auto, python, numpy, native"):
            make()


def test_other_shapes_and_types_raise():
    tape = record(lambda x: x.sum(), np.ones(3))
    for wrong in (np.ones(4), np.ones(3, np.float32), 1.0, [np.ones(3)]):
        with pytest.raises(TypeError, match="recorded for other shapes or types"):
            tape(wrong)
    with pytest.raises(TypeError, match="map is for functions of Values"):
        tape.map(np.ones((2, 3)))
    one = record(lambda x, k: x * k, 1.0, 2.0)
    with pytest.raises(ValueError, match=r"axes \(0,\) must be 0 .* for each of 2 arguments"):
        one.map(np.ones(3), 1.0, axes=(0,))
    with pytest.raises(ValueError, match=r"one number of examples, got \[2, 3\]"):
        one.map(np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match=r"an example in each row, got numbers: 1\.0"):
        one.map(np.ones(3), 1.0)
    with pytest.raises(TypeError, match="must have the structure and shapes"):
        one.map(np.ones((3, 2)), np.ones(3))


def test_native_raises_for_arrays():
    program = record(lambda x: x * 2.0, np.ones(3)).program
    with pytest.raises(TypeError, match="runs programs of floats, and this one has arrays"):
        native.backend.compile(program)


def test_without_llvmlite_the_error_names_the_command(monkeypatch):
    machine_code._machine.cache_clear()
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    for name in ("native", "numba"):
        with pytest.raises(ImportError, match=r"pip install 'glassgrad\[jit\]'"):
            record(lambda x: x * x, 1.0, backend=name)(1.0)


def test_an_error_in_the_function_ends_the_recording():
    with pytest.raises(ZeroDivisionError):
        record(lambda x: x * (1 / 0), 1.0)
    assert Value(2.0).data == 2.0
    assert isinstance(Value(2.0) > 1.0, bool)


def test_stopped_gradients_are_replayed():
    """detach, stop_gradient and no_grad stop gradients, but not the replay."""

    def f(x):
        with ag.no_grad():
            y = x * x
        return x * y + x * stop_gradient(x) + x * (3.0 * x).detach()

    for backend in ("python", "native"):
        tape = record(value_and_grad(f), 2.0, backend=backend)
        for x in (2.0, 5.0):
            assert tape(x) == (x**3 + x * x + 3 * x * x, x * x + x + 3 * x)
    tape = record(value_and_grad(lambda x: f(x).sum()), np.array([2.0, 5.0]))
    np.testing.assert_array_equal(tape(np.array([1.0, 2.0]))[1], [1 + 1 + 3, 4 + 2 + 6])


def test_copies_of_a_compiled_function_work():
    f = compile(lambda x: x * x)
    assert f(2.0) == 4.0
    assert copy.copy(f)(3.0) == 9.0
