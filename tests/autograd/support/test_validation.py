"""Validation of integers and choices."""

import numpy as np
import pytest

from autograd.support.validation import one_of, whole


@pytest.mark.parametrize("value", [2, np.int8(2), np.uint64(2)])
def test_integers_are_accepted(value):
    found = whole("n", value, least=2)
    assert (found, type(found)) == (2, int)


@pytest.mark.parametrize("value", [2.0, np.float64(2.0), True, np.True_, "2", None, np.array(2)])
def test_other_types_raise(value):
    with pytest.raises(TypeError, match=f"^n must be an integer, got .* of type {type(value).__name__}$"):
        whole("n", value, least=1)


def test_a_small_integer_raises():
    with pytest.raises(ValueError, match=r"^n must be at least 2, got 1$"):
        whole("n", 1, least=2)


def test_an_unknown_choice_raises():
    one_of("kind", None, (None, "a"))
    with pytest.raises(ValueError, match=r"^kind must be one of a, b, not 'c'$"):
        one_of("kind", "c", {"a": 1, "b": 2})
