"""Modules that a compiled function can reach: flags, parts, parameters and buffers are those of each call."""

import functools

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, compile, gradients, record, value_and_grad
from nn import Module

ROWS = np.random.default_rng(0).normal(3.0, 2.0, (8, 2))


class Scaled(Module):
    """Module whose buffers are an array, one in a list, and one that it reads by NumPy alone."""

    def __init__(self):
        self.weight = Tensor([1.0, 2.0], requires_grad=True)
        self.scale, self.raw, self.more = np.ones(2), np.ones(2), [np.ones(2)]

    def forward(self, x):
        y = x * self.weight * self.scale * self.more[0] * np.sqrt(self.raw)
        return y if self.training else -y


def network():
    return nn.Sequential(nn.Linear(2, 2, seed=0, dtype=float), nn.BatchNorm1d(2, dtype=float), Scaled()).eval()


class Holder:
    def __init__(self, model):
        self.model = model

    def run(self, x):
        return self.model(x)


#: Ways to reach a module from a function.
WAYS = {
    "itself": lambda m: m,
    "closure": lambda m: lambda x: m(x),
    "bound method": lambda m: Holder(m).run,
    "partial": lambda m: functools.partial(lambda model, x: model(x), m),
    "default": lambda m: lambda x, *, model=m: model(x),
    "list": lambda m: (lambda models: lambda x: models[0](x))([m]),
}


def update_statistics(m):
    m.train()
    m.layers[1](2.0 * ROWS)
    m.eval()


def write_to_statistics(m):
    m.layers[1].running_mean[:] = 2.0
    m.layers[1].running_var *= 3.0


def freeze(m):
    for p in m.parameters():
        p.requires_grad = False


CHANGES = {
    "statistics": update_statistics,
    "statistics in place": write_to_statistics,
    "training flag": lambda m: m.layers[2].train(),
    "buffer": lambda m: setattr(m.layers[2], "scale", np.array([3.0, 4.0])),
    "buffer in place": lambda m: m.layers[2].scale.__setitem__(0, 7.0),
    "buffer read by NumPy": lambda m: setattr(m.layers[2], "raw", np.array([4.0, 9.0])),
    "buffer read by NumPy in place": lambda m: m.layers[2].raw.__setitem__(0, 16.0),
    "buffer in a list": lambda m: m.layers[2].more.__setitem__(0, np.array([3.0, 4.0])),
    "buffer in a list in place": lambda m: m.layers[2].more[0].__setitem__(0, 7.0),
    "parameter": lambda m: setattr(m.layers[2], "weight", Tensor([5.0, 6.0], requires_grad=True)),
    "data of a parameter": lambda m: setattr(m.layers[2].weight, "data", [5.0, 6.0]),
    "replaced module": lambda m: m.layers.__setitem__(0, nn.Linear(2, 2, seed=5, dtype=float)),
    "appended module": lambda m: m.layers.append(nn.Tanh()),
    "loaded state": lambda m: m.load_state_dict({k: 2.0 * x for k, x in m.state_dict().items()}),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", CHANGES)
def test_present_state_is_used(change, way):
    model = network()
    compiled = compile(WAYS[way](model))
    for _ in range(2):
        np.testing.assert_allclose(compiled(ROWS), model(ROWS).numpy(), rtol=1e-12)
    CHANGES[change](model)
    for _ in range(2):
        np.testing.assert_allclose(compiled(ROWS), model(ROWS).numpy(), rtol=1e-12)


@pytest.mark.parametrize("change", ["training flag", "appended module", "buffer read by NumPy in place"])
def test_a_tape_of_another_state_is_refused(change):
    model = network()
    tape = record(model, ROWS)
    np.testing.assert_array_equal(tape(ROWS), model(ROWS).numpy())
    CHANGES[change](model)
    with pytest.raises(TypeError, match=r"other flags, parts or buffers.*record it again, or use compile"):
        tape(ROWS)


def test_a_branch_is_recorded_for_the_present_state():
    model = network()

    def f(x):
        return model(x) if x.sum() > 0 else x * np.sqrt(model.layers[2].scale)

    compiled = compile(f)
    for _ in range(2):
        for x in (ROWS, -ROWS):
            np.testing.assert_allclose(compiled(x), f(Tensor(x)).numpy(), rtol=1e-12)
        model.layers[2].scale[:] = 9.0


def test_a_module_as_an_argument_is_followed():
    compiled, model = compile(lambda model, x: model(x)), network()
    for change in CHANGES.values():
        np.testing.assert_allclose(compiled(model, ROWS), model(ROWS).numpy(), rtol=1e-12)
        change(model)


def test_present_requirements_of_gradients_are_used():
    model = network()

    def step(x):
        y = ag.sum(model(x) ** 2)
        return gradients(y, [p for p in model.parameters() if p.requires_grad])

    compiled = compile(step)
    assert len(compiled(ROWS)) == len(model.parameters())
    model.layers[0].weight.requires_grad = False
    assert len(compiled(ROWS)) == len(model.parameters())
    assert len(compiled.tapes) == 2


def test_statistics_are_followed_without_another_tape():
    norm = nn.BatchNorm1d(2).eval()
    compiled = compile(norm)
    for _ in range(3):
        compiled(ROWS)
        norm.train()(ROWS)
        norm.eval()
    assert len(compiled.tapes) == 1


class Counter(Module):
    def __init__(self):
        self.count = np.zeros(1)

    def forward(self, x):
        self.count = self.count + 1.0
        return x * 2.0


class CounterInPlace(Counter):
    def forward(self, x):
        self.count += 1.0
        return x * 2.0


class Mean(Counter):
    def forward(self, x):
        self.count = 0.9 * self.count + 0.1 * x.mean().item()
        return x * 2.0


@pytest.mark.parametrize(
    ("make", "name"),
    [(lambda: nn.BatchNorm1d(2), "running_mean, running_var"), (Counter, "count"), (CounterInPlace, "count"), (Mean, "count")],
)
@pytest.mark.parametrize(
    "run",
    [lambda f: compile(f)(ROWS), lambda f: record(f, ROWS), lambda f: compile(value_and_grad(lambda x: ag.sum(f(x))))(ROWS)],
)
def test_writing_a_buffer_is_refused(make, name, run):
    layer, seen = make(), []
    before = {key: (x, x.copy()) for key, x in vars(layer).items() if isinstance(x, np.ndarray)}

    def f(x):
        seen.append(1)
        return layer(x)

    for model in (layer, f):
        with pytest.raises(TypeError, match=rf"{type(layer).__name__}\(.*\) writes to its buffer {name} while .*\.eval\(\)"):
            run(model)
    assert not seen
    for key, (x, numbers) in before.items():
        assert vars(layer)[key] is x
        np.testing.assert_array_equal(x, numbers)


class Calls(Module):
    """Numbers that a call changes; another that it sets to the value it has."""

    def __init__(self, name, number):
        self.rate, self.flag = 0.5, float("nan")
        setattr(self, name, number)
        self.name = name

    def forward(self, x):
        self.rate = float("0.5")
        setattr(self, self.name, getattr(self, self.name) + 1)
        return x * getattr(self, self.name)


@pytest.mark.parametrize("number", [0, 1.5, True])
@pytest.mark.parametrize("name", ["count", "flag"])
def test_changing_a_number_of_a_module_is_refused(name, number):
    layer = nn.Sequential(Calls(name, number))
    for f in (layer, lambda x: layer(x)):
        with pytest.raises(TypeError, match=rf"Calls.* changes its number {name} from .* to .*: pass it as an argument"):
            compile(f)(ROWS)
        assert getattr(layer.layers[0], name) is number


def test_numbers_of_a_module_may_be_set_to_what_they_are():
    layer = nn.BatchNorm1d(2)

    def f(x):
        layer.eval()
        layer.eps = float(str(layer.eps))
        return layer(x)

    np.testing.assert_array_equal(compile(f)(ROWS), f(ROWS).numpy())


@pytest.mark.parametrize("dtype", [float, np.float32, int])
@pytest.mark.parametrize("name", ["labels", "sample_weight", "class_weight"])
def test_losses_follow_arrays_from_outside(name, dtype):
    arrays = {"labels": np.array([0, 1, 0]), "sample_weight": np.ones(3, dtype), "class_weight": np.ones(2, dtype)}
    options = {name: arrays[name]} if name != "labels" else {}
    compiled = compile(value_and_grad(lambda z: nn.cross_entropy(z, arrays["labels"], **options)))
    for new in (1, 0):
        arrays[name][0] = new
        got, want = compiled(ROWS[:3]), nn.cross_entropy(Tensor(ROWS[:3]), arrays["labels"], **options)
        np.testing.assert_allclose(got[0], want.item(), rtol=1e-6)
