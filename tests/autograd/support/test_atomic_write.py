"""Atomic writes: mode, links, streams and errors."""

import os
import subprocess
import sys
import threading

import pytest

from autograd.support.atomic_write import atomic_write, output_path, remove_drafts

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and streams of POSIX")


def write(path, content=b"new"):
    with atomic_write(path) as out:
        out.write(content)


def write_half(path):
    with atomic_write(path) as out:
        out.write(b"half")
        raise KeyboardInterrupt


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_a_file_is_new_or_replaced(tmp_path):
    for content in (b"first", b"second, and longer", b""):
        write(tmp_path / "a.bin", content)
        assert (tmp_path / "a.bin").read_bytes() == content
    assert os.listdir(tmp_path) == ["a.bin"]


def test_an_error_keeps_the_old_file(tmp_path):
    write(tmp_path / "a.bin", b"old")
    for name in ("a.bin", "b.bin"):
        with pytest.raises(KeyboardInterrupt):
            write_half(tmp_path / name)
    assert os.listdir(tmp_path) == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"old"


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o400, 0o755])
def test_the_mode_is_kept(mode, tmp_path, umask):
    write(tmp_path / "a.bin", b"old")
    assert (tmp_path / "a.bin").stat().st_mode & 0o7777 == 0o640
    (tmp_path / "a.bin").chmod(mode)
    write(tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert (tmp_path / "a.bin").stat().st_mode & 0o7777 == mode


@posix
def test_the_draft_of_a_private_file_is_private(tmp_path):
    write(tmp_path / "a.bin", b"old")
    (tmp_path / "a.bin").chmod(0o600)
    with atomic_write(tmp_path / "a.bin") as out:
        assert os.fstat(out.fileno()).st_mode & 0o7777 == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_is_kept(tmp_path):
    write(tmp_path / "a.bin", b"old")
    os.chown(tmp_path / "a.bin", 1234, 1235)
    write(tmp_path / "a.bin")
    there = (tmp_path / "a.bin").stat()
    assert (there.st_uid, there.st_gid) == (1234, 1235)


@posix
def test_links_are_kept(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("second")
    (tmp_path / "second").symlink_to("folder/a.bin")
    for content in (b"first", b"second"):  # the target does not exist at first
        write(tmp_path / "link", content)
        assert (tmp_path / "folder" / "a.bin").read_bytes() == content
    assert os.listdir(tmp_path / "folder") == ["a.bin"]
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "second").is_symlink()


@posix
def test_broken_and_circular_links_raise(tmp_path):
    (tmp_path / "link").symlink_to("none/a.bin")
    with pytest.raises(FileNotFoundError, match=r"no folder .*none to write a\.bin to"):
        write(tmp_path / "link")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        write(tmp_path / "a")
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "link"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root can write to every folder")
def test_a_folder_that_cannot_be_written_to_keeps_its_file(tmp_path):
    write(tmp_path / "a.bin", b"old")
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        write(tmp_path / "a.bin")
    tmp_path.chmod(0o700)
    assert (tmp_path / "a.bin").read_bytes() == b"old"


@posix
def test_a_fifo_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "fifo").read_bytes()))
    reader.start()
    write(tmp_path / "fifo")
    reader.join()
    assert read == [b"new"]
    assert (tmp_path / "fifo").is_fifo()


@posix
@pytest.mark.parametrize("target", ["/dev/stdout", "link"])
@pytest.mark.parametrize("to_file", [False, True])
def test_standard_output_is_written_to(target, to_file, tmp_path):
    (tmp_path / "link").symlink_to("/dev/stdout")
    script = f"from tests.autograd.support.test_atomic_write import write; write({str(tmp_path / target)!r})"
    with open(tmp_path / "said", "w+b") as said:
        inode = os.fstat(said.fileno()).st_ino
        done = subprocess.run([sys.executable, "-c", script], stdout=said if to_file else subprocess.PIPE, check=True)
        assert (said.read() if to_file else done.stdout) == b"new"
    assert (tmp_path / "said").stat().st_ino == inode
    assert sorted(os.listdir(tmp_path)) == ["link", "said"]


@posix
def test_devices_are_not_replaced():
    write("/dev/null")
    assert not os.path.isfile("/dev/null")
    if os.path.exists("/dev/full"):
        with pytest.raises(OSError, match="No space left"):
            write("/dev/full")
        assert not os.path.isfile("/dev/full")


def test_a_folder_raises(tmp_path):
    with pytest.raises(OSError, match=tmp_path.name):
        write(tmp_path)


def test_drafts_of_other_files_are_kept(tmp_path):
    others = [".m.npz.0123abcd.0123abcd.draft", ".m.npz.other.0123abcd.draft", ".m.npz.0123abcd", "m.npz"]
    for name in (".m.npz.0123abcd.draft", *others):
        (tmp_path / name).touch()
    remove_drafts(tmp_path / "m.npz")
    assert sorted(os.listdir(tmp_path)) == sorted(others)


@pytest.mark.parametrize(("suffixes", "known"), [(".a", ".a"), (".a .b", ".a or .b"), (".a .b .c", ".a, .b or .c")])
def test_another_suffix_raises(suffixes, known, tmp_path):
    assert output_path(tmp_path / "x.A", suffixes) == tmp_path / "x.A"
    with pytest.raises(ValueError, match=f"the path must end in {known}, not '.z', got"):
        output_path(tmp_path / "x.z", suffixes)
