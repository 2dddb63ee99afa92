"""Cached source file of the interpreter."""

import pytest

from autograd.tape.backends import interpreter

pytest.importorskip("numba")


def test_a_changed_file_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(interpreter, "_loaded", None)
    interpreter.interpreter()
    (file,) = (tmp_path / "glassgrad" / "tape").glob("*.py")
    file.write_text("raise SystemExit('run')")
    monkeypatch.setattr(interpreter, "_loaded", None)
    assert interpreter.interpreter().run
    assert file.read_text(encoding="utf-8") == interpreter.text()
