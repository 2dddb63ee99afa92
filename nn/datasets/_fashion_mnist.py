"""Fashion-MNIST: 70,000 images of clothes in the format of MNIST."""

import os
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

from autograd.support.cache_folder import cache_folder
from autograd.support.download import MOST_BYTES, Files, download, gunzip, load_or_fetch, verify
from nn.datasets._mnist import MNIST, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, parse_files

#: Checksums of the compressed files, published by the authors.
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
_ADVICE = "On a machine with network, download the four files and pass the folder: fashion_mnist(folder)"

#: Names of the labels 0 to 9.
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def fashion_mnist(path: str | os.PathLike[str] | None = None) -> MNIST:
    """Return Fashion-MNIST, images of clothes in ten classes: from the folder `path`, else the cache, else the network.

    The folder must hold the four published files, with names that end in idx3-ubyte.gz and idx1-ubyte.gz. Every file is
    checked against its published MD5. Labels are indices of `nn.fashion_mnist.CLOTHES`.

    Shapes and units  as `mnist`

    Raises:
        FileNotFoundError: If the folder, or a file in it, is missing
        ValueError: If a file in the folder is damaged
        ConnectionError: If nothing is cached and no mirror answers; names each with its error
    Source:
        Xiao, Rasul & Vollgraf, arXiv:1708.07747, 2017
    """
    names = [f"{name}.gz" for name in MD5]
    if path is not None:
        files = {name: _from_file(Path(path).expanduser() / name) for name in names}
    else:
        mirrors = {url: partial(_from_mirror, url) for url in MIRRORS}
        files = load_or_fetch("Fashion-MNIST", cache_folder("fashion"), names, _from_file, mirrors, _ADVICE)
    return parse_files({name.removesuffix(".gz"): gunzip(BytesIO(packed), name) for name, packed in files.items()})


def _from_file(file: Path) -> bytes:
    if not file.is_file():
        raise FileNotFoundError(f"{file} does not exist: the folder must hold the four files of {MIRRORS[0]}")
    with file.open("rb") as stream:
        return _verify(file.name, stream.read(MOST_BYTES), file.parent)


def _from_mirror(url: str, names: Sequence[str]) -> Files:
    return {name: _verify(name, download(url + name), url) for name in names}


def _verify(name: str, packed: bytes, where: object) -> bytes:
    return verify(packed, "MD5", MD5[name.removesuffix(".gz")], f"{name} from {where}")
