"""Measurements of the checks: a few mutants, random programs and correct functions; the commands run all."""

import itertools
from collections import Counter

import numpy as np
import pytest

from autograd import OPS, Tensor, gradients
from autograd.checks import shrink
from benchmarks import false_alarms, fuzz, mutants
from benchmarks.broken_engines import engine_mutants
from benchmarks.custom_mutations import custom_mutants
from benchmarks.mutations import IN_TURN, row_mutants

ROWS, ENGINES, CUSTOM = list(row_mutants()), list(engine_mutants()), list(custom_mutants())
CALLS = mutants.calls_by_op()


def test_every_pullback_is_broken_in_many_ways():
    live = [m for m in ROWS if not m.equivalent]
    assert len(live) + len(ENGINES) > 900
    kinds = Counter(m.kind for m in live)
    assert kinds.keys() >= IN_TURN.keys() | {"left out", "arguments swapped", "the axis is off by one"}
    pullbacks = sum(p is not None for op in OPS.values() if op.__module__.partition(".")[0] == "autograd" for p in op.pullbacks)
    assert kinds["the wrong sign"] == pullbacks


@pytest.mark.parametrize("mutant", ENGINES, ids=lambda m: m.name)
def test_mutants_of_the_engine_apply(mutant):
    with mutant.broken():
        pass  # raises if the source changed


def test_mutants_are_undone():
    before = {op: op.pullbacks for op in OPS.values()}
    for mutant in [*ROWS[::20], *CUSTOM[::20]]:
        with mutant.broken():
            assert mutant.op.pullbacks != before[mutant.op]
    assert {op: op.pullbacks for op in OPS.values()} == before
    assert not any(op.is_custom for op in before if op.__module__ == "autograd")


def test_every_kind_of_custom_mutant_is_caught():
    by_kind = {m.kind: m for m in reversed(CUSTOM) if not m.equivalent}
    assert len(by_kind) == 8
    for mutant in by_kind.values():
        with np.errstate(all="ignore"):
            assert mutants.try_mutant(mutant, CALLS[mutant.op], seed=0)[0], mutant


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [*ROWS[::150], *ENGINES[::9], *CUSTOM[::40]], ids=lambda m: f"{m.name}: {m.kind}")
def test_a_mutant_is_caught(mutant, monkeypatch):
    if mutant.equivalent:
        pytest.skip(mutant.equivalent)
    monkeypatch.setattr(shrink, "MOST_TRIALS", 20)
    with np.errstate(all="ignore"):
        count, law, shrunk = mutants.try_mutant(mutant, CALLS.get(mutant.op, ([], [])), seed=0)
    assert 0 < count <= mutants.EXAMPLES
    assert law
    assert shrunk


def gradient_and_its_gradient(f, args):
    xs = [Tensor(x, requires_grad=True) for x in args]
    y = f(*xs)
    if not y.requires_grad:
        return []
    first = gradients(y, xs, np.cos(np.arange(y.size)).reshape(y.shape), create_graph=True)
    seeded = [(g, np.sin(1.0 + np.arange(g.size)).reshape(g.shape)) for g in first]
    moving, seeds = [g for g, _ in seeded if g.requires_grad], [seed for g, seed in seeded if g.requires_grad]
    second = gradients(moving, xs, seeds) if moving else [np.zeros(x.shape) for x in xs]
    return [*(g.numpy() for g in first), *second]


@pytest.mark.parametrize("mutant", [m for m in [*ROWS, *CUSTOM] if m.equivalent], ids=lambda m: f"{m.name}: {m.kind}")
def test_an_equivalent_mutant_changes_nothing(mutant):
    examples = mutants.examples_for(mutant, CALLS[mutant.op], np.random.default_rng(0))
    for f, args in itertools.islice(examples, 20):
        want = gradient_and_its_gradient(f, args)
        with mutant.broken():
            got = gradient_and_its_gradient(f, args)
        for a, b in zip(got, want, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_the_table_is_printed(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["mutants", "--kind", "tanh, pullback 0: t"])
    monkeypatch.setattr(shrink, "MOST_TRIALS", shrink.MOST_TRIALS)  # the command changes it
    assert mutants.main() == 0
    printed = capsys.readouterr().out
    assert "tanh, pullback 0: the wrong sign" in printed
    assert "LIVES" not in printed


@pytest.mark.slow
def test_random_programs_agree_with_all_oracles_and_peers():
    found = fuzz.run(30, seed=0, progress=False)
    assert not found.disagreements
    assert found.counts["against dual numbers"] >= 25
    assert found.counts["against the recorded sweep and forward mode"] >= 5


@pytest.mark.slow
def test_the_fuzzer_finds_a_wrong_rule():
    mutant = next(m for m in ROWS if (m.name, m.kind) == ("multiply, pullback 0", "the wrong sign"))
    with mutant.broken():
        assert fuzz.run(60, seed=0, progress=False).disagreements


@pytest.mark.slow
def test_correct_functions_raise_no_error():
    counts, alarms = false_alarms.count(66, seed=7, progress=False)
    assert not alarms
    assert sum(counts.values()) == 66
