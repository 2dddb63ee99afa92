"""Each program runs twice: eagerly, and compiled, where later calls with other numbers replay a tape."""

import pytest

import autograd as ag


@pytest.fixture(params=["eager", "compiled"])
def maybe_compile(request):
    return ag.compile if request.param == "compiled" else lambda f: f
