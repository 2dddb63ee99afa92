"""What every test runs under: how Hypothesis draws, and that no test leaves recording switched off."""

import os

import pytest
from hypothesis import HealthCheck, settings

from autograd import recording

settings.register_profile("laws", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("laws"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "laws")


@pytest.fixture(autouse=True)
def _recording_ends_as_it_began():
    yield
    assert recording.state.blocks == 0, "the test left a no_grad() block, or another of its kind, open"
    assert recording.is_recording()
