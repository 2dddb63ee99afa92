"""The interpreter's file in the cache folder."""

import pytest

from autograd.tape.backends import interpreter

pytest.importorskip("numba")


def test_a_file_that_others_have_changed_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(interpreter, "_loaded", None)
    interpreter.interpreter()
    (file,) = (tmp_path / "glassgrad" / "tape").glob("*.py")
    file.write_text("raise SystemExit('run')")
    monkeypatch.setattr(interpreter, "_loaded", None)
    assert interpreter.interpreter().run
    assert file.read_text(encoding="utf-8") == interpreter.text()
