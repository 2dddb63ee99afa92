"""Fashion-MNIST: only the published files are accepted. The tests use small files with other checksums."""

import gzip
import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from nn.datasets import _fashion_mnist as module
from nn.datasets._fashion_mnist import fashion_mnist


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Four small files whose checksums take the place of the published ones."""
    rng = np.random.default_rng(0)
    files = tmp_path / "files"
    files.mkdir()
    for name in module.MD5:
        n = 5 if "train" in name else 3
        array = rng.integers(0, 10, n) if "labels" in name else rng.integers(0, 256, (n, 28, 28))
        (files / f"{name}.gz").write_bytes(gzip.compress(idx(array.astype(np.uint8)), mtime=0))
    sums = {name: hashlib.md5((files / f"{name}.gz").read_bytes()).hexdigest() for name in module.MD5}
    monkeypatch.setattr(module, "MD5", sums)
    monkeypatch.setattr(module, "cache_folder", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(module, "MIRRORS", ("http://127.0.0.1:9/",))
    return files


def test_a_folder_is_read(folder):
    found = fashion_mnist(folder)
    assert [a.shape for a in found] == [(5, 784), (5,), (3, 784), (3,)]
    assert (found.train_images.dtype, found.train_labels.dtype) == (np.float32, np.int64)
    assert 0 <= found.train_images.min() <= found.train_images.max() <= 1


def test_another_file_is_refused(folder):
    (folder / f"{module.TEST_LABELS}.gz").write_bytes(gzip.compress(b"other"))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte.gz from .* is damaged: its MD5 is"):
        fashion_mnist(folder)
    (folder / f"{module.TEST_LABELS}.gz").unlink()
    with pytest.raises(FileNotFoundError, match="must hold the four files"):
        fashion_mnist(folder)


def test_a_mirror_fills_the_cache_once(folder, tmp_path, monkeypatch):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(module, "MIRRORS", ("http://127.0.0.1:9/", f"http://127.0.0.1:{server.server_port}/"))
    expected = fashion_mnist(folder)
    for _ in range(2):
        for a, b in zip(fashion_mnist(), expected, strict=True):
            np.testing.assert_array_equal(a, b)
        server.shutdown()  # the second time nobody is asked
        server.server_close()
    assert len(list((tmp_path / "cache" / "fashion").iterdir())) == 4


def test_no_mirror_is_an_error_that_names_them(folder, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(ConnectionError, match=r"http://127.0.0.1:9/: .*refused"):
        fashion_mnist()
