"""Tests of checks declare ops, which must not stay in the registry."""

import pytest

from autograd import OPS


@pytest.fixture(autouse=True)
def _restore_registry():
    before = dict(OPS)
    yield
    OPS.clear()
    OPS.update(before)
