"""The benchmarks run, their contestants agree, and wrong results raise; times are not asserted."""

import json
import sys

import numpy as np
import pytest

import nn
from autograd import gradients, record
from benchmarks import (
    __main__,
    cheap,
    derivatives,
    detection_power,
    devices,
    growth,
    mnist_step,
    moons,
    outside,
    scaling,
    startup,
    timing,
)
from benchmarks import gpt as gpt_benchmark
from benchmarks.__main__ import WORKLOADS, main
from benchmarks.timing import Contest, agree, compare

pytestmark = pytest.mark.slow

SMALL = {
    "gpt": lambda: gpt_benchmark.measure(1, tokens=[0, 1, 0]),
    "moons": lambda: moons.measure(1, points=4)[0],
    "moons, eager": lambda: moons.measure(1, points=4)[1],
    "Jacobian": lambda: derivatives.jacobians(4, 1),
    "Hessian": lambda: derivatives.hessians(4, 1),
    "examples": lambda: derivatives.per_example_gradients(1),
    "loops": lambda: derivatives.loops(1, steps=5),
    "options": lambda: derivatives.black_scholes(1, count=10),
    "small ops": lambda: derivatives.small_ops(1),
    "MNIST": lambda: mnist_step.measure(1, sizes=((8, 4),))[0],
    "devices": lambda: devices.measure(1, sizes=((8, 4),), counts=(1, 2))[0],
    "cheap": lambda: cheap.measure(1, variables=5, tokens=[0, 1, 0])[0],
}


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    def refuse(requirement):
        raise OSError("no network in this test")

    monkeypatch.setattr(timing, "TURN", 0.0)
    monkeypatch.setattr(outside, "_environment", refuse)


@pytest.mark.parametrize("name", SMALL)
def test_contestants_agree_and_are_timed(name):
    table = SMALL[name]()
    assert table.rows[0].ratio == 1.0
    assert all(row.minimum <= row.median <= row.maximum for row in table.rows)
    assert all(text in str(table) for text in [*(row.contestant for row in table.rows), *table.missing, *table.notes])


def test_startup_is_measured():
    found = startup.measure(1)
    assert {"import NumPy", "import glassgrad", "first use of python, cold"} <= found.seconds.keys()
    assert found.bytes["a node of glassgrad"] > 64
    assert all(name in str(found) for name in [*found.seconds, *found.bytes])


def test_growth_is_measured():
    table = growth.measure(1, sizes=(240, 480))
    assert {"python", "numpy"} <= {row.backend for row in table.rows}
    assert all(b.operations > a.operations for a, b in zip(table.rows[::2], table.rows[1::2], strict=True))
    assert all(row.backend in str(table) for row in table.rows)


def test_scaling_is_measured_next_to_the_model():
    table, paper = scaling.measure(1, sizes=((8, 4),), counts=(1, 2))
    assert [row[:2] for row in table.rows] == ([] if table.missing else [(4, 1), (4, 2)])
    assert table.missing in str(table)
    assert f"the shortest step has {paper.best} devices" in str(paper)


@pytest.mark.parametrize("widths", [(4, 6, 3), (5, 7, 2, 3)])
def test_modelled_operations_and_weights_equal_the_recorded_step(widths):
    batch, model = 8, nn.MLP(widths[0], list(widths[1:-1]), widths[-1], seed=0)

    def step(x, y):
        loss = nn.cross_entropy(model(x), y)
        return loss, gradients(loss, model.parameters())

    tape = record(step, np.ones((batch, widths[0]), np.float32), np.zeros(batch, int))
    products = [s for s in tape.program.instructions if s.op.name in ("matmul", "affine")]
    assert scaling.products_of(widths, batch) == sum(2 * s.inputs[0].kind[0][-1] * np.prod(s.kind[0]) for s in products)
    assert scaling.weights_of(widths) == sum(p.numpy().size for p in model.parameters())


def test_modelled_cost_of_the_sum_from_one_device_to_many():
    widths, batch, weights = (784, 128, 10), 64, scaling.weights_of((784, 128, 10))
    machine = scaling.Machine(rate=1e12, memory=1e12, link=1e9, latency=1e-6)
    alone = scaling.cost(widths, batch, 1, machine)
    moved = 4 * scaling.PASSES * (weights + batch * sum(widths))
    np.testing.assert_allclose(alone.seconds, (scaling.products_of(widths, batch) + moved) / 1e12, rtol=1e-12)
    assert (alone.sent, alone.summed) == (0.0, 0.0)
    many = scaling.cost(widths, 10**6, 1000, machine)
    assert many.products == scaling.products_of(widths, 1000)
    np.testing.assert_allclose(many.summed, 2 * 0.999 * 4 * weights / 1e9 + 2 * 999 * 1e-6, rtol=1e-12)
    best = scaling.fastest_count(widths, 10**6, machine)
    assert 1 < best < 1000
    times = [scaling.cost(widths, 10**6, n, machine).seconds for n in (best - 1, best, best + 1)]
    assert times[1] == min(times)


def test_tables_are_written_and_drawn(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(WORKLOADS, "moons", "moons")
    monkeypatch.setattr(moons, "measure", lambda rounds: compare("m", "about", Contest({"a": lambda: [1.0]}), rounds=1))
    main(["moons", "--json", str(tmp_path / "t.json"), "--plot", str(tmp_path / "t.png")])
    assert json.loads((tmp_path / "t.json").read_text())[0]["rows"][0]["contestant"] == "a"
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")
    assert "s in all" in capsys.readouterr().out


def test_a_peer_that_is_not_installed_is_named():
    def absent():
        raise ImportError("No module named 'absent'")

    contest = Contest()
    contest.enter("absent", absent)
    assert contest.runs == {}
    assert "absent (No module named 'absent'): pip install 'glassgrad[bench]'" in contest.missing


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", ""], ids=["hangs", "ends"])
def test_a_silent_program_is_ended(program, monkeypatch, tmp_path):
    monkeypatch.setattr(outside, "LIMIT", 0.5)
    with pytest.raises(RuntimeError, match=r"gave no answer in 0.5 s, or ended"):
        outside.Process([sys.executable, "-c", f"import sys; sys.stdin.buffer.read(1); {program}"], {}, tmp_path)


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param([1.0, np.array([1e-3, 2.002e-3])], id="a small array off by a thousandth, beside a large number"),
        pytest.param([1.0, np.array([1e-3, np.nan])], id="no number"),
        pytest.param([1.0, np.array([[1e-3, 2e-3]])], id="another shape"),
        pytest.param([1.0], id="too few arrays"),
    ],
)
def test_a_contestant_with_other_numbers_raises(theirs):
    with pytest.raises(SystemExit, match="theirs and ours do not compute the same numbers"):
        agree({"ours": lambda: [1.0, np.array([1e-3, 2e-3])], "theirs": lambda: theirs})


def test_a_floor_may_compute_less():
    agree({"ours": lambda: [1.0], "floor": list})


@pytest.mark.parametrize(("arguments", "words"), [(["mars"], "no workload is named mars"), (["--rounds", "0"], "at least 1")])
def test_a_wrong_command_lists_the_choices(arguments, words, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.peer
def test_every_peer_is_installed(monkeypatch):
    """In the environment of the bench extra only peers that cannot run a workload are missing."""
    for peer in ("torch", "jax", "mygrad", "casadi", "ddx", "micrograd"):
        pytest.importorskip(peer)
    monkeypatch.undo()
    missing = [
        m for table in (gpt_benchmark.measure(1, tokens=[0, 1, 0]), moons.measure(1, points=4)[0]) for m in table.missing
    ]
    missing += mnist_step.measure(1, sizes=((8, 4),))[0].missing + SMALL["devices"]().missing
    assert not scaling.compare_with_model(1, sizes=((8, 4),), counts=(1, 2)).missing
    missing = [
        m for m in missing if m not in ("JAX, jit, on a GPU: JAX finds no GPU here", "JAX on a GPU: JAX finds no GPU here")
    ]
    assert missing == ["micrograd: its Value has neither exp nor log"]
    assert __main__.THREADS


def test_detection_power_of_oracles():
    """The extremes of the table."""
    for oracle in ("complex", "dual"):
        assert detection_power.catches(1e-12, oracle, "tanh x")
    assert detection_power.catches(1e-12, "exact", "x²")
    assert detection_power.catches(1e-8, "differences", "exp x")
    assert detection_power.catches(1e-6, "black box", "log(1 + x²)")
    assert not detection_power.catches(0.0, "complex", "tanh x")
