"""Files of other formats: the error says which one a file seems to be."""

import io
import pickle

import numpy as np
import pytest

import nn


def npy():
    file = io.BytesIO()
    np.save(file, np.ones(2))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "an empty file"), (b"hello\n", "a text file"), (pickle.dumps({"a": 1}), "a pickle"),
        (b'{"a": 1, "b": 22}', "JSON"),
        (npy(), r"an \.npy file"), (b"\x1f\x8b\x08\0\0\0\0\0\0", "gzip"), (b"\x89HDF\r\n\x1a\n" + bytes(20), "HDF5"),
        (b"<!DOCTYPE html><html>", "a web page"), (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_the_error_says_what_a_file_seems_to_be(tmp_path, content, kind, suffix):
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    with pytest.raises(nn.UnreadableFileError, match=f"seems to be.*{kind}"):
        nn.load(nn.Linear(2, 1), path)


def test_a_damaged_file_of_the_right_format_is_no_other_one(tmp_path):
    path = nn.save(nn.Linear(2, 1), tmp_path / "model.npz")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(nn.UnreadableFileError) as caught:
        nn.load(nn.Linear(2, 1), path)
    assert "seems" not in str(caught.value)
