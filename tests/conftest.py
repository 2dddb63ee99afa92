"""What every test runs under: how Hypothesis draws, and that no test leaves recording switched off."""

import gc
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

from autograd.base import grad_mode

# HYPOTHESIS_PROFILE=thorough draws more; CI draws the same examples every time.
# No phase explains failures: it tries the slowest checks a hundred times more.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("quick", deadline=None, max_examples=10, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=500)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "quick"))


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture(scope="module", autouse=True)
def _few_objects_to_look_through():
    """A recording looks for random generators among all objects, of which thousands of tests and their packages make many."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _recording_ends_as_it_began():
    yield
    if grad_mode.blocks:
        gc.collect()  # an event loop that has ended may hold contexts
    assert not grad_mode.blocks, "the test left a no_grad() block, or another of its kind, open"
    assert grad_mode.is_recording()


def pytest_terminal_summary(terminalreporter):
    """How many rows of the contract were tested, file by file."""
    counts = {}
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            if "test_contract_" in report.nodeid and (report.when == "call" or outcome == "skipped"):
                file = report.nodeid.split("::")[0].rsplit("/", 1)[-1]
                counts.setdefault(file, dict.fromkeys(("passed", "failed", "skipped"), 0))[outcome] += 1
                name = report.nodeid.split("::", 1)[1]
                row = name.rsplit(" ", 1)[0] if "[" in name else name  # without the class of number it was run for
                counts[file].setdefault("rows", set()).add(row)
    if counts:
        terminalreporter.section("the contract")
        for file, count in sorted(counts.items()):
            tests = ", ".join(f"{count[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped"))
            terminalreporter.write_line(f"{file}: {len(count['rows'])} rows, {tests}")
