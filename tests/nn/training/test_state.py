"""Models with buffers and random draws train alike in every engine."""

import contextlib

import numpy as np
import pytest

import autograd as ag
import nn
from tests.nn.training.stateful_models import LABELS, ROWS, Branch, Stateful, layers, model_of, trained


@pytest.fixture(params=["tape", pytest.param("jax", marks=pytest.mark.peer)])
def engine(request):
    with pytest.importorskip("jax").enable_x64(True) if request.param == "jax" else contextlib.nullcontext():
        yield request.param


def assert_alike(found, expected, atol=1e-12):
    assert found.keys() == expected.keys()
    assert found["next"] == expected["next"]
    for name, x in expected.items():
        np.testing.assert_allclose(found[name], x, rtol=1e-9, atol=atol, err_msg=name)


@pytest.mark.parametrize("name", layers())
def test_a_training_equals_the_eager_one(engine, name):
    runs = [trained(model_of([name]), validation=(ROWS[:9], LABELS[:9]), engine=how) for how in ("eager", engine)]
    assert_alike(*runs[::-1])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_random_models_with_weights_checkpoints_and_modes_that_change(engine, seed, tmp_path):
    """Several stateful layers in one model, in an uninterrupted training and in one that is resumed in the middle."""
    rng = np.random.default_rng(seed)
    names = [str(name) for name in rng.choice(list(layers()), 3)]
    weights = rng.random(len(ROWS))

    class Change(nn.Callback):
        """Changes modes, numbers, buffers, and the parameters that move."""

        def on_epoch(self, run):
            layer = run.model.layers[1 + run.epoch % 3]
            layer.train(run.epoch % 2 == 0)
            run.model.layers[0].weight.requires_grad = run.epoch % 2 == 0
            if isinstance(layer, nn.Dropout):
                layer.p = 0.1 * run.epoch
            if isinstance(layer, nn.BatchNorm1d):
                layer.running_mean = layer.running_mean + 1.0

    def run(how, *epochs):
        path = tmp_path / f"{how}{len(epochs)}.npz"
        for n in epochs:
            model = model_of(names)
            callbacks = [Change(), nn.EarlyStopping("validation_loss", patience=9), nn.Checkpoint(path)]
            if len(epochs) > 1:
                callbacks = callbacks[1:]
            found = trained(model, epochs=n, engine=how, sample_weight=weights, validation=(ROWS, LABELS), callbacks=callbacks)
        return found

    assert_alike(run(engine, 5), run("eager", 5))
    assert_alike(run(engine, 2, 4), run("eager", 2, 4))


def test_embeddings_with_repeated_rows(engine):
    indices = np.random.default_rng(1).integers(0, 5, (44, 4))
    runs = []
    for how in ("eager", engine):
        table = nn.Embedding(5, 3, seed=0, dtype=float)
        model = nn.Sequential(table, nn.Flatten(), nn.BatchNorm1d(12, dtype=float), nn.Linear(12, 2, seed=1, dtype=float))
        runs.append(trained(model, (indices, LABELS), engine=how))
    assert_alike(*runs[::-1])


def test_a_branch_on_a_draw_learns_the_draws_of_its_path():
    runs = [trained(nn.Sequential(Branch(), nn.Dropout(0.5, seed=1)), epochs=6, engine=how) for how in ("tape", "eager")]
    assert_alike(*runs)


def test_dropout_of_float32_is_the_same_in_jax_without_64_bits():
    pytest.importorskip("jax")
    x, runs = ROWS.astype(np.float32), []
    for how in ("jax", "eager"):
        model = nn.Sequential(nn.Linear(3, 8, seed=0), nn.Dropout(0.5, seed=1), nn.BatchNorm1d(8), nn.Linear(8, 2, seed=2))
        runs.append(trained(model, (x, LABELS), engine=how))
    assert_alike(*runs, atol=1e-5)


@pytest.mark.parametrize("how", ["eager", "tape", pytest.param("jax", marks=pytest.mark.peer)])
def test_a_step_that_is_not_finite_changes_no_buffer(how):
    if how == "jax":
        pytest.importorskip("jax")

    class Spoiled(Stateful):
        def forward(self, x):
            self.means = self.means + 1.0
            self.calls += 1.0
            return ag.log(self.layer(x) * 0.0 + (2.5 - self.means))

    model = Spoiled(3, np.float32)
    with pytest.raises(FloatingPointError, match="in epoch 1, step 3"):
        trained(model, (ROWS.astype(np.float32), LABELS), engine=how)
    assert (model.means.tolist(), model.calls.tolist()) == ([2.0, 2.0, 2.0], [2.0])


class DependentArgument(Stateful):
    def forward(self, x):
        return self.layer(x + self.random.normal(0.0, x.std(), x.shape))


class DependentShape(Stateful):
    def forward(self, x):
        return self.layer(x) + self.random.normal(size=int((x > 0).sum())).sum()


class Shuffled(Stateful):
    def forward(self, x):
        order = np.arange(len(x))
        self.random.shuffle(order)
        return self.layer(x[order])


class OtherShape(Stateful):
    def forward(self, x):
        self.means = ag.concatenate([self.means, np.zeros(1)])
        return self.layer(x)


class OtherType(Stateful):
    def forward(self, x):
        self.means = (self.means + 1.0).astype(np.float32)
        return self.layer(x)


class OldGenerator(Stateful):
    def __init__(self):
        super().__init__()
        self.old = np.random.RandomState(0)

    def forward(self, x):
        return self.layer(x + self.old.rand(*x.shape))


@pytest.mark.parametrize(
    ("cls", "error", "message"),
    [
        (DependentArgument, TypeError, r"DependentArgument\(Linear\(3, 3\)\): random.normal\(…\) depends on data"),
        (
            DependentShape,
            TypeError,
            r"not possible here: .* in DependentShape\(Linear\(3, 3\)\). Keep .* or train with engine='eager'",
        ),
        (Shuffled, TypeError, r"Shuffled\(.*\): random.shuffle\(…\) writes to an array .*: use a method that returns a new"),
        (OtherShape, ValueError, r"^layers.0.means has shape \(4,\) and type float64 in place of shape \(3,\)"),
        (OtherType, ValueError, r"^layers.0.means has shape \(3,\) and type float32 in place of .* type float64"),
        (OldGenerator, RuntimeError, r"records the step .* drew from a random generator \(RandomState\).* without compile"),
    ],
)
def test_what_cannot_be_recorded_is_an_error_that_changes_nothing(engine, cls, error, message):
    model = nn.Sequential(cls())
    before = model.state_dict()
    with pytest.raises(error, match=message):
        trained(model, engine=engine)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert model.layers[0].random.random() == np.random.default_rng(5).random()
