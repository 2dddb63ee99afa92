"""Validation of integers and choices."""

import numpy as np
import pytest

from autograd.support.validation import check_choice, check_integer


@pytest.mark.parametrize("value", [2, np.int8(2), np.uint64(2)])
def test_integers_are_accepted(value):
    found = check_integer("n", value, least=2)
    assert (found, type(found)) == (2, int)


@pytest.mark.parametrize("value", [2.0, np.float64(2.0), True, np.True_, "2", None, np.array(2)])
def test_other_types_raise(value):
    with pytest.raises(TypeError, match=f"^n must be an integer, got .* of type {type(value).__name__}$"):
        check_integer("n", value, least=1)


def test_a_small_integer_raises():
    with pytest.raises(ValueError, match=r"^n must be at least 2, got 1$"):
        check_integer("n", 1, least=2)


def test_an_unknown_choice_raises():
    check_choice("kind", None, (None, "a"))
    with pytest.raises(ValueError, match=r"^kind must be one of a, b, not 'c'$"):
        check_choice("kind", "c", {"a": 1, "b": 2})
