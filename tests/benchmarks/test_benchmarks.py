"""The benchmarks run, their contestants agree, and one that computes something else is found out. No time is asserted."""

import numpy as np
import pytest

from benchmarks import mnist_step, moons
from benchmarks.__main__ import WORKLOADS, main
from benchmarks.timing import agree, as_json, compare


@pytest.mark.parametrize(("workload", "sizes"), [(moons, {"points": 4}), (mnist_step, {"batch": 8, "hidden": 4})])
def test_contestants_agree_and_are_timed(workload, sizes):
    contestants, missing = workload.contestants(**sizes)
    table = compare("small", workload.ABOUT, contestants, missing, rounds=1, runs=1)
    assert [row.contestant for row in table.rows] == list(contestants)
    assert table.rows[0].ratio == 1.0
    assert all(name in str(table) for name in [*contestants, *missing])
    assert '"workload": "small"' in as_json([table])


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param([1.0, np.array([1e-3, 2.002e-3])], id="a small array off by a thousandth, beside a large number"),
        pytest.param([1.0, np.array([1e-3, np.nan])], id="no number"),
        pytest.param([1.0, np.array([[1e-3, 2e-3]])], id="another shape"),
        pytest.param([1.0], id="too few arrays"),
    ],
)
def test_a_contestant_with_other_numbers_is_found_out(theirs):
    with pytest.raises(SystemExit, match="theirs and ours do not compute the same numbers"):
        agree({"ours": lambda: [1.0, np.array([1e-3, 2e-3])], "theirs": lambda: theirs})


def test_a_floor_may_compute_less():
    agree({"ours": lambda: [1.0], "floor": list})


@pytest.mark.parametrize(("arguments", "words"), [(["mars"], "no workload is named mars"), (["--rounds", "0"], "at least 1")])
def test_a_wrong_command_says_what_there_is(arguments, words, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert words in capsys.readouterr().err
    assert len(WORKLOADS) == 2
