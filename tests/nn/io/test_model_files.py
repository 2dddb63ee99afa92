"""Model files are read back bit for bit; other files are errors that change nothing."""

import io
import os
import pickle
import re
import signal
import subprocess
import sys
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
import safetensors.numpy as safetensors
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from nn import UnreadableFileError, load, save
from nn.io.npz import write_npz

KINDS = ["npz", "safetensors"]
kinds = pytest.mark.parametrize("kind", KINDS)


def model(seed=0):
    return nn.Sequential(nn.Linear(3, 4, seed=seed), nn.BatchNorm1d(4), nn.Linear(4, 2, seed=seed + 1, dtype=float))


def bits(m):
    return {name: (a.dtype, a.shape, a.tobytes()) for name, a in m.state_dict().items()}


@kinds
def test_numbers_come_back_bit_for_bit(kind, tmp_path):
    m = model()
    odd = np.array([[np.nan, -0.0, np.inf, 5e-324]] * 3, np.float32)
    m.layers[0].weight.data = odd
    m.layers[1].running_mean = np.arange(4, dtype=np.float32)
    file = save(m, tmp_path / f"model.{kind}")
    other = model(7)
    assert bits(other) != bits(m)
    load(other, file)
    assert bits(other) == bits(m)
    assert os.listdir(tmp_path) == [f"model.{kind}"]


@kinds
def test_arrays_in_any_order_come_back(kind, tmp_path):
    m = nn.Sequential(nn.Linear(3, 4, seed=0))
    m.layers[0].weight.data = np.asfortranarray(np.arange(12.0, dtype=np.float32).reshape(3, 4))
    other = nn.Sequential(nn.Linear(3, 4, seed=1))
    load(other, save(m, tmp_path / f"m.{kind}"))
    np.testing.assert_array_equal(other.layers[0].weight.numpy(), np.arange(12.0).reshape(3, 4))


@kinds
@pytest.mark.parametrize("name", ["file", "allow_pickle", "self", "args", "a/b", "..", "a.npy", "ä☃", " ", "", "facts", "\\"])
def test_a_parameter_may_have_any_name(name, kind, tmp_path):
    class Named(nn.Module):
        def __init__(self, start):
            setattr(self, name, ag.Tensor(np.full(3, start), requires_grad=True))

    other = Named(0.0)
    load(other, save(Named(2.0), tmp_path / f"m.{kind}"))
    assert getattr(other, name).numpy().tolist() == [2.0, 2.0, 2.0]


@kinds
@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 20_000])
def test_names_that_no_file_can_have_are_refused_before_anything_is_written(name, kind, tmp_path):
    m = nn.Linear(2, 2)
    setattr(m, name, ag.Tensor(np.ones(3), requires_grad=True))
    with pytest.raises(ValueError, match="no file can have numbers called"):
        save(m, tmp_path / f"m.{kind}")
    with pytest.raises(ValueError, match="no file can have numbers called"):
        nn.fit(m, (np.ones((2, 2)), np.ones((2, 2))), loss=nn.mean_squared_error, optimizer=nn.SGD(m.parameters(), lr=0.1),
               epochs=1, progress=False, callbacks=[nn.Checkpoint(tmp_path / "c.npz")])  # fmt: skip
    assert os.listdir(tmp_path) == []


def test_names_and_types_that_a_safetensors_cannot_have_are_refused_before_anything_is_written(tmp_path):
    m = nn.Linear(2, 2)
    m.__metadata__ = ag.Tensor(np.ones(3), requires_grad=True)
    with pytest.raises(ValueError, match="no file can have numbers called '__metadata__'"):
        save(m, tmp_path / "m.safetensors")
    m = nn.Linear(2, 2)
    m.bias = ag.Tensor(np.ones(3, np.longdouble), requires_grad=True)
    with pytest.raises(ValueError, match=r"bias has type \w+, which a .safetensors cannot hold: save to a .npz"):
        save(m, tmp_path / "m.safetensors")
    assert os.listdir(tmp_path) == []


def test_an_argument_that_old_versions_of_numpy_saved_is_ignored(tmp_path):
    m, other = model(), model(7)
    with open(tmp_path / "m.npz", "wb") as out:
        write_npz(out, m.state_dict() | {"allow_pickle": np.array(False)})
    load(other, tmp_path / "m.npz")
    assert bits(other) == bits(m)


@kinds
def test_lack_of_memory_and_errors_of_the_system_are_no_damage(kind, tmp_path, monkeypatch):
    file = save(model(), tmp_path / f"m.{kind}")
    (tmp_path / f"folder.{kind}").mkdir()
    with pytest.raises(IsADirectoryError, match=r"folder\."):
        load(model(), tmp_path / f"folder.{kind}")

    def starved(*args, **options):
        raise MemoryError("no memory")

    monkeypatch.setattr(np.lib.format, "read_array", starved)
    monkeypatch.setattr(np, "frombuffer", starved)
    with pytest.raises(MemoryError, match="no memory") as caught:
        load(model(), file)
    assert caught.value.__notes__ == [f"while {file} was read"]


def test_a_checksum_whose_name_was_hit_is_damage(tmp_path):
    for write, read in ((save, load), (nn.save_for_torch, nn.load_from_torch)):
        file = write(model(), tmp_path / "m.safetensors")
        for place in range(6):
            content = bytearray(file.read_bytes())
            content[content.index(b'"sha256"') + 1 + place] ^= 1
            content[-2] ^= 4
            (tmp_path / "hit.safetensors").write_bytes(content)
            with pytest.raises(UnreadableFileError, match="checksum"):
                read(model(3), tmp_path / "hit.safetensors")


def test_a_large_array_is_written_in_parts(tmp_path):
    large = np.zeros(2**23)
    tracemalloc.start()
    with open(tmp_path / "m.npz", "wb") as out:
        write_npz(out, {"large": large})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < large.nbytes / 2


def test_scalar_networks_are_saved_too(tmp_path):
    m, other = nn.scalar.MLP(2, [3, 1]), nn.scalar.MLP(2, [3, 1])
    load(other, save(m, tmp_path / "m.npz"))
    assert [p.data for p in other.parameters()] == [p.data for p in m.parameters()]


class Trap:
    def __reduce__(self):
        return os.system, ("touch /tmp/glassgrad-was-here",)


def rewritten(content, change):
    """A .npz with its members changed by `change(name, bytes) -> [(name, bytes)]`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            for name, data in change(member, old.read(member)):
                new.writestr(name, data)
    return out.getvalue()


def npy(array, allow_pickle=False):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, allow_pickle=allow_pickle)
    return out.getvalue()


def only(target, replacement):
    return lambda content: rewritten(
        content, lambda name, data: replacement(name, data) if name.startswith(target) else [(name, data)]
    )


W = "layers.0.weight"
HOSTILE = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "a pickle by another name": lambda content: pickle.dumps(Trap()),
    "text": lambda content: b"weights, honestly",
    "a missing key": only(W, lambda name, data: []),
    "an unknown key": only(W, lambda name, data: [(name, data), ("backdoor.npy", data)]),
    "a key twice": only(W, lambda name, data: [(name, data), (W, data)]),
    "another shape": only(W, lambda name, data: [(name, npy(np.zeros((4, 3), np.float32)))]),
    "another type": only(W, lambda name, data: [(name, npy(np.zeros((3, 4), np.float64)))]),
    "objects": only(W, lambda name, data: [(name, npy(np.full((3, 4), Trap(), dtype=object), allow_pickle=True))]),
    "text in an array": only(W, lambda name, data: [(name, npy(np.full((3, 4), "x")))]),
    "a forged header": only(W, lambda name, data: [(name, data.replace(b"(3, 4)", b"(9, 9)"))]),
    "code in a header": only(W, lambda name, data: [(name, data.replace(b"False", b"[][0]"))]),
    "a bomb": only(W, lambda name, data: [(name, npy(np.zeros((3_000, 4_000), np.float32)))]),
    "a path out of the folder": only(W, lambda name, data: [("../../" + name, data)]),
}


def header_changed(change):
    """A `.safetensors` with its header changed by `change(text) -> text`, and its length with it."""

    def changed(content):
        size = int.from_bytes(content[:8], "little")
        header = change(content[8 : 8 + size].decode()).encode()
        return len(header).to_bytes(8, "little") + header + content[8 + size :]

    return changed


def resaved(change):
    """A `.safetensors`, without a check sum, of what `change(arrays)` makes of the arrays."""

    def changed(content):
        arrays = dict(safetensors.load(content))
        change(arrays)
        return safetensors.save(arrays)

    return changed


def twice(header):
    """The first entry of a header once more."""
    entry = re.search(rf'"{W}":{{.*?}}', header)[0]
    return header.replace(entry, f"{entry},{entry}")


SAFE_HOSTILE = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "a byte more": lambda content: content + b"\0",
    "a pickle by another name": lambda content: pickle.dumps(Trap()),
    "text": lambda content: b"weights, honestly",
    "a header of a terabyte": lambda content: (2**40).to_bytes(8, "little") + content[8:],
    "a missing key": resaved(lambda arrays: arrays.pop(W)),
    "an unknown key": resaved(lambda arrays: arrays.update(backdoor=np.zeros(2, np.float32))),
    "a key twice": header_changed(twice),
    "another shape": resaved(lambda arrays: arrays.update({W: np.zeros((4, 3), np.float32)})),
    "another type": resaved(lambda arrays: arrays.update({W: np.zeros((3, 4), np.float64)})),
    "a forged shape": header_changed(lambda text: text.replace("[3,4]", "[9,9]")),
    "a shape turned": header_changed(lambda text: text.replace("[3,4]", "[4,3]")),
    "a forged type": header_changed(lambda text: text.replace("F32", "I32", 1)),
    "a type that NumPy does not have": header_changed(
        lambda text: re.sub(r'"F32"(,"shape":)\[4\]', r'"BF16"\1[8]', text)  # as many bytes
    ),
    "offsets out of the file": header_changed(lambda text: text.replace('"data_offsets":[0,', '"data_offsets":[999999,')),
    "the check sum of others": header_changed(lambda text: re.sub('"sha256":"..', '"sha256":"zz', text)),
}
ALL_HOSTILE = [("npz", name) for name in HOSTILE] + [("safetensors", name) for name in SAFE_HOSTILE]


@pytest.mark.parametrize(("kind", "name"), ALL_HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_changes(kind, name, tmp_path):
    file = save(model(), tmp_path / f"m.{kind}")
    content = file.read_bytes()
    file.write_bytes({"npz": HOSTILE, "safetensors": SAFE_HOSTILE}[kind][name](content))
    assert file.read_bytes() != content
    m = model(3)
    before = bits(m)
    with pytest.raises(UnreadableFileError, match=rf"m\.{kind} cannot be read: ."):
        load(m, file)
    assert bits(m) == before
    assert not os.path.exists("/tmp/glassgrad-was-here")


def test_a_zip_bomb_with_a_false_size_is_not_unpacked(tmp_path):
    """The directory of the archive says 4 bytes, and 200 million zeros are packed."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weight.npy", bytes(200_000_000))
    content = bytearray(bomb.getvalue())
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = (4).to_bytes(4, "little")
    file = tmp_path / "m.npz"
    file.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(UnreadableFileError):
        load(nn.Linear(2, 3, bias=False), file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


@kinds
@given(data=st.data())
def test_a_flipped_bit_is_refused_or_changes_nothing(kind, data, tmp_path_factory):
    """It may be in an unused place, such as the date of a file in an archive."""
    folder = tmp_path_factory.mktemp("flip")
    file = save(model(), folder / f"m.{kind}")
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    m = model(3)
    before = bits(m)
    try:
        load(m, file)
    except UnreadableFileError:
        assert bits(m) == before
    else:
        assert bits(m) == bits(model())


@kinds
def test_another_model_is_refused(kind, tmp_path):
    file = save(model(), tmp_path / f"m.{kind}")
    other = nn.MLP(3, [4], 2)
    before = bits(other)
    with pytest.raises(UnreadableFileError, match=r"unknown|missing|must have type"):
        load(other, file)
    assert bits(other) == before


@pytest.mark.slow
@kinds
def test_a_kill_leaves_the_old_file_or_the_new_one(kind, tmp_path):
    file = tmp_path / f"m.{kind}"
    program = (
        "import sys, nn\n"
        "a, b = (nn.MLP(50, [50], 50, seed=s) for s in (0, 1))\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    nn.save(a, sys.argv[1]); nn.save(b, sys.argv[1])\n"
    )
    whole = [bits(nn.MLP(50, [50], 50, seed=s)) for s in (0, 1)]
    save(nn.MLP(50, [50], 50, seed=0), file)
    root = os.path.dirname(os.path.dirname(nn.__file__))
    for i in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": root}
        )
        with process:
            process.stdout.readline()
            time.sleep(0.003 * i)
            process.send_signal(signal.SIGKILL)
        m = nn.MLP(50, [50], 50, seed=9)
        load(m, file)
        assert bits(m) in whole


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    file = save(model(), tmp_path / "m.npz")

    def full(handle):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        save(model(5), file)
    assert os.listdir(tmp_path) == ["m.npz"]
    other = model(9)
    load(other, file)
    assert bits(other) == bits(model())


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_a_file_keeps_its_mode_and_links_are_followed(tmp_path):
    before = os.umask(0o022)
    try:
        file = save(model(), tmp_path / "m.npz")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o644
    link = tmp_path / "latest.npz"
    link.symlink_to(file)
    save(model(5), link)
    assert link.is_symlink()
    other = model(9)
    load(other, file)
    assert bits(other) == bits(model(5))


def test_arguments_are_checked(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*none to write m\.npz to: make it first"):
        save(model(), tmp_path / "none" / "m.npz")
    for f in (save, load):
        with pytest.raises(TypeError, match=r"the first argument must be a Module, got 'm\.npz' of type str"):
            f("m.npz", model())
    with pytest.raises(ValueError, match=r"must end in \.npz or \.safetensors, got 'model\.pt'"):
        save(model(), "model.pt")
    with pytest.raises(FileNotFoundError):
        load(model(), tmp_path / "none.npz")
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[safetensors\]'"):
        save(model(), tmp_path / "m.safetensors")


def test_state_dict_is_a_copy_and_loads_whole_or_not_at_all():
    m = model()
    state = m.state_dict()
    assert list(state) == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "layers.1.running_mean",
                           "layers.1.running_var", "layers.2.weight", "layers.2.bias"]  # fmt: skip
    state["layers.0.weight"][:] = 5.0
    assert not np.any(m.layers[0].weight.numpy() == 5.0)
    before = bits(m)
    wrong = {k: v for k, v in state.items() if k != "layers.2.bias"} | {"extra": np.ones(1), "layers.0.bias": np.ones(3)}
    with pytest.raises(ValueError, match=r"layers\.2\.bias is missing; extra is unknown; layers\.0\.bias has shape \(3,\)"):
        m.load_state_dict(wrong)
    assert bits(m) == before
    m.load_state_dict(state)
    assert np.all(m.layers[0].weight.numpy() == 5.0)
    with pytest.raises(ValueError, match="has type complex128 in place of float32"):
        m.load_state_dict(state | {"layers.0.bias": np.ones(4, complex)})


def test_summary_counts():
    text = model().summary()
    assert "layers.0  Linear       weight (3, 4), bias (4,)" in text
    assert text.splitlines()[-1].split() == ["total", str(3 * 4 + 4 + 8 + 4 * 2 + 2), "8"]
