"""Replays in tiers: the faster one comes after a number of calls, with the same bits, and only if it can be compiled."""

import numpy as np
import pytest

import autograd as ag
from autograd.support import machine_code
from autograd.tape.backends import GuardFailedError, native, tiers
from autograd.tape.backends.tiers import upgrade
from tests.laws.equality import assert_same


def test_a_replay_is_upgraded_at_a_number_of_calls():
    replay = upgrade(lambda xs: ["slow", *xs], 3, lambda: lambda xs: ["fast", *xs])
    assert [replay([1])[0] for _ in range(5)] == ["slow", "slow", "fast", "fast", "fast"]


@pytest.mark.parametrize("error", [ImportError, OSError, RuntimeError])
def test_a_replay_stays_if_a_faster_one_cannot_be_compiled(error):
    tries = []

    def make():
        tries.append(1)
        raise error

    replay = upgrade(lambda xs: "slow", 2, make)
    assert [replay([]) for _ in range(4)] == ["slow"] * 4
    assert len(tries) == 1


@pytest.mark.parametrize("name", ["auto", "native"])
def test_results_and_guards_do_not_change_between_tiers(monkeypatch, name):
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(tiers, "NATIVE_AFTER", 3)
    monkeypatch.setattr(tiers, "_LEAST_INSTRUCTIONS", 1)
    monkeypatch.setattr(native, "_MANY_RUNS", 1)
    monkeypatch.setattr(native, "_MANY_REPLAYS", 3)
    levels = []
    compile_source = machine_code._compile
    monkeypatch.setattr(machine_code, "_compile", lambda source, level: levels.append(level) or compile_source(source, level))

    def f(x, y):
        return ag.exp(x) * y / x if x < 700.0 else x

    tape = ag.record(ag.value_and_grad(f, (0, 1)), 1.0, 2.0, backend=name)
    rows = [(0.3, 0.7), (1e-300, 1e300), (-0.0, np.nan), (699.0, 1e5), (-np.inf, 2.0)]
    python = ag.record(ag.value_and_grad(f, (0, 1)), 1.0, 2.0, backend="python")
    for _ in range(3):
        for row in rows:
            assert_same(ag.ravel_tree(tape(*row))[0], ag.ravel_tree(python(*row))[0], ulps=0, what=f"{row}")
            assert type(tape(*row)[0]) is float
        with pytest.raises(GuardFailedError):
            tape(701.0, 1.0)
    assert levels == [0, 2]
