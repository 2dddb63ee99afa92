"""Old names of arguments and attributes: they warn, they are converted, and signatures do not show them."""

import copy
import inspect
import pickle
import warnings

import pytest

from autograd.support.deprecated import renamed_arguments, renamed_attributes


@renamed_arguments(most="max_norm", higher_is_better=("mode", lambda x: "max" if x else "min"))
def clip(gradient, max_norm=1.0, *, mode="min"):
    """Clip."""
    return gradient, max_norm, mode


@renamed_attributes(by="min_delta")
class Stopping:
    @renamed_arguments(by="min_delta")
    def __init__(self, min_delta=0.0):
        self.min_delta = min_delta


def test_new_names_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert clip(3.0, max_norm=2.0, mode="max") == (3.0, 2.0, "max")
        assert Stopping(0.5).min_delta == 0.5


def test_an_old_name_warns_at_the_call_and_names_the_new_one():
    with pytest.warns(DeprecationWarning, match=r"^the argument most of clip is deprecated: write max_norm=2\.0$") as found:
        assert clip(3.0, most=2.0) == (3.0, 2.0, "min")
    assert found[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=r"^the argument by of Stopping is deprecated: write min_delta=0\.5$") as found:
        assert Stopping(by=0.5).min_delta == 0.5
    assert found[0].filename == __file__


@pytest.mark.parametrize(("old", "new"), [(True, "max"), (False, "min")])
def test_an_old_value_is_converted(old, new):
    with pytest.warns(DeprecationWarning, match=f"write mode='{new}'"):
        assert clip(3.0, higher_is_better=old) == (3.0, 1.0, new)


def test_both_names_are_an_error():
    with pytest.raises(TypeError, match=r"^clip takes max_norm once, got it by its old name most too: write max_norm alone$"):
        clip(3.0, max_norm=1.0, most=2.0)
    with (
        pytest.warns(DeprecationWarning, match="max_norm"),
        pytest.raises(TypeError, match="multiple values for argument 'max_norm'"),
    ):
        clip(3.0, 1.0, most=2.0)


def test_signature_name_and_docstring_are_those_of_the_function():
    assert str(inspect.signature(clip)) == "(gradient, max_norm=1.0, *, mode='min')"
    assert str(inspect.signature(Stopping)) == "(min_delta=0.0)"
    assert (clip.__name__, clip.__doc__) == ("clip", "Clip.")
    assert pickle.loads(pickle.dumps(clip)) is clip


def test_an_old_attribute_is_read_with_a_warning():
    with pytest.warns(DeprecationWarning, match="^the attribute by of Stopping is deprecated: read min_delta$") as found:
        assert Stopping(0.5).by == 0.5
    assert found[0].filename == __file__
    assert not hasattr(Stopping(), "patience")
    with pytest.raises(AttributeError, match=r"^'Stopping' object has no attribute 'patience'$"):
        _ = Stopping().patience


def test_an_object_is_copied_and_read_from_the_state_of_an_older_version():
    assert pickle.loads(pickle.dumps(Stopping(0.5))).min_delta == copy.deepcopy(Stopping(0.5)).min_delta == 0.5
    old = Stopping.__new__(Stopping)
    old.__setstate__({"by": 0.25})
    assert vars(old) == {"min_delta": 0.25}
