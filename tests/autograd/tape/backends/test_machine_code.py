"""Machine code of the interpreter in the cache: loaded if it is whole, made again if it is damaged, or not stored at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.tape.backends import interpreter, machine_code

pytest.importorskip("numba")


class Made:
    """A function that numba would compile in half a minute: stores the bytes of its source as its machine code."""

    compiled = 0

    def __init__(self, name, source, file):
        self.name, self.code = name, file.parent / "__pycache__" / f"{file.stem}.{name}-7.py311.nbc"
        self.stats, self.loaded, self.file = self, None, file

    @property
    def cache_path(self):
        return str(self.code.parent)

    def compile(self, signature):
        if str(self.file)[:1] == "<":
            self.loaded = b"not stored"
        elif self.code.exists():
            self.loaded = self.code.read_bytes()
        else:
            Made.compiled += 1
            self.code.parent.mkdir(exist_ok=True)
            self.code.write_bytes(b"machine code")
            self.loaded = b"machine code"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(machine_code, "_run", lambda source, file: {n: Made(n, source, file) for n in ("run", "run_many")})
    Made.compiled = 0

    def loaded(name="run"):
        monkeypatch.setattr(machine_code, "_compiled", {})
        return machine_code.interpreter(name).loaded

    return loaded


def files(folder):
    return sorted(p for p in Path(folder).rglob("*") if p.is_file())


def test_machine_code_is_stored_once_for_each_function(load, tmp_path):
    for _ in range(2):
        assert load("run") == load("run_many") == b"machine code"
    assert Made.compiled == 2
    assert (tmp_path / "glassgrad" / "numba").stat().st_mode & 0o777 == 0o700
    (source,) = (tmp_path / "glassgrad" / "numba").glob("*.py")
    assert source.read_text(encoding="utf-8") == interpreter.text()


def test_any_damage_is_repaired(load, tmp_path):
    load()
    whole = {p: p.read_bytes() for p in files(tmp_path)}
    assert len(whole) == 3
    for path, content in whole.items():
        for bad in (b"", content[:-1], bytes([content[0] ^ 1]) + content[1:], content + b" #", None):
            if bad is None:
                path.unlink()
            else:
                path.write_bytes(bad)
            assert load() == b"machine code"
            assert {p: p.read_bytes() for p in files(tmp_path)} == whole


def test_machine_code_without_a_checksum_is_not_run(load, tmp_path):
    load()
    (code,) = tmp_path.rglob("*.nbc")
    code.with_name(code.name.replace(".nbc", "x.nbi")).write_bytes(b"more")
    assert load() == b"machine code"
    assert [p.suffix for p in files(code.parent)] == [".nbc"]


@pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
def test_the_folder_is_private_whatever_the_umask(load, tmp_path):
    before = os.umask(0)
    try:
        assert [load(), load()] == [b"machine code"] * 2
    finally:
        os.umask(before)
    assert Made.compiled == 1
    assert {p.stat().st_mode & 0o777 for p in tmp_path.glob("glassgrad/*/**") if p.is_dir()} == {0o700}


@pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
def test_a_folder_that_others_can_write_to_is_not_used(load, tmp_path):
    load()
    for path in (tmp_path / "glassgrad" / "numba", tmp_path / "glassgrad" / "numba" / "__pycache__"):
        path.chmod(0o777)
        assert load() == b"not stored"
        path.chmod(0o700)
        assert load() == b"machine code"
    (tmp_path / "glassgrad" / "numba").rename(tmp_path / "elsewhere")
    (tmp_path / "glassgrad" / "numba").symlink_to(tmp_path / "elsewhere")
    assert load() == b"not stored"


def test_a_place_that_is_no_folder_or_a_full_disk_is_no_error(load, tmp_path, monkeypatch):
    (tmp_path / "glassgrad").write_bytes(b"")
    assert load() == b"not stored"
    (tmp_path / "glassgrad").unlink()

    def full(descriptor):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert load() == b"not stored"


@pytest.mark.slow
def test_machine_code_is_loaded_by_another_process_and_made_again_when_damaged(tmp_path):
    """With numba: two processes compile at the same time, a third one loads, and a fourth repairs."""
    program = (
        "from autograd.tape.backends.machine_code import interpreter; import autograd as ag;"
        "print(ag.compile(lambda x: x * x + 1.0, backend='numba')(2.0), sum(interpreter('run').stats.cache_misses.values()))"
    )
    surroundings = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[4])}
    surroundings.pop("NUMBA_CACHE_DIR", None)

    def start():
        return subprocess.Popen([sys.executable, "-c", program], env=surroundings, stdout=subprocess.PIPE, text=True)

    pair = [start(), start()]
    assert {process.communicate()[0] for process in pair} <= {"5.0 1\n", "5.0 0\n"}
    assert start().communicate()[0] == "5.0 0\n"
    for path in tmp_path.rglob("*.nb?"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)
    assert start().communicate()[0] == "5.0 1\n"
