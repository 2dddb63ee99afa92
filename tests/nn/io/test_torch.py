"""Exchange with PyTorch: its files are read without torch and without pickle; ours are read by torch."""

import contextlib
import io
import pickle
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nn
from nn import UnreadableFileError, load_from_torch, save_for_torch, torch_state
from nn.io._torch_pickle import read_torch


def ours(seed=0, dtype=np.float32):
    return nn.Sequential(
        nn.Linear(4, 5, seed=seed, dtype=dtype), nn.BatchNorm1d(5, dtype=dtype), nn.ReLU(),
        nn.Linear(5, 6, bias=False, seed=seed + 1, dtype=dtype), nn.LayerNorm(6, dtype=dtype),
        nn.Residual(nn.Linear(6, 6, seed=seed + 2, dtype=dtype)), nn.Linear(6, 3, seed=seed + 3, dtype=dtype),
    ).eval()  # fmt: skip


def theirs(torch):
    torch.manual_seed(0)

    class Around(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = torch.nn.Linear(6, 6)

        def forward(self, x):
            return x + self.inner(x)

    t = torch.nn
    model = t.Sequential(
        t.Linear(4, 5), t.BatchNorm1d(5), t.ReLU(), t.Linear(5, 6, bias=False), t.LayerNorm(6), Around(), t.Linear(6, 3)
    )
    model(torch.randn(20, 4))  # running means that are not those at the beginning
    return model.eval()


X = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)


def bits(model):
    return {name: array.tobytes() for name, array in model.state_dict().items()}


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["pt", "safetensors"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
def test_a_state_dict_of_torch_gives_the_same_answers(tmp_path, kind, dtype):
    torch = pytest.importorskip("torch")
    peer, file = theirs(torch).to(getattr(torch, dtype)), tmp_path / f"m.{kind}"
    if kind == "pt":
        torch.save(peer.state_dict(), file)
    else:
        from safetensors.torch import save_file

        save_file(peer.state_dict(), file)
    model = ours(dtype=np.float64)
    load_from_torch(model, file)
    expected = peer.double()(torch.tensor(X).double()).detach().numpy()
    np.testing.assert_allclose(nn.predict(model, X.astype(float)), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.peer
def test_views_shared_storages_and_parameters_are_read(tmp_path):
    torch = pytest.importorskip("torch")
    base = torch.arange(24.0).reshape(4, 6)
    state = {"t": base.T, "part": base[1:3, ::2], "all": base, "scalar": torch.tensor(3), "flags": torch.tensor([True, False]),
             "p": torch.nn.Parameter(torch.ones(2)), "empty": torch.zeros(0, 3), "wide": torch.ones(1).expand(1)}  # fmt: skip
    torch.save(state, tmp_path / "s.pt")
    found = read_torch((tmp_path / "s.pt").read_bytes())
    assert list(found) == list(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(found[name], tensor.detach().numpy())
        assert found[name].dtype == tensor.detach().numpy().dtype


@pytest.mark.peer
def test_torch_reads_ours(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    model, peer = ours(seed=5), theirs(torch)
    peer.load_state_dict(load_file(save_for_torch(model, tmp_path / "m.safetensors")), strict=False)
    np.testing.assert_allclose(peer(torch.tensor(X)).detach().numpy(), nn.predict(model, X), rtol=1e-5, atol=1e-6)
    mlp, other = nn.MLP(4, [5], 3, seed=1), torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    other.load_state_dict(load_file(save_for_torch(mlp, tmp_path / "mlp.safetensors")))
    np.testing.assert_allclose(other(torch.tensor(X)).detach().numpy(), nn.predict(mlp, X), rtol=1e-5, atol=1e-6)
    plain = load_file(nn.save(mlp, tmp_path / "plain.safetensors"))
    assert {name: tuple(t.shape) for name, t in plain.items()} == {n: a.shape for n, a in mlp.state_dict().items()}


def test_files_for_torch_are_read_back(tmp_path):
    model, other = ours(seed=3), ours(seed=9)
    load_from_torch(other, save_for_torch(model, tmp_path / "m.safetensors"))
    assert bits(other) == bits(model)
    assert torch_state(model)["5.module.weight" if "5.module.weight" in torch_state(model) else "5.inner.weight"].shape == (
        6,
        6,
    )
    with pytest.raises(ValueError, match=r"must end in .safetensors, got 'm.pt'"):
        save_for_torch(model, "m.pt")


# A file in the form of torch.save, made without torch.


def archive(pickled, storages=(), compressed=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as z:
        for name, data in [("data.pkl", pickled), *((f"data/{i}", data) for i, data in enumerate(storages))]:
            entry = zipfile.ZipInfo(f"m/{name}")  # of 1980, so that names of tests do not depend on the time
            entry.compress_type = z.compression
            z.writestr(entry, data)
    return out.getvalue()


def state_dict(shape=b"K\x03K\x02\x86", steps=b"K\x02K\x01\x86", offset=b"K\x00", kind=b"FloatStorage", key=b"w"):
    """The pickle of {key: one tensor}."""
    storage = b"(X\x07\x00\x00\x00storagectorch\n" + kind + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + shape + steps + b"\x89ccollections\nOrderedDict\n)RtR"
    return b"\x80\x02}X" + len(key).to_bytes(4, "little") + key + tensor + b"s."


SIX = np.arange(6, dtype="<f4").tobytes()


def test_the_format_of_torch_is_read():
    found = read_torch(archive(state_dict(), [SIX]))
    np.testing.assert_array_equal(found["w"], np.arange(6, dtype="f4").reshape(3, 2))


class Trap:
    def __reduce__(self):
        return print, ("the trap was sprung",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "File is not a zip file"),
        (b"\x80\x04N.", r"before 1\.6: load it in PyTorch, and write it again by torch\.save"),
        (archive(pickle.dumps({"w": Trap()}, 2)), "calls _Name"),
        (archive(pickle.dumps({"w": Trap()}, 4)), "calls _Name|instruction"),
        (archive(pickle.dumps([1, 2], 2)), "must hold a dict of tensors, got type list"),
        (archive(pickle.dumps({"w": 3}, 2)), "its entry 'w' must be a tensor, got type int"),
        (archive(b"\x80\x02" + b"(" * 2**22 + b"."), "too deep a stack at byte 10003"),
        (archive(b"\x80\x02" + b")q\x00" * 2**20), "too many instructions"),
        (archive(b"\x80\x02]" + b"]a" * 2**22 + b"."), "too many instructions"),
        (
            archive(pickle.dumps({"a": {"epoch": 3}, "b": [0.5, None, True], "c": {1: "x"}}, 2)),
            "'a' must be a tensor",
        ),
        (archive(b"\x80\x02}."), "and the model needs, in this order"),
        (archive(b"\x80\x02t."), "takes from an empty stack"),
        (archive(b"\x80\x02h\x05."), "refers to 5, which does not exist"),
        (archive(state_dict(), []), "it has no data/0"),
        (archive(state_dict(), [SIX], compressed=True), "is compressed"),
        (archive(state_dict(), [SIX[:-4]]), "does not fit 5 numbers"),
        (archive(state_dict(), [SIX[:-1]]), "multiple of element size"),
        (archive(state_dict(offset=b"K\x01"), [SIX]), "does not fit 6 numbers"),
        (archive(state_dict(offset=b"J\xff\xff\xff\xff"), [SIX]), "does not fit 6 numbers"),
        (archive(state_dict(steps=b"K\x00K\x00\x86", shape=b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86"), [SIX]), "does not fit"),
        (archive(state_dict(kind=b"ObjectStorage"), [SIX]), "which is not a storage of numbers"),
        (archive(state_dict(), [SIX]), "it holds .*and the model needs, in this order, layers.0"),
    ],
)
def test_other_files_are_errors_and_change_nothing(content, message, tmp_path, capsys):
    file = tmp_path / "m.pt"
    file.write_bytes(content)
    model = ours()
    before = bits(model)
    with pytest.raises(UnreadableFileError, match=message):
        load_from_torch(model, file)
    assert bits(model) == before
    assert "sprung" not in capsys.readouterr().out


#: Of a few hundred bytes, a tuple of 2⁵⁰⁰ empty tuples.
LIFETIME = b"\x80\x02)q\x00" + b"h\x00h\x00\x86q\x00" * 500


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (b"Q.", "which is not a storage of numbers"),
        (b"\x8c\x01a\x93.", "must name functions by strings"),
        (b")R.", "which is not allowed in a state dict"),
        (b"\x81.", "NEWOBJ at byte [0-9]+ is not allowed in a state dict: save model.state_dict()"),
        (b"}h\x00K\x01s.", "which is not a string or integer, or occurs twice"),
        (b".", "it must hold a dict of tensors"),
    ],
)
def test_nested_tuples_give_a_short_error_at_once(end, message):
    with pytest.raises(ValueError, match=message):
        read_torch(archive(LIFETIME + end))
    before, after = state_dict().split(b"K\x03K\x02\x86")
    with pytest.raises(ValueError, match="does not fit 6 numbers"):
        read_torch(archive(LIFETIME + before[2:] + b"h\x00\x85" + after, [SIX]))


def test_many_tensors_in_one_storage_take_its_memory_once():
    pickled = state_dict(shape=b"J\x40\x42\x0f\x00\x85", steps=b"K\x01\x85")  # a million numbers
    one = pickled[3 : pickled.index(b"s.")]
    keys = [b"X\x04\x00\x00\x00%04d" % i for i in range(1000)]
    many = b"\x80\x02}(" + b"".join(key + one[6:] for key in keys) + b"u."
    tracemalloc.start()
    found = read_torch(archive(many, [bytes(4_000_000)]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 1000
    assert most < 50_000_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_any_changed_byte_is_harmless(tmp_path, data):
    content = bytearray(archive(state_dict(), [SIX]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path / "m.pt"
    file.write_bytes(bytes(content))
    model = nn.Linear(2, 3, bias=False)
    with contextlib.suppress(UnreadableFileError):
        load_from_torch(model, file)
    assert model.weight.shape == (2, 3)


def test_names_without_an_order_are_refused_where_the_file_has_none(tmp_path):
    from safetensors.numpy import save_file

    square = {"weight": np.eye(2, dtype="f4"), "bias": np.zeros(2, "f4")}
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    for names, orderly in [(("encoder", "decoder"), False), (("fc10", "fc9"), True), (("a.0", "b.0"), False)]:
        state = {f"{name}.{own}": array * (i + 1) for i, name in enumerate(names) for own, array in square.items()}
        save_file(state, tmp_path / "m.safetensors")
        if orderly:
            load_from_torch(model, tmp_path / "m.safetensors")
            assert [layer.weight.numpy()[0, 0] for layer in model.layers] == [2.0, 1.0]  # fc9 comes first
        else:
            with pytest.raises(UnreadableFileError, match=r"has no order, and the names .* define none"):
                load_from_torch(model, tmp_path / "m.safetensors")


def test_a_missing_safetensors_is_named(tmp_path, monkeypatch):
    file = save_for_torch(ours(), tmp_path / "m.safetensors")
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[safetensors\]'"):
        load_from_torch(ours(), file)


def test_no_torch_is_needed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    file = tmp_path / "m.pt"
    file.write_bytes(archive(state_dict(key=b"fc.weight"), [SIX]))
    model = nn.Linear(2, 3, bias=False)
    load_from_torch(model, file)
    np.testing.assert_array_equal(model.weight.numpy(), np.arange(6).reshape(3, 2).T)


@pytest.mark.peer
def test_a_checkpoint_of_torch_with_one_state_dict_is_read(tmp_path):
    torch = pytest.importorskip("torch")
    peer, file = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)), tmp_path / "c.pt"
    optimizer = torch.optim.Adam(peer.parameters())
    peer(torch.ones(2, 4)).sum().backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    facts = {"epoch": 3, "loss": 0.25, "best": torch.tensor(0.5), "note": "x", "none": None, "done": False, "log": [0.5, 1],
             "args": {"lr": 0.1, "betas": (0.9, 0.99)}, "big": 2**70, "optimizer_state_dict": optimizer.state_dict(),
             "schedule": schedule.state_dict(), "score": np.float64(0.5), "scores": np.ones(3), "device": torch.device("cpu"),
             "milestones": torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 2]).state_dict(), "text": b"ab",
             "size": torch.Size([1, 2]), "type": torch.float32}  # fmt: skip
    for key in ("model_state_dict", "state_dict", "net"):
        torch.save(facts | {key: peer.state_dict()}, file)
        model = nn.MLP(4, [5], 3, seed=0)
        load_from_torch(model, file)
        np.testing.assert_allclose(nn.predict(model, X), peer(torch.tensor(X)).detach().numpy(), rtol=1e-5, atol=1e-6)
    before = bits(model)
    for more in ({"ema": peer.state_dict()}, {"weights": torch.ones(3)}):
        torch.save({"state_dict": peer.state_dict()} | facts | more, file)
        with pytest.raises(UnreadableFileError, match=rf"tensors at 'state_dict', '{next(iter(more))}': save one state dict"):
            load_from_torch(model, file)
    torch.save(facts, file)
    with pytest.raises(UnreadableFileError, match="its entry 'epoch' must be a tensor, got type int"):
        load_from_torch(model, file)
    torch.save(peer.state_dict(), file, _use_new_zipfile_serialization=False)
    with pytest.raises(UnreadableFileError, match=r"before 1\.6: load it in PyTorch"):
        load_from_torch(model, file)
    assert bits(model) == before
