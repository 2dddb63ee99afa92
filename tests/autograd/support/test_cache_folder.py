"""Cache folder on each platform, and its environment variable."""

import sys
from pathlib import Path

import pytest

from autograd.support.cache_folder import cache_folder

VARIABLE, DEFAULT = ("LOCALAPPDATA", "AppData/Local") if sys.platform == "win32" else ("XDG_CACHE_HOME", ".cache")


def test_an_absolute_folder_of_the_environment_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert cache_folder("mnist") == tmp_path / "glassgrad" / "mnist"


@pytest.mark.parametrize("value", [None, "", "cache", "./cache", "../cache", "~/cache"])
def test_other_values_of_the_variable_are_ignored(value, monkeypatch):
    if value is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, value)
    assert cache_folder("tape") == Path.home() / DEFAULT / "glassgrad" / "tape"


def test_each_platform_has_its_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "windows"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "others"))
    for platform, folder in (("win32", "windows"), ("linux", "others"), ("darwin", "others")):
        monkeypatch.setattr(sys, "platform", platform)
        assert cache_folder("tape") == tmp_path / folder / "glassgrad" / "tape"


def test_a_user_without_a_home_has_a_cache_too(tmp_path, monkeypatch):
    def homeless(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cache_folder("tape") == tmp_path / "glassgrad" / "tape"
