"""Fashion-MNIST, 70,000 real pictures of clothes in the format of MNIST: found or fetched once, verified."""

import os
import warnings
from hashlib import md5
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

from autograd.support.cache_folder import cache_folder
from nn.datasets._download import MOST_BYTES, SOCKET_TIMEOUT, Files, gunzip, images, labels, store
from nn.datasets._mnist import MNIST, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

#: Of the packed files, as the collection's authors publish them.
MD5 = {
    TRAIN_IMAGES: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    TRAIN_LABELS: "25c81989df183df01b3e8a0aad5dffbe",
    TEST_IMAGES: "bef4ecab320f06d8554ea6380940ec79",
    TEST_LABELS: "bb300cfdad3c16e7a12a480ee83cd310",
}
MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
#: What the labels 0 to 9 stand for.
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def fashion_mnist(path: str | os.PathLike[str] | None = None) -> MNIST:
    """Pictures of clothes in ten classes, from the folder `path`, else the user's cache, else the network (once).

    The folder holds the four files as they are published, with names that end in idx3-ubyte.gz and idx1-ubyte.gz. Every file
    is checked against its published MD5, every time. Labels are the places in `nn.fashion_mnist.CLOTHES`.

    Shapes and units  as `mnist`
    Raises   FileNotFoundError  if the folder, or a file in it, is missing
             ValueError         if a file in the folder is damaged
             ConnectionError    if nothing is cached and no mirror answers; names each and its reason
    Source   Xiao, Rasul & Vollgraf, arXiv:1708.07747, 2017
    """
    if path is not None:
        files = {name: _plain(name, _given(Path(path).expanduser(), name), path) for name in MD5}
    else:
        files = {
            name: _plain(name, packed, "the cache") for name, packed in _cached_or_fetched(cache_folder("fashion")).items()
        }
    return MNIST(
        images(files[TRAIN_IMAGES]), labels(files[TRAIN_LABELS]), images(files[TEST_IMAGES]), labels(files[TEST_LABELS])
    )


def _given(folder: Path, name: str) -> bytes:
    file = folder / f"{name}.gz"
    if not file.is_file():
        raise FileNotFoundError(f"{file} does not exist: the folder must hold the four files that {MIRRORS[0]} offers")
    with file.open("rb") as stream:
        return stream.read(MOST_BYTES)


def _plain(name: str, packed: bytes, where: object) -> bytes:
    """What a packed file holds, if it is the published one."""
    if (found := md5(packed, usedforsecurity=False).hexdigest()) != MD5[name]:
        raise ValueError(f"{name}.gz from {where} is damaged: its MD5 is {found}, the published one is {MD5[name]}")
    return gunzip(BytesIO(packed), f"{name}.gz from {where}")


def _cached_or_fetched(folder: Path) -> Files:
    files: Files = {}
    for name in MD5:
        try:
            files[name] = _given(folder, name)
            _plain(name, files[name], folder)
        except (OSError, ValueError):  # missing or damaged: it is fetched below
            files.pop(name, None)
    if missing := [name for name in MD5 if name not in files]:
        fetched = _fetched(missing)
        try:
            store({f"{name}.gz": packed for name, packed in fetched.items()}, folder)
        except OSError as error:
            warnings.warn(f"Fashion-MNIST could not be kept for the next time: {error}", stacklevel=3)
        files |= fetched
    return files


def _fetched(names: list[str]) -> Files:
    reasons = []
    for url in MIRRORS:
        try:
            return {name: _download(url, name) for name in names}
        except (OSError, ValueError, HTTPException) as error:
            reasons.append(f"  {url}: {error}")
    advice = "On a machine that can, download the four files and give the folder: fashion_mnist(folder)"
    raise ConnectionError("\n".join(["Fashion-MNIST is not cached and no mirror gave it:", *reasons, advice]))


def _download(url: str, name: str) -> bytes:
    with urlopen(f"{url}{name}.gz", timeout=SOCKET_TIMEOUT) as response:
        packed: bytes = response.read(MOST_BYTES)
    _plain(name, packed, url)
    return packed
