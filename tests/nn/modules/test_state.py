"""State of modules: parameters and the arrays of the constructor, whatever `forward` caches; all modules and random ones."""

import abc
import copy
import pickle
from dataclasses import dataclass, field
from inspect import signature

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value, no_grad
from autograd import sum as total

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
Y = np.array([0, 1, 0, 1, 1, 0])

MAKERS = {
    "Linear": lambda: nn.Linear(4, 4), "Flatten": nn.Flatten, "Dropout": lambda: nn.Dropout(0.5, seed=0), "ReLU": nn.ReLU,
    "Sequential": lambda: nn.Sequential(nn.Linear(4, 4)), "MLP": lambda: nn.MLP(4, [3], 4), "Tanh": nn.Tanh, "ELU": nn.ELU,
    "Residual": lambda: nn.Residual(nn.Linear(4, 4)), "LayerNorm": lambda: nn.LayerNorm(4), "RMSNorm": lambda: nn.RMSNorm(4),
    "BatchNorm1d": lambda: nn.BatchNorm1d(4), "Embedding": lambda: nn.Embedding(5, 4), "Sigmoid": nn.Sigmoid, "GELU": nn.GELU,
    "SiLU": nn.SiLU, "Softplus": nn.Softplus, "Softmax": nn.Softmax, "LogSoftmax": nn.LogSoftmax, "LeakyReLU": nn.LeakyReLU,
}  # fmt: skip


def test_every_module_is_here():
    found = {name for name, x in vars(nn).items() if isinstance(x, type) and issubclass(x, nn.Module) and x is not nn.Module}
    assert found == MAKERS.keys()


def clutter(module, x):
    """Cache what layers of lessons cache: inputs, outputs, masks, texts, objects."""
    module.x, module.cache, module.history = x, {"y": Tensor(x), "mask": x > 0, 3: [x, "text"]}, [np.array(["a", "b"]), None]
    module.names, module.when, module.number = np.array(["cat", "dog"]), object(), Tensor(x) * 2.0


class Cluttered(nn.Module):
    """A module with the state of another one, which caches what it can."""

    def __init__(self, inner, holder):
        self.inner = holder(inner)
        self.names, self.options, self.later = np.array(["cat", "dog"]), {"lr": 0.1, "way": ["up", None]}, None
        self.scale = np.ones(1, np.float32)

    def forward(self, x):
        inner = self.inner
        while not isinstance(inner, nn.Module):
            inner = next(iter(inner.values() if isinstance(inner, dict) else inner))
        y = inner(x) * self.scale
        for part in self.modules():
            clutter(part, x)
        self.later = x
        return y


HOLDERS = st.lists(st.sampled_from([lambda x: [x, "text"], lambda x: (x,), lambda x: {"a": x, "b": 1}]), max_size=3).map(
    lambda fs: lambda x: x if not fs else [x := f(x) for f in fs][-1]
)


@pytest.mark.parametrize("name", MAKERS)
@given(holders=st.lists(HOLDERS, min_size=1, max_size=3))
def test_what_forward_caches_is_no_state(name, holders):
    def make():
        module = MAKERS[name]()
        for holder in holders:
            module = Cluttered(module, holder)
        return module

    module, x = make(), np.array([[1, 2, 3, 4]] * 3) if name == "Embedding" else X
    shapes = {path: a.shape for path, a in module.state_dict().items()}
    for rows in (3, 2):
        module(x[:rows])
    state = module.state_dict()
    assert {path: a.shape for path, a in state.items()} == shapes
    for twin in (copy.copy(module), copy.deepcopy(module), make()):
        twin.load_state_dict(state)
        assert {path: a.tobytes() for path, a in twin.state_dict().items()} == {path: a.tobytes() for path, a in state.items()}


class Base(nn.Module):
    def __init__(self):
        self.w = Tensor(np.ones((4, 2)), requires_grad=True)

    def forward(self, x):
        self.x = x
        return x @ self.w


class Late(Base):
    """Sets a part and an array after the constructor of the base, and on its parts."""

    def __init__(self):
        super().__init__()
        self.mean, self.part = np.zeros(2), Base()
        self.part.mask = np.ones(2)


class Prepared(Base):
    """Runs a batch in its constructor."""

    def __init__(self):
        super().__init__()
        self.part = Base()
        self.part(np.ones((3, 4)))


class Restored(Base):
    """Is unpickled by its constructor."""

    def __getstate__(self):
        return {}

    def __setstate__(self, state):
        self.__init__()


@dataclass(eq=False)
class Data(nn.Module):
    w: Tensor = field(default_factory=lambda: Tensor(np.ones((4, 2)), requires_grad=True))

    forward = Base.forward


class Abstract(Base, abc.ABC):
    pass


@pytest.mark.parametrize(
    ("cls", "paths"),
    [
        (Base, ["w"]), (Late, ["w", "mean", "part.w", "part.mask"]), (Prepared, ["w", "part.w"]), (Restored, ["w"]),
        (Data, ["w"]), (Abstract, ["w"]),
    ],
)  # fmt: skip
def test_a_module_made_in_any_way_has_one_state(cls, paths):
    for module in (cls(), copy.deepcopy(cls()), pickle.loads(pickle.dumps(cls())), nn.Sequential(cls()).layers[0]):
        for _ in range(2):
            assert list(module.state_dict()) == paths
            module(X)
        assert list(pickle.loads(pickle.dumps(module)).state_dict()) == paths


def test_a_parameter_is_state_from_when_it_is_made_and_when_it_is_frozen():
    module = Base()
    module.late = [Value(1.0)]
    assert list(module.state_dict()) == ["w", "late.0"]
    module.w.requires_grad = False
    assert list(module.state_dict()) == ["w", "late.0"]
    module.w = None
    assert list(module.state_dict()) == ["late.0"]
    assert str(signature(Base)) == "()"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: setattr(m, "mean", np.zeros(3)), r"mean has shape \(3,\) and type float64 in place of shape \(2,\)"),
        (lambda m: setattr(m, "mean", np.zeros(2, "f4")), r"mean has shape \(2,\) and type float32 in place of"),
        (lambda m: setattr(m, "mean", np.array(["a", "b"])), "mean has type ndarray in place of"),
        (lambda m: setattr(m.part, "mask", None), r"part\.mask has type NoneType in place of"),
        (lambda m: delattr(m.part, "mask"), r"part\.mask of Late does not exist anymore"),
    ],
)
def test_an_array_that_is_no_longer_what_it_was_is_named_before_a_training(change, message, tmp_path):
    module = Late()
    change(module)
    with pytest.raises(ValueError, match=message):
        nn.save(module, tmp_path / "m.npz")
    before = module.w.numpy().copy()
    for callback in (nn.Checkpoint(tmp_path / "c.npz"), nn.EarlyStopping("loss")):
        with pytest.raises(ValueError, match=message):
            nn.fit(module, (X, Y), loss=nn.cross_entropy, optimizer=nn.SGD(module.parameters(), lr=0.1), epochs=1,
                   progress=False, callbacks=[callback])  # fmt: skip
    assert module.w.numpy().tobytes() == before.tobytes()
    assert list(tmp_path.iterdir()) == []


def test_arrays_of_all_kinds_of_numbers_are_state(tmp_path):
    class Kinds(nn.Module):
        def __init__(self, x=0):
            self.arrays = [np.full(2, x, kind) for kind in ("f2", "f4", "f8", "i1", "u8", "?", "c8", "c16")]
            self.others = [np.array(["a"]), np.array([None]), np.array(["2020"], "M8[Y]"), np.array([b"a"]), np.float64(x), x]

    other = Kinds()
    nn.load(other, nn.save(Kinds(1), tmp_path / "m.npz"))
    assert list(other.state_dict()) == [f"arrays.{i}" for i in range(8)]
    assert all((x == 1).all() for x in other.arrays)


def test_an_array_that_is_assigned_again_is_found_by_its_name():
    class Running(nn.Module):
        def __init__(self):
            self.w, self.mean, self.count = Tensor(np.ones(2), requires_grad=True), Tensor(np.zeros(2)), np.array(0.0)
            self.means = {"a": [np.zeros(2)]}

        def forward(self, x):
            self.mean, self.count = self.mean + total(self.w * x, axis=0), self.count + 1
            self.means["a"] = [self.means["a"][0] + x.mean(axis=0)]
            return x

    module, other = Running(), Running()
    module(np.ones((3, 2)))
    other(np.ones((5, 2)))
    other.load_state_dict(module.state_dict())
    assert {path: a.tolist() for path, a in other.state_dict().items()} == {
        "w": [1.0, 1.0], "mean": [3.0, 3.0], "count": 1.0, "means.a.0": [1.0, 1.0]
    }  # fmt: skip
    with no_grad():
        other(np.ones((1, 2)))
    assert other.count == 2.0


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_a_training_resumes_and_stops_early_whatever_is_cached(suffix, tmp_path):
    def run(epochs, path):
        model = nn.Sequential(Cluttered(nn.Linear(4, 2, seed=0), lambda x: [x]))
        callbacks = [nn.Checkpoint(path), nn.EarlyStopping(patience=9)]
        nn.fit(model, (X, Y), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=epochs, batch_size=4,
               validation=(X[:5], Y[:5]), progress=False, callbacks=callbacks)  # fmt: skip
        return model

    run(2, tmp_path / "c.npz")
    resumed, whole = run(4, tmp_path / "c.npz"), run(4, tmp_path / "d.npz")
    fresh = nn.Sequential(Cluttered(nn.Linear(4, 2, seed=5), lambda x: [x]))
    nn.load(fresh, nn.save(resumed, tmp_path / f"m.{suffix}"))
    assert len({str({path: a.tobytes() for path, a in m.state_dict().items()}) for m in (resumed, whole, fresh)}) == 1
    nn.load_from_torch(fresh, nn.save_for_torch(resumed, tmp_path / "t.safetensors"))


def test_a_state_that_fits_in_part_is_loaded_without_strict():
    source, model = nn.MLP(2, [3], 2, seed=0), nn.MLP(2, [3], 2, seed=1)
    state = source.state_dict()
    last = state.pop("layers.2.bias")
    state["head.weight"] = last
    before = model.state_dict()
    with pytest.raises(ValueError, match=r"layers\.2\.bias is missing; head\.weight is unknown"):
        model.load_state_dict(state)
    missing, unexpected = found = model.load_state_dict(state, strict=False)
    assert (missing, unexpected) == (["layers.2.bias"], ["head.weight"])
    assert (found.missing_keys, found.unexpected_keys) == (missing, unexpected)
    for name, array in model.state_dict().items():
        assert np.array_equal(array, (before if name == "layers.2.bias" else state)[name])
    assert model.load_state_dict(source.state_dict()) == ([], [])


@pytest.mark.parametrize("strict", [True, False])
def test_a_state_with_another_shape_changes_nothing(strict):
    model = nn.MLP(2, [3], 2, seed=0)
    before = {name: x.tobytes() for name, x in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"layers\.2\.weight has shape \(3, 4\) in place of \(3, 2\)"):
        model.load_state_dict(nn.MLP(2, [3], 4, seed=1).state_dict(), strict=strict)
    assert {name: x.tobytes() for name, x in model.state_dict().items()} == before
