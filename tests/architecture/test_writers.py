"""Every file is written by `atomic_write`: the old file outlives a full disk, whichever writer is used."""

import ast
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.support.download import store

ROOT = Path(__file__).parents[2]
THE_WRITER = "autograd/support/atomic_write.py"
#: Methods and functions that write a file, whatever they are called on.
WRITES = {"write_bytes", "write_text", "savez", "savez_compressed", "savefig", "save_file", "save_model", "tofile", "mkstemp",
          "NamedTemporaryFile", "rename", "fdopen"}  # fmt: skip
#: Functions that write a file unless it is `out`, which the one writer has opened.
WRITES_BY_PATH = {"np.save", "os.open", "os.replace", "shutil.copy", "shutil.copyfile", "shutil.move"}

#: Calls outside of the one writer, and why.
EXCEPTIONS = {
    "nn/io/npz.py: archive.open(f'{name}.npy', 'w', force_zip64=True)": "a member of a file that is open",
    "autograd/drawing/svg.py: figure.savefig(memory, format=form, dpi=dpi, metadata=metadata)": "into memory",
    "autograd/cli/playground/build.py: zipfile.ZipFile(result, 'w')": "into memory",
}


def writings(tree):
    """Calls that write a file: by their name, or by a mode of `open` that writes."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function, arguments = ast.unparse(call.func), [*call.args, *(keyword.value for keyword in call.keywords)]
        name, to_out = function.rpartition(".")[2], any(ast.unparse(x) == "out" for x in call.args[:1])
        texts = [x.value for x in arguments if isinstance(x, ast.Constant) and isinstance(x.value, str)]
        mode = any(set(text) <= set("rwaxbt+") and set(text) & set("wax+") for text in texts)
        if name in WRITES or ((function in WRITES_BY_PATH or (name in ("open", "ZipFile") and mode)) and not to_out):
            yield call


def test_files_are_written_in_one_place():
    found = set()
    for package in ("autograd", "nn"):
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if where != THE_WRITER:
                calls = writings(ast.parse(path.read_text(encoding="utf-8")))
                found |= {f"{where}: {ast.unparse(call)}" for call in calls}
    assert found == EXCEPTIONS.keys()


@pytest.mark.parametrize("line", ["open(p, 'w')", "p.open('xb')", "open(p, mode='a')", "np.save(p, x)"])
def test_a_writing_is_found(line):
    assert list(writings(ast.parse(line)))


def trained(callback, epochs):
    model = nn.MLP(2, [8], 2, seed=0)
    data = np.zeros((4, 2), np.float32), np.array([0, 1, 0, 1])
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    nn.fit(model, data, loss=nn.cross_entropy, optimizer=optimizer, epochs=epochs, callbacks=[callback], progress=False)


def model(i):
    return nn.MLP(2, [8 + i], 2, seed=i, dtype=np.float32)


def drawing(i):
    return ag.draw(ag.tanh(ag.Value(2.0 + i, label="x")))


#: Functions of a path and a number, which write the number's file.
WRITERS = {
    "m.npz": lambda path, i: nn.save(model(i), path),
    "m.safetensors": lambda path, i: nn.save(model(i), path),
    "torch.safetensors": lambda path, i: nn.save_for_torch(model(i), path),
    "m.onnx": lambda path, i: ag.record(model(i), np.zeros((1, 2), np.float32)).to_onnx(path),
    "d.dot": lambda path, i: drawing(i).save(path),
    "d.mmd": lambda path, i: drawing(i).save(path),
    "p.html": lambda path, i: drawing(i).page(path),
    "log.csv": lambda path, i: trained(nn.CsvLog(path), 1 + i),
    "log.jsonl": lambda path, i: trained(nn.JsonLinesLog(path), 1 + i),
    "run.npz": lambda path, i: trained(nn.Checkpoint(path), 1 + i),
    "download": lambda path, i: store({path.name: bytes([i]) * 1000}, path.parent),
}


def fail_on_a_full_disk():
    """Let each writer write a second time where no file can be longer than 20 bytes."""
    import resource

    with tempfile.TemporaryDirectory() as folder:
        for name, write in WRITERS.items():
            if needed(name) and importlib.util.find_spec(needed(name)) is None:
                continue
            path = Path(folder, name)
            write(path, 0)
            before = path.read_bytes()
            limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))
            try:
                write(path, 1)
            except OSError:
                pass
            else:
                raise AssertionError(f"{name} was written to a full disk")
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert path.read_bytes() == before, name
            assert os.listdir(folder) == [name], os.listdir(folder)
            path.unlink()
    print("done")


def needed(name):
    """The package that writes files with the suffix of `name`."""
    return {".safetensors": "safetensors", ".onnx": "onnx"}.get(Path(name).suffix)


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_leaves_the_old_file():
    script = "from tests.architecture.test_writers import fail_on_a_full_disk; fail_on_a_full_disk()"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_keeps_mode_and_link(name, tmp_path):
    if needed(name):
        pytest.importorskip(needed(name))
    (tmp_path / "there").mkdir()
    link, file = tmp_path / name, tmp_path / "there" / "file"
    link.symlink_to(file)
    WRITERS[name](link, 0)
    file.chmod(0o600)
    before = file.read_bytes()
    WRITERS[name](link, 1)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() != before
    assert os.listdir(tmp_path / "there") == ["file"]
