"""Engines: callbacks between steps and parameters without a gradient give the same results in all of them."""

import contextlib

import numpy as np
import pytest

import nn

pytestmark = pytest.mark.slow


class Stop(nn.Callback):
    def on_step(self, run):
        if run.steps == 2:
            raise KeyError("a mistake")


class Frozen(nn.Callback):
    def on_epoch(self, run):
        run.model.layers[0].weight.requires_grad = run.epoch == 2


class Decaying(nn.Callback):
    def on_epoch(self, run):
        run.optimizer.groups[0].weight_decay = 0.1 * run.epoch


class Halved(nn.Callback):
    def on_step(self, run):
        for p in run.model.parameters():
            p.data = p.numpy() * 0.5


class Turned(nn.Callback):
    """Changes parameters that the optimizer does not move."""

    def on_epoch(self, run):
        run.model.layers[-1].bias.data = np.array([1.0, -1.0])


class OneOfTwo(nn.Module):
    """Two layers, of which the output depends on one only."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 2, seed=0, dtype=np.float64), nn.Linear(2, 2, seed=1, dtype=np.float64)]

    def forward(self, x):
        return self.layers[0](x)


JAX = pytest.param("jax", marks=pytest.mark.peer)


@pytest.fixture(params=["tape", JAX])
def engine(request):
    with pytest.importorskip("jax").enable_x64(True) if request.param == "jax" else contextlib.nullcontext():
        yield request.param


@pytest.mark.filterwarnings("ignore:the optimizer does not have")
@pytest.mark.parametrize("case", [Stop, Frozen, Decaying, Halved, Turned, OneOfTwo])
def test_every_engine_trains_as_the_eager_one(engine, case):
    optimizer = nn.SGD if case is Decaying else nn.AdamW  # whose decay is part of its rate
    x = np.random.default_rng(0).standard_normal((20, 2))
    found = []
    for how in ("eager", engine):
        model = OneOfTwo() if case is OneOfTwo else nn.MLP(2, [3], 2, seed=0, dtype=np.float64)
        moves = optimizer(model.parameters()[: -1 if case is Turned else None], lr=0.05, weight_decay=0.5)
        callbacks = [] if case is OneOfTwo else [case()]
        with pytest.raises(KeyError) if case is Stop else contextlib.nullcontext():
            nn.fit(model, (x, (x[:, 0] > 0).astype(int)), loss=nn.cross_entropy, optimizer=moves, epochs=4, batch_size=8,
                   callbacks=callbacks, progress=False, engine=how)  # fmt: skip
        found.append(model.state_dict() | moves.state_dict())
    assert found[0].keys() == found[1].keys()
    for name, array in found[0].items():
        np.testing.assert_allclose(found[1][name], array, rtol=1e-10, atol=1e-13, err_msg=name)


ALIASES = [
    ("eager", {}),
    ("eager", {"compile": False}),
    ("eager", {"backend": "numpy"}),
    ("eager", {"compile": False, "backend": "numpy"}),
    ("tape", {"compile": True}),
    ("tape", {"compile": True, "backend": "numpy"}),
    ("jax", {"backend": "jax"}),
    ("jax", {"backend": "jax", "compile": False}),
    ("jax", {"backend": "jax", "compile": True}),
]


def bits(**options):
    x, y = nn.datasets.moons(50, seed=0)
    model = nn.MLP(2, [4], 2, seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    history = nn.fit(model, (x.astype(np.float32), y), loss=nn.cross_entropy, optimizer=optimizer, epochs=2, batch_size=16,
                     progress=False, **options)  # fmt: skip
    state = model.state_dict() | optimizer.state_dict()
    return history.loss, history["accuracy"], {name: array.tobytes() for name, array in state.items()}


@pytest.mark.parametrize("name", ["eager", "tape", JAX])
def test_an_engine_and_its_older_spellings_give_the_same_bits(name):
    if name == "jax":
        pytest.importorskip("jax")
    expected = bits(engine=name)
    for options in [options for engine, options in ALIASES if engine == name]:
        assert bits(**options) == expected == bits(engine=name, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "eager", "compile": True}, "engine='eager' contradicts compile=True: write engine='eager' alone"),
        ({"engine": "eager", "backend": "jax"}, "engine='eager' contradicts backend='jax': write"),
        ({"engine": "tape", "compile": False}, "engine='tape' contradicts compile=False: write"),
        ({"engine": "tape", "compile": False, "backend": "jax"}, "contradicts compile=False and backend='jax': write"),
        ({"engine": "jax", "backend": "numpy"}, "engine='jax' contradicts backend='numpy': write"),
        ({"engine": "jax", "backend": "torch"}, "engine='jax' contradicts backend='torch': write"),
        ({"engine": "numpy"}, "engine must be one of 'eager', 'tape', 'jax', got 'numpy'"),
        ({"engine": ["jax"]}, r"engine must be one of 'eager', 'tape', 'jax', got \['jax'\]"),
        ({"engine": "tape", "devices": 2}, "devices must be None unless engine='jax', got 2"),
    ],
)
def test_contradictions_are_errors_before_the_first_step(options, message):
    model = nn.MLP(2, [4], 2, seed=0)
    before = {name: array.tobytes() for name, array in model.state_dict().items()}
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=message):
        nn.fit(model, nn.datasets.moons(20), loss=nn.cross_entropy, optimizer=optimizer, epochs=1, progress=False, **options)
    assert {name: array.tobytes() for name, array in model.state_dict().items()} == before
