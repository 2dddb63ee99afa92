"""Branches on data: a replay equals eager execution, whatever path was recorded before."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import autograd.tape.compile as compiling
from autograd import GuardFailedError, Value, compile, grad, record, value_and_grad
from autograd.tape.backends import protocol
from tests.autograd.tape.test_tape_laws import SCALAR_BACKENDS
from tests.laws.inputs import few

numbers = st.floats(-3.0, 3.0, allow_subnormal=False)


def recursive(x):
    """A function whose recursion depth depends on the data."""
    return x * x if x < 1.0 else 0.5 * recursive(x - 1.0) + ag.sin(x)


def collatz(x, n):
    """A loop whose length depends on the data."""
    count = 0
    while abs(x) > 0.5 and count < 40:
        x = x * n if count % 3 == 2 else x / 2.0
        count += 1
    return x + count


def newton(a, x):
    """√a by Newton's method, to convergence."""
    for _ in range(60):
        following = 0.5 * (x + a / x)
        if abs(following - x) <= 1e-15 * following:
            break
        x = following
    return x


def ordered(a, b, c):
    """A sort, a maximum and a minimum of Values."""
    values = sorted([a, b, c])
    return values[0] * 3.0 + values[1] * ag.exp(values[2]) + max(a, b, c) * min(a, b) + (b if a in (b, c) else c)


def nested(x, y):
    if x > 0:
        if y > x:
            return x * y
        return x - y
    if not y:
        return x
    return ag.where(y > 0, x / y, y) if x < -1 else y * y * x


PROGRAMS = {
    "recursive": (recursive, st.tuples(st.floats(0.1, 6.0))),
    "a loop of as many steps as it takes": (collatz, st.tuples(st.floats(1.0, 100.0), st.floats(1.0, 2.0))),
    "Newton's method": (newton, st.tuples(st.floats(0.1, 1e6), st.floats(0.1, 10.0))),
    "sorted, max, min, in": (ordered, st.tuples(numbers, numbers, numbers)),
    "nested branches": (nested, st.tuples(numbers, numbers | st.just(0.0))),
}


def in_ops(f):
    """(value, gradients), computed by ops as on a tape."""

    def both(*xs):
        variables = [Value(x) for x in xs]
        y = f(*variables)
        found = ag.gradients(y, variables, create_graph=True)
        return y.data, [g.data for g in found]

    return both


@pytest.mark.parametrize("backend", SCALAR_BACKENDS)
@pytest.mark.parametrize("name", PROGRAMS)
@few
@given(data=st.data())
def test_every_path_equals_eager(name, backend, data):
    f, arguments = PROGRAMS[name]
    compiled = compile(value_and_grad(f, tuple(range(f.__code__.co_argcount))), backend=backend)
    for xs in data.draw(st.lists(arguments, min_size=3, max_size=8)):
        value, gradient = compiled(*xs)
        want = in_ops(f)(*xs)
        assert (value, list(gradient)) == want
        assert compiled(*xs) == (value, gradient)


def test_both_paths_are_recorded_and_listed():
    f = compile(lambda x: x * x if x > 0 else -x)
    assert [f(x) for x in (2.0, -2.0, 3.0, -3.0, float("nan"))][:4] == [4.0, 2.0, 9.0, 3.0]
    assert len(f.tapes) == 2
    assert all(len(tape.program.guards) == 1 for tape in f.tapes)
    f.clear()
    assert f.tapes == []
    assert f(-2.0) == 2.0


def test_nan_takes_the_path_of_python():
    f = compile(lambda x: 1.0 * x if x > 0 else 5.0 + 0.0 * x)
    assert f(1.0) == 1.0
    assert math.isnan(f(float("nan")))
    assert len(f.tapes) == 2


def test_a_tape_raises_on_another_path():
    tape = record(lambda x: x * x if x > 0 else -x, 1.0)
    assert tape(2.0) == 4.0
    with pytest.raises(GuardFailedError, match=r"decision 0 .* comes out the other way here.*use compile"):
        tape(-2.0)


def test_guards_are_checked_for_every_example_of_a_map(monkeypatch):
    monkeypatch.setattr(protocol, "BLOCK", 64)
    for backend in SCALAR_BACKENDS:
        tape = record(lambda x: x * x if x > 0 else -x, 1.0, backend=backend)
        np.testing.assert_array_equal(tape.map(np.arange(1.0, 200.0)), np.arange(1.0, 200.0) ** 2)
        with pytest.raises(GuardFailedError):
            tape.map(np.r_[np.arange(1.0, 200.0), -1.0])


def test_the_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(compiling, "MAX_TAPES", 4)
    f = compile(recursive)
    for x in [*np.linspace(0.5, 9.5, 10), 0.5, 9.5]:
        assert f(float(x)) == recursive(Value(x)).data
        assert len(f.tapes) <= 4


def test_branch_on_a_captured_parameter_is_checked_at_every_replay():
    w = Value(2.0)
    f = compile(lambda x: x * w if w > 0 else x)
    assert f(3.0) == 6.0
    w.data = -1.0
    assert f(3.0) == 3.0
    w.data = 5.0
    assert f(3.0) == 15.0


def test_a_branch_on_an_array_of_one_element():
    f = compile(lambda x: (x * 2.0).sum() if x.sum() > 0 else x.min())
    for x in ([1.0, 2.0], [-1.0, -2.0], [3.0, -1.0]):
        assert f(np.array(x)) == (2 * sum(x) if sum(x) > 0 else min(x))


@pytest.mark.parametrize(
    "f",
    [
        ag.max,
        ag.min,
        ag.sort,
        ag.relu,
        ag.abs,
        lambda x: ag.maximum(x, x[::-1]),
        lambda x: x[x.argmax()] if 0 else ag.norm(x, np.inf),
    ],
)
def test_selections_in_ops_follow_the_data_of_the_replay(f, rng):
    """The largest entry is not a branch: the gradient follows the data of the replay."""
    g = compile(grad(lambda x: (f(x) * np.arange(1.0, 6.0)).sum()))
    for _ in range(5):
        x = rng.standard_normal(5)
        np.testing.assert_array_equal(g(x), grad(lambda x: (f(x) * np.arange(1.0, 6.0)).sum())(x))
    assert len(g.tapes) == 1
