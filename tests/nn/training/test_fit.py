"""`fit`: equal to its loop, reproducible, with errors for nonfinite losses."""

import io
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Tensor
from nn import (
    MLP,
    SGD,
    Adam,
    History,
    Linear,
    Loader,
    Module,
    Sequential,
    accuracy,
    cross_entropy,
    datasets,
    fit,
    mean_squared_error,
    predict,
)
from nn.training._progress import ProgressBar

MOONS = datasets.moons(100, noise=0.1, seed=0)
HELD_OUT = datasets.moons(60, noise=0.1, seed=1)


def trained(model, data=MOONS, optimizer=None, **options):
    chosen = {"loss": cross_entropy, "epochs": 3, "batch_size": 32, "progress": False} | options
    return fit(model, data, optimizer=optimizer or Adam(model.parameters(), lr=0.01), **chosen)


def bits(model):
    return b"".join(p.numpy().tobytes() for p in model.parameters())


class Spy(Module):
    """A model that notes in every call if it is in training and if its output is recorded."""

    def __init__(self, inner):
        self.inner = inner
        self.seen = []

    def forward(self, x):
        y = self.inner(x)
        self.seen.append((len(x), self.training, self.inner.training, y.requires_grad))
        return y


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.integers(1, 130), st.integers(1, 3))
def test_fit_equals_the_loop_of_its_docstring(seed, batch_size, epochs):
    model, other = (MLP(2, [8], 2, seed=seed) for _ in range(2))
    history = trained(model, epochs=epochs, batch_size=batch_size, seed=seed)
    optimizer = Adam(other.parameters(), lr=0.01)
    loader = Loader(*MOONS, batch_size=batch_size, seed=seed)
    for epoch in range(epochs):
        losses, rights = 0.0, 0.0
        for x, y in loader:
            output = other(x)
            loss = cross_entropy(output, y)
            losses, rights = losses + loss.item() * len(x), rights + accuracy(output, y) * len(x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert np.isclose(history.loss[epoch], losses / 100, rtol=1e-12)
        assert np.isclose(history["accuracy"][epoch], rights / 100, rtol=1e-12)
    assert bits(model) == bits(other)


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    def run(seed):
        model = MLP(2, [8], 2, seed=0)
        history = trained(model, validation=HELD_OUT, seed=seed)
        return bits(model), history.loss, history.validation_loss, history["validation_accuracy"]

    assert run(3) == run(3)
    assert run(3)[0] != run(4)[0]


def test_two_moons_are_learned():
    model = MLP(2, [16, 16], 2, seed=0)
    history = trained(model, epochs=40, validation=HELD_OUT)
    assert history["validation_accuracy"][-1] >= 0.98
    assert history.loss[-1] < history.loss[0]
    assert accuracy(model(HELD_OUT[0]), HELD_OUT[1]) == history["validation_accuracy"][-1]
    assert cross_entropy(model(HELD_OUT[0]), HELD_OUT[1]).item() == pytest.approx(history.validation_loss[-1], rel=1e-12)


@pytest.mark.parametrize("given", [{}, {"metrics": None}])
def test_regression_without_metrics(given):
    x = np.linspace(-1, 1, 50, dtype=np.float32)[:, None]
    model = Linear(1, 1, seed=0)
    history = trained(model, (x, 3 * x + 1), SGD(model.parameters(), lr=0.1), loss=mean_squared_error, epochs=100, **given)
    assert history.metrics == history.validation_metrics == {}
    np.testing.assert_allclose([p.numpy().item() for p in model.parameters()], [3.0, 1.0], atol=1e-3)


def test_a_small_last_batch_can_be_left_out():
    model = Sequential(Linear(2, 4, seed=0), nn.BatchNorm1d(4), Linear(4, 2, seed=1))
    with pytest.raises(ValueError, match=r"x of shape \(1, 4\): use drop_last=True"):
        trained(model, batch_size=33, epochs=1)
    spy = Spy(MLP(2, [4], 2, seed=0))
    trained(spy, batch_size=33, epochs=1, drop_last=True)
    assert [rows for rows, *_ in spy.seen] == [33, 33, 33]
    with pytest.raises(ValueError, match="drop_last=True leaves no batch of 100 rows with batch_size=101"):
        trained(model, batch_size=101, drop_last=True)


def test_a_dataset_is_rows_too():
    model, other = MLP(2, [4], 2, seed=0), MLP(2, [4], 2, seed=0)
    trained(model, nn.Dataset(*MOONS), validation=nn.Dataset(*HELD_OUT))
    trained(other)
    assert bits(model) == bits(other)


def test_one_score_for_two_classes():
    x, y = MOONS
    targets = y[:, None].astype(float)
    model = MLP(2, [16], 1, seed=0)
    loss, metrics = nn.binary_cross_entropy_with_logits, [nn.binary_accuracy]
    optimizer = Adam(model.parameters(), lr=0.05)
    history = trained(model, (x, targets), optimizer, loss=loss, metrics=metrics, epochs=60, validation=(x, targets))
    assert history["validation_binary_accuracy"][-1] == np.mean((predict(model, x)[:, 0] > 0) == y) > 0.95
    assert trained(model, (x, targets), loss=loss).metrics == {}


def test_a_custom_metric():
    def worst(output, targets):
        return float(np.abs(np.asarray(output if isinstance(output, np.ndarray) else output.numpy()) - targets).max())

    x = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    history = trained(Linear(1, 1, seed=0), (x, x), loss=mean_squared_error, metrics=worst, validation=(x, x))
    assert "validation_worst" in repr(history)
    assert len(history["worst"]) == len(history["validation_worst"]) == 3


def test_evaluation_is_in_eval_mode_without_recording_and_restores_modes():
    model = Spy(MLP(2, [4], 2, seed=0))
    model.eval()
    trained(model, epochs=1, batch_size=64, validation=HELD_OUT)
    check = evaluation = (60, False, False, False)
    assert model.seen == [check, (64, True, True, True), (36, True, True, True), evaluation]
    model.inner.eval()  # one part is in use, the whole in training
    model.seen.clear()
    predict(model, MOONS[0])
    assert model.seen == [(100, False, False, False)]
    assert (model.training, model.inner.training, model.inner.layers[0].training) == (True, False, False)


def test_modes_are_restored_after_an_error():
    model = MLP(2, [4], 2)
    with pytest.raises(ValueError, match=r"shape \(3, 5\)"):
        predict(model, np.zeros((3, 5)))
    assert model.training


def test_predict_goes_through_many_rows_in_parts():
    model = Spy(MLP(2, [4], 2, seed=0))
    x = np.random.default_rng(0).normal(size=(2500, 2))
    y = predict(model, x)
    assert isinstance(y, np.ndarray)
    assert [rows for rows, *_ in model.seen] == [1024, 1024, 452]
    np.testing.assert_allclose(y, model.inner(x).numpy(), rtol=1e-12)


class Logarithm(Module):
    """A layer that has no finite value at 0 and below."""

    def forward(self, x):
        return ag.log(x)


def test_a_nonfinite_loss_names_epoch_step_and_op_and_changes_nothing():
    layer = Linear(1, 1, seed=0, dtype=np.float64)
    layer.weight.data, layer.bias.data = [[1.0]], [0.5]
    model = Sequential(layer, Logarithm())
    optimizer = SGD(model.parameters(), lr=0.4)
    x, y = np.full((64, 1), 0.1), np.full((64, 1), -9.0)  # pulls the logarithm to −9, and the step is too long for that
    moved = []

    def loss(output, targets):
        moved.append(bits(model))
        return mean_squared_error(output, targets)

    with pytest.raises(FloatingPointError) as caught:
        trained(model, (x, y), optimizer, loss=loss, metrics=None, batch_size=32, epochs=50)
    message = str(caught.value)
    step = len(moved)
    assert f"in epoch {(step + 1) // 2}, step {2 - step % 2}: the first op whose result is not finite is log" in message
    assert "32 of 32 entries of shape (32, 1)" in message
    assert bits(model) == moved[-1]
    assert step > 1
    assert moved[-1] != moved[0]


def test_errors_name_nonfinite_data_and_parameters():
    x = MOONS[0].copy()
    x[3, 0] = np.nan
    with pytest.raises(FloatingPointError, match=r"loss is nan in epoch 1, step 1: .* is affine, .* with input data of shape"):
        trained(MLP(2, [4], 2, seed=0), (x, MOONS[1]), batch_size=100)
    model = MLP(2, [4], 2, seed=0)
    model.layers[2].bias.data = [np.inf, 0.0]
    with pytest.raises(
        FloatingPointError, match=r"affine, .* the parameter 'layers\.2\.bias', not finite since an earlier step"
    ):
        trained(model)
    assert model.layers[0].weight.grad is None


def test_an_infinite_constant_loss():
    with pytest.raises(FloatingPointError, match="loss is inf in epoch 1, step 1: all parameters are finite"):
        trained(MLP(2, [4], 2), loss=lambda output, y: Tensor(np.inf))


def test_errors_name_parameters_that_are_not_finite():
    model = MLP(2, [4], 2, seed=0)
    model.layers[2].bias.data = np.array([np.nan, 0.0], np.float32)
    with pytest.raises(FloatingPointError, match=r"the parameter 'layers\.2\.bias', not finite since an earlier step"):
        trained(model, validation=MOONS)


def test_a_metric_that_does_not_fit_fails_before_anything_moves():
    model = MLP(2, [4], 1, seed=0)
    before = bits(model)
    with pytest.raises(ValueError, match=r"scores must have a column per class.* from the metric accuracy, .*metrics=None"):
        trained(model, loss=lambda output, y: mean_squared_error(output, y[:, None]))
    model = MLP(2, [4], 2, seed=0)
    before = bits(model)
    with pytest.raises(TypeError, match=r"metric confusion_matrix must return one number for the history, returned ndarray"):
        trained(model, metrics=[nn.confusion_matrix])
    assert bits(model) == before


class Placeholder(Module):
    """A model that caches its input in an array of the constructor."""

    def __init__(self):
        self.inner, self.last = Linear(2, 2, seed=0), np.zeros(2)

    def forward(self, x):
        self.last = np.asarray(x)
        return self.inner(x)


@pytest.mark.parametrize("engine", ["eager", "tape", "jax"])
@pytest.mark.parametrize(
    ("make", "rows", "message"),
    [
        (Placeholder, HELD_OUT, "last has shape"),
        (lambda: MLP(2, [3], 2, seed=0), (np.ones((5, 3), "f4"), np.zeros(5, int)), "from the validation data"),
        (lambda: MLP(2, [3], 2, seed=0), (HELD_OUT[0], HELD_OUT[1] + 1), "subtract 1. This error is from the validation data"),
    ],
)
def test_what_would_fail_after_an_epoch_fails_before_anything_moves(engine, make, rows, message):
    if engine == "jax":
        pytest.importorskip("jax")
    model = make()
    before = bits(model)
    with pytest.raises(ValueError, match=message):
        trained(model, validation=rows, engine=engine, callbacks=[nn.EarlyStopping()])
    assert bits(model) == before


def test_running_means_stay_finite_after_an_error():
    x = MOONS[0].copy()
    x[-1, 0] = np.inf
    norm = nn.BatchNorm1d(2)
    model = Sequential(norm, Linear(2, 2, seed=0))
    with pytest.raises(FloatingPointError):
        trained(model, (x, MOONS[1]))
    assert np.isfinite(norm.running_mean).all()
    assert np.isfinite(predict(model, MOONS[0])).all()


def named_loss(outputs, targets):
    return 0.0


named_loss.__name__ = "loss"


def other_model():
    return MLP(2, [4], 2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"epochs": 2.0}, TypeError, r"epochs must be an integer, got 2\.0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"data": MOONS[0]}, TypeError, r"train must be a pair \(x, y\) of arrays, got ndarray"),
        ({"data": (MOONS[0],)}, TypeError, r"train must be a pair"),
        ({"data": (MOONS[0], MOONS[1][:9])}, ValueError, r"train x and y .* shapes \(100, 2\) and \(9,\)"),
        ({"data": (MOONS[0][:0], MOONS[1][:0])}, ValueError, r"train x and y .* shapes \(0, 2\) and \(0,\)"),
        ({"validation": (MOONS[0], 3)}, ValueError, r"validation x and y .* shapes \(100, 2\) and \(\)"),
        ({"validation": (MOONS[0][:0], MOONS[1][:0])}, ValueError, r"validation x and y .* shapes \(0, 2\) and \(0,\)"),
        ({"optimizer": SGD(other_model().parameters(), lr=0.1)}, ValueError, "has none of the 4 parameters of MLP"),
        ({"loss": lambda output, y: 3.0}, TypeError, r"loss must return a Tensor with one number, returned 3\.0 of type float"),
        ({"loss": lambda output, y: output}, ValueError, r"shape \(32, 2\)"),
        ({"loss": "cross_entropy"}, TypeError, r"loss must be a function such as nn\.cross_entropy, got 'cross_entropy'"),
        ({"optimizer": Adam}, TypeError, r"such as nn\.Adam\(model\.parameters\(\)\), got <class"),
        ({"callbacks": nn.EarlyStopping("loss")}, TypeError, r"got one EarlyStopping: write \[callback\]"),
        ({"callbacks": [nn.EarlyStopping]}, TypeError, r"got the class EarlyStopping"),
        ({"callbacks": [print]}, TypeError, "callbacks must be Callback objects .*: subclass nn.Callback"),
        ({"callbacks": print}, TypeError, "callbacks must be Callback objects .*: subclass nn.Callback"),
        ({"callbacks": nn.EarlyStopping}, TypeError, "must be Callback objects .*, got the class EarlyStopping"),
        ({"callbacks": None}, TypeError, "callbacks must be Callback objects .*, got None"),
        ({"metrics": "accuracy"}, TypeError, "metrics must be functions of outputs and targets, .* got 'accuracy'"),
        ({"metrics": [lambda a, b: 0.0, lambda a, b: 1.0]}, ValueError, "different names, got <lambda> twice"),
        ({"metrics": named_loss}, ValueError, "must not have the name of a column of the history, got loss"),
        ({"data": (MOONS[0], np.ones((100, 2)))}, ValueError, r"have the sum 1, got \[1\. 1\.\] in row 0"),
    ],
)
def test_impossible_trainings_leave_the_model_as_it_was(options, error, message):
    model = MLP(2, [4], 2, seed=0)
    before = bits(model)
    with pytest.raises(error, match=message):
        trained(model, **options)
    assert bits(model) == before


def test_only_modules_are_trained():
    with pytest.raises(TypeError, match="model must be a Module, got <function"):
        trained(lambda x: x, optimizer=SGD([Tensor([1.0], requires_grad=True)], lr=0.1))


def test_fit_does_not_take_lbfgs():
    model = MLP(2, [4], 2, seed=0)
    with pytest.raises(TypeError, match=r"LBFGS needs the loss of all data .* call optimizer\.step\(closure\) yourself"):
        trained(model, optimizer=nn.LBFGS(model.parameters()))


def test_fit_does_not_take_networks_of_values():
    model = nn.scalar.MLP(2, [3, 2])
    with pytest.raises(TypeError, match=r"got MLP of Values: use nn\.MLP"):
        trained(model)


def test_progress_is_a_line_an_epoch(capsys):
    trained(MLP(2, [4], 2, seed=0), epochs=2, validation=HELD_OUT, progress=True)
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.startswith("epoch 1/2  loss 0.")
    assert second.startswith("epoch 2/2  loss 0.")
    for name in ("accuracy", "validation_loss", "validation_accuracy", "seconds"):
        assert f"  {name} " in first
    assert err == ""
    trained(MLP(2, [4], 2, seed=0), epochs=2)
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_there_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    trained(MLP(2, [4], 2, seed=0), epochs=2, progress=True)
    assert "epoch 2/2: " in sys.stderr.getvalue()
    assert "/4 [" in sys.stderr.getvalue()
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_bar_shows_the_newest_numbers(monkeypatch):
    import tqdm

    shown = []

    class Spying(tqdm.tqdm):
        def set_postfix(self, numbers, refresh):
            shown.append(numbers)

    monkeypatch.setattr(tqdm, "tqdm", Spying)
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(ProgressBar, "EVERY", 0.0)
    history = trained(MLP(2, [4], 2, seed=0), epochs=1, batch_size=10, progress=True)
    assert len(shown) == 10
    assert len({numbers["loss"] for numbers in shown}) == 10
    assert shown[-1] == {"loss": f"{history.loss[0]:#.4g}", "accuracy": f"{history['accuracy'][0]:#.4g}"}
    shown.clear()
    monkeypatch.setattr(ProgressBar, "EVERY", 1e9)
    trained(MLP(2, [4], 2, seed=0), epochs=1, batch_size=10, progress=True)
    assert len(shown) <= 1


def test_on_a_terminal_without_tqdm_there_are_the_lines(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setitem(sys.modules, "tqdm", None)
    trained(MLP(2, [4], 2, seed=0), epochs=2, progress=True)
    assert sys.stderr.getvalue() == ""
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_history_is_a_table():
    history = History(loss=[0.25, 0.125], metrics={"accuracy": [0.5, 1.0]}, seconds=[1.5, 0.25])
    assert repr(history).splitlines() == [
        "epoch    loss  accuracy  seconds",
        "    1  0.2500    0.5000    1.500",
        "    2  0.1250     1.000   0.2500",
    ]


def test_compiled_training_is_the_same_training():
    """Up to rounding, also with a smaller last batch."""
    histories = []
    for compiled in (False, True):
        model = MLP(2, [16], 2, seed=0, dtype=float)
        optimizer = Adam(model.parameters(), lr=0.01)
        history = fit(
            model, datasets.moons(90, seed=1), loss=cross_entropy, optimizer=optimizer, epochs=5, batch_size=32, progress=False,
            compile=compiled, validation=datasets.moons(40, seed=2),
        )  # fmt: skip
        histories.append([*history.loss, *history.validation_loss, *history["accuracy"]])
    np.testing.assert_allclose(*histories, rtol=1e-10)


def test_compiled_training_names_what_is_not_finite_and_leaves_the_weights():
    model = MLP(2, [4], 2, seed=0)
    model.layers[0].weight.data = np.full((2, 4), np.inf, np.float32)
    before = [p.numpy().copy() for p in model.parameters()]
    with pytest.raises(FloatingPointError, match=r"in epoch 1, step 1: .*layers.0.weight"):
        trained(model, optimizer=SGD(model.parameters(), lr=0.1), compile=True)
    for p, was in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.numpy(), was)


def test_models_that_cannot_be_recorded_are_errors():
    model, draw = MLP(2, [4], 2, seed=0), np.random.default_rng(0).random
    with pytest.raises(RuntimeError, match=r"compile=True records the step .* drew from a random generator.* without compile"):
        trained(model, optimizer=SGD(model.parameters(), lr=0.1), compile=True,
                loss=lambda z, t: nn.cross_entropy(z * draw(), t))  # fmt: skip
    with pytest.raises(TypeError, match=r"^cross_entropy: labels must be integers"):  # what is no fault of recording
        trained(MLP(2, [4], 2, seed=0), (MOONS[0], MOONS[1] * 1.0), compile=True)


SINGLE = MOONS[0].astype(np.float32), MOONS[1]
ENGINES = ["eager", "tape", pytest.param("jax", marks=pytest.mark.peer)]


def fitted(engine, data=SINGLE, **options):
    if engine == "jax":
        pytest.importorskip("jax")
    model = MLP(2, [8], 2, seed=0)
    options = {"loss": nn.cross_entropy, "metrics": None, "epochs": 2, "batch_size": 32, "progress": False} | options
    history = nn.fit(model, data, optimizer=SGD(model.parameters(), lr=0.3), engine=engine, **options)
    return model, history


@pytest.mark.parametrize("engine", ENGINES)
def test_weights_of_rows_and_classes(engine):
    """Weights are those of the loss, rows of weight 0 teach nothing, and the loss of an epoch is the weighted mean."""
    x, y = SINGLE
    rng = np.random.default_rng(0)
    w = rng.random(100)
    by_hand, _ = fitted(
        "eager", (x, y, w), loss=lambda z, t, sample_weight: nn.cross_entropy(z, t, sample_weight=sample_weight)
    )
    for data, options in (
        ((x, y), {"sample_weight": w}),
        ((x, y, w.tolist()), {}),
        (nn.Dataset(x, y, w), {}),
        (Loader(x, y, w, batch_size=32), {}),
        ((x, y), {"sample_weight": w / np.array([2.0, 0.5])[y], "class_weight": {0: 2.0, 1: 0.5}}),
        ((x, y), {"sample_weight": w / np.array([2.0, 0.5])[y], "class_weight": [2.0, 0.5]}),
        ((x, y), {"sample_weight": w / 2, "class_weight": {1: 1.0, 0: 1.0}}),
    ):
        found, history = fitted(engine, data, **options)
        for p, q in zip(found.parameters(), by_hand.parameters(), strict=True):
            np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-4, atol=1e-6)
    _, history = fitted(engine, sample_weight=np.arange(100) % 2, epochs=1, batch_size=100)
    odd = nn.evaluate(MLP(2, [8], 2, seed=0), (x[1::2], y[1::2]), loss=nn.cross_entropy)
    assert history.loss[0] == pytest.approx(odd["loss"], rel=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_balanced_classes_count_alike(engine):
    x, y = SINGLE[0][20:], SINGLE[1][20:]
    counts = np.bincount(y)
    assert counts[0] != counts[1]
    found, _ = fitted(engine, (x, y), class_weight="balanced")
    wanted, _ = fitted(engine, (x, y), sample_weight=len(y) / (2 * counts[y]))
    for p, q in zip(found.parameters(), wanted.parameters(), strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


@pytest.mark.parametrize("engine", ENGINES)
def test_batches_of_weight_0_move_nothing(engine):
    model, history = fitted(engine, sample_weight=np.zeros(100))
    assert bits(model) == bits(MLP(2, [8], 2, seed=0))
    assert history.loss == [0.0, 0.0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"sample_weight": np.ones(99)},
            ValueError,
            r"sample_weight must be 100 numbers of at least 0, one per row, got shape \(99,\)",
        ),
        ({"sample_weight": -np.ones(100)}, ValueError, r"at least 0"),
        ({"sample_weight": np.full(100, np.nan)}, ValueError, r"at least 0"),
        (
            {"sample_weight": np.ones(100), "loss": lambda z, t: nn.cross_entropy(z, t)},
            TypeError,
            r"the loss must take sample_weight",
        ),
        ({"data": (*SINGLE, np.ones(100)), "sample_weight": np.ones(100)}, ValueError, r"has weights already"),
        ({"class_weight": {0: 1.0, 2: 1.0}}, ValueError, r"for the classes 0 to 1, got \{0: 1\.0, 2: 1\.0\}"),
        ({"class_weight": [1.0]}, ValueError, r"for the classes 0 to 1, got \[1\.0\]"),
        ({"class_weight": [1.0, -1.0]}, ValueError, r"numbers of at least 0"),
        ({"class_weight": "even"}, ValueError, r"or 'balanced', got 'even'"),
        ({"data": (SINGLE[0], SINGLE[0]), "class_weight": "balanced"}, TypeError, r"integer classes, got shape \(100, 2\)"),
        ({"data": Loader(*SINGLE), "class_weight": "balanced"}, TypeError, r"are for arrays, got train of type Loader"),
        ({"data": Loader(*SINGLE), "validation": 0.2}, TypeError, r"validation=0\.2 are for arrays"),
        ({"data": iter([SINGLE])}, TypeError, r"another iterable over batches with a length, got list_iterator"),
        ({"data": "rows.npy"}, TypeError, r"train must be a pair \(x, y\) of arrays, a Loader, .* got str 'rows\.npy'"),
        ({"data": {"x": SINGLE[0], "y": SINGLE[1]}}, TypeError, r"got dict"),
        ({"data": {1, 2}}, TypeError, r"a batch must be a pair \(x, y\) of arrays, .*got int 1"),
        ({"validation": "rows.npy"}, TypeError, r"validation must be a pair .* got str"),
        ({"validation": 1.5}, ValueError, r"validation must be .* between 0 and 1, got 1\.5"),
        ({"validation": 1}, ValueError, r"validation must be .* between 0 and 1, got 1"),
        ({"validation": np.float32(0)}, ValueError, r"validation must be .* between 0 and 1, got np\.float32\(0\.0\)"),
    ],
)
def test_impossible_data_leave_the_model_as_it_was(options, error, message):
    model = MLP(2, [4], 2, seed=0)
    before = bits(model)
    data = options.pop("data", SINGLE)
    with pytest.raises(error, match=message):
        nn.fit(model, data, optimizer=SGD(model.parameters(), lr=0.1), **{"loss": nn.cross_entropy, "epochs": 1, **options})
    assert bits(model) == before


def test_a_fraction_of_the_rows_is_held_out():
    """The fraction has rows of each class alike, chosen by the seed, and the training never sees them."""
    x, y = SINGLE[0][np.argsort(SINGLE[1])], np.sort(SINGLE[1])
    w = np.arange(100.0)
    seen = {}

    class Spy(nn.Module):
        def __init__(self):
            self.net = MLP(2, [4], 2, seed=0)

        def forward(self, a):
            seen.setdefault(self.training, []).append(np.asarray(a))
            return self.net(a)

    def rows(**options):
        seen.clear()
        model = Spy()
        optimizer = SGD(model.parameters(), lr=0.1)
        history = nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=optimizer, epochs=1, progress=False, **options)
        return history, *[{tuple(row) for part in seen[training] for row in part.tolist()} for training in (True, False)]

    history, train, held_out = rows(validation=0.2, seed=1, sample_weight=w)
    assert (len(train), len(held_out)) == (80, 20)
    assert not train & held_out
    of_class = [sum(tuple(row) in held_out for row in x[y == k].tolist()) for k in (0, 1)]
    assert of_class == [round(0.2 * (y == 0).sum()), round(0.2 * (y == 1).sum())]
    assert len(history.validation_loss) == len(history["validation_accuracy"]) == 1
    assert rows(validation=0.2, seed=1)[1:] == (train, held_out)
    assert rows(validation=0.2, seed=2)[2] != held_out
    model = MLP(2, [4], 1, seed=0)
    nn.fit(
        model, (x, x[:, :1]), loss=nn.huber, optimizer=SGD(model.parameters(), lr=0.1), epochs=1, validation=0.1, progress=False
    )


@pytest.mark.parametrize(("length", "batches"), [(2, 1), (1, 2), (1, 0)])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_source_must_return_as_many_batches_as_its_length(engine, length, batches):
    class Batches:
        def __len__(self):
            return length

        def __iter__(self):
            return iter([SINGLE] * batches)

    with pytest.raises(ValueError, match=rf"length {length} and returned .*{min(batches, 1)} batches") as caught:
        fitted(engine, Batches())
    assert caught.value.history.loss == []


@pytest.mark.parametrize("engine", ENGINES)
def test_batches_of_another_source(engine):
    """A Loader, a source of rows and an iterable over batches give the steps of the arrays."""
    x, y = SINGLE

    class Source:
        def __len__(self):
            return len(x)

        def __getitem__(self, rows):
            return x[rows], y[rows]

    class Batches:
        def __init__(self):
            self.loader = Loader(x, y, batch_size=32)

        def __len__(self):
            return len(self.loader)

        def __iter__(self):
            return ((a, b.tolist()) for a, b in self.loader)

    wanted, history = fitted(engine)
    for source in Loader(x, y, batch_size=32), Source(), Batches():
        found, other = fitted(engine, source)
        for p, q in zip(found.parameters(), wanted.parameters(), strict=True):
            np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(other.loss, history.loss, rtol=1e-6)
        evaluated = nn.evaluate(wanted, source, loss=nn.cross_entropy)
        assert evaluated == pytest.approx(nn.evaluate(wanted, SINGLE, loss=nn.cross_entropy))
    if (torch := pytest.importorskip("torch")) and engine == "eager":
        pairs = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
        _, history = fitted(engine, torch.utils.data.DataLoader(pairs, batch_size=32), validation=SINGLE, metrics=nn.accuracy)
        assert len(history["validation_accuracy"]) == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_model_with_several_outputs(engine):
    if engine == "jax":
        pytest.importorskip("jax")

    class Heads(nn.Module):
        def __init__(self):
            self.a, self.b = nn.Linear(2, 2, seed=1), nn.Linear(2, 1, seed=2)

        def forward(self, x):
            return self.a(x), {"b": self.b(x)}

    def loss(output, t):
        return nn.cross_entropy(output[0], t) + nn.mean_squared_error(output[1]["b"][:, 0], t)

    def right(output, t):
        return float(np.mean(output[0].argmax(1) == t))

    x, y = SINGLE
    model = Heads()
    optimizer = SGD(model.parameters(), lr=0.1)
    history = nn.fit(
        model, SINGLE, loss=loss, optimizer=optimizer, epochs=3, engine=engine, validation=SINGLE, metrics=None, progress=False
    )
    assert history.loss[-1] < history.loss[0]
    outputs = nn.predict(model, x)
    found = nn.evaluate(model, SINGLE, loss=loss, metrics=right)
    assert found == {"loss": pytest.approx(history.validation_loss[-1]), "right": right(outputs, y)}


def test_r_squared_of_batches_of_one_row():
    x = MOONS[0][:20]
    model = MLP(2, [4], 1, seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    options = {"loss": nn.mean_squared_error, "optimizer": optimizer, "metrics": nn.r_squared, "progress": False}
    history = nn.fit(model, (x, x[:, :1]), epochs=2, batch_size=1, **options)
    assert np.isfinite(history["r_squared"]).all()
    with pytest.raises(
        ValueError, match=r"must have one shape, got \(1, 1\) and \(1, 2\).* This error is from the metric r_squared"
    ):
        nn.fit(model, (x, x), epochs=1, batch_size=1, **options | {"loss": lambda z, t: nn.mean_squared_error(z, t[:, :1])})


class Roots(nn.Module):
    """Finite outputs, and no finite slope where the weights are 0; it counts its calls in an array."""

    def __init__(self, weights=0.0):
        self.w = Tensor(np.full((2, 2), weights, np.float32), requires_grad=True)
        self.calls = np.zeros(1)

    def forward(self, x):
        if self.training and not isinstance(x, Tensor):
            self.calls = self.calls + 1
        return ag.sqrt(ag.abs(x @ self.w))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("callbacks", [(), (nn.ClipGradients(max_value=1.0),)])
def test_a_step_with_gradients_that_are_not_finite_moves_nothing(engine, callbacks, tmp_path):
    if engine == "jax":
        pytest.importorskip("jax")
        if callbacks:
            pytest.skip("gradients stay on the devices")
    model = Roots()
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    before = {name: x.copy() for name, x in optimizer.state_dict().items()}
    path = tmp_path / "c.npz"
    with pytest.raises(FloatingPointError, match=r"the gradient of w is nan in 4 of 4 entries in epoch 1, step 1") as caught:
        nn.fit(model, SINGLE, loss=nn.cross_entropy, optimizer=optimizer, epochs=2, engine=engine, progress=False,
               callbacks=[*callbacks, nn.Checkpoint(path)])  # fmt: skip
    assert not model.w.numpy().any()
    assert not model.calls.any()
    for name, x in optimizer.state_dict().items():
        np.testing.assert_array_equal(x, before[name])
    assert not path.exists()
    assert caught.value.history.loss == []


@pytest.mark.parametrize("engine", ["eager", "tape"])
def test_a_callback_that_makes_gradients_infinite_moves_nothing(engine, tmp_path):
    class Spoil(nn.Callback):
        def on_gradients(self, run):
            if run.epoch == 2:
                run.model.w.grad = np.full((2, 2), np.inf, np.float32)

    model, states = Roots(1.0), []

    class Keep(nn.Callback):
        def on_epoch(self, run):
            states.append(run.model.state_dict())

    path = tmp_path / "c.npz"
    options = {"loss": nn.cross_entropy, "optimizer": SGD(model.parameters(), lr=0.1), "progress": False}
    with pytest.raises(FloatingPointError, match=r"the gradient of w is inf in 4 of 4 entries in epoch 2, step 1") as caught:
        nn.fit(model, SINGLE, epochs=3, engine=engine, callbacks=[Spoil(), Keep(), nn.Checkpoint(path)], **options)
    assert len(caught.value.history.loss) == len(caught.value.history.seconds) == 1
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, states[0][name])
    with np.load(path) as kept:
        assert all(np.isfinite(kept[name]).all() for name in kept.files)


@pytest.mark.parametrize("where", ["on_start", "on_gradients", "on_step", "on_epoch", "on_end"])
@pytest.mark.parametrize("kind", [KeyError, KeyboardInterrupt, MemoryError, SystemExit])
def test_the_history_is_in_the_error_that_ends_a_training(where, kind):
    def fail(self, run):
        if where in ("on_start", "on_end") or run.epoch == 2:
            raise kind("stop")

    callback = type("Fail", (nn.Callback,), {where: fail})()
    model = MLP(2, [4], 2, seed=0)
    with pytest.raises(kind) as caught:
        nn.fit(model, SINGLE, loss=nn.cross_entropy, optimizer=SGD(model.parameters(), lr=0.1), epochs=3, validation=SINGLE,
               callbacks=[callback], progress=False)  # fmt: skip
    history = caught.value.history
    complete = {"on_start": 0, "on_gradients": 1, "on_step": 1, "on_epoch": 2, "on_end": 3}[where]
    assert {len(column) for column in history.columns().values()} == ({complete} if complete else set())


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_of_validation_that_fail_do_not_end_a_training(engine):
    held_out = SINGLE[0][:20].copy(), SINGLE[1][:20]
    held_out[0][3, 1] = np.nan

    def picky(outputs, targets):
        return 1.0 / (len(targets) - 20)

    with warnings.catch_warnings(record=True, action="always") as caught:
        _, history = fitted(engine, validation=held_out, metrics=[nn.accuracy, picky])
    assert np.isnan(history.validation_loss).all()
    assert np.isnan(history["validation_picky"]).all()
    assert np.isfinite(history["loss"]).all()
    assert np.isfinite(history["picky"]).all()
    text = " ".join(str(w.message) for w in caught)
    assert "the validation loss is nan after epoch 1: check the validation data for NaN" in text
    assert "the metric picky is NaN after epoch 2, since it raised ZeroDivisionError" in text


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loop_of_calls_is_one_call(engine, tmp_path):
    whole, history = fitted(engine, epochs=3)
    model = MLP(2, [8], 2, seed=0)
    optimizer = SGD(model.parameters(), lr=0.3)
    options = {"loss": nn.cross_entropy, "metrics": None, "batch_size": 32, "engine": engine, "progress": False}
    losses = [nn.fit(model, SINGLE, optimizer=optimizer, epochs=1, **options).loss[0] for _ in range(3)]
    assert losses == history.loss
    assert bits(model) == bits(whole)
    assert optimizer.epochs == 3
    again = MLP(2, [8], 2, seed=0)
    for epochs in 2, 3:  # a resumed training too
        optimizer = SGD(again.parameters(), lr=0.3)
        callbacks = [nn.Checkpoint(tmp_path / "c.npz")]
        found = nn.fit(again, SINGLE, optimizer=optimizer, epochs=epochs, callbacks=callbacks, **options)
    assert found.loss == history.loss
    assert bits(again) == bits(whole)


def test_modules_in_eval_mode_stay_frozen():
    def norm(frozen):
        layer = nn.BatchNorm1d(2)
        if frozen:
            layer.weight.requires_grad = layer.bias.requires_grad = False
        return layer

    for whole in False, True:
        for frozen in False, True:
            model = nn.Sequential(norm(frozen), nn.Dropout(0.5, seed=0), nn.Linear(2, 2, seed=0))
            (model if whole else model.layers[0]).eval()
            nn.fit(
                model,
                SINGLE,
                loss=nn.cross_entropy,
                optimizer=SGD(model.parameters(), lr=0.1),
                epochs=1,
                progress=False,
            )
            stays = frozen or not whole
            assert model.layers[0].training is not stays
            assert model.layers[0].running_mean.any() != stays
            assert model.layers[1].training


@pytest.mark.parametrize("engine", ENGINES)
def test_an_update_that_overflows_never_reaches_a_checkpoint(engine, tmp_path):
    path = tmp_path / "c.npz"
    fitted(engine, epochs=1, callbacks=[nn.Checkpoint(path)])
    before = path.read_bytes()

    class Leap(nn.Callback):
        looks_at_parameters = False

        def on_epoch(self, run):
            run.optimizer.lr = 1e300

    message = r"the parameter layers\.0\.weight, .* not finite after epoch 2, and the gradients were"
    with np.errstate(over="ignore"), pytest.raises(FloatingPointError, match=message) as caught:
        fitted(engine, epochs=2, batch_size=100, callbacks=[Leap()])
    assert len(caught.value.history.loss) == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("engine", ENGINES)
def test_squares_that_overflow_in_an_optimizer_are_named(engine):
    if engine == "jax":
        pytest.importorskip("jax")
    model = MLP(2, [4], 2, seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    options = {"loss": lambda z, t: 1e25 * nn.cross_entropy(z, t), "epochs": 1, "engine": engine, "progress": False}
    with np.errstate(over="ignore"), pytest.raises(FloatingPointError, match=r"squares\.0 of the optimizer"):
        nn.fit(model, SINGLE, optimizer=optimizer, **options)


def test_a_buffer_that_becomes_nan_is_named():
    class Divided(nn.Module):
        def __init__(self):
            self.net, self.share = MLP(2, [4], 2, seed=0), np.ones(1)

        def forward(self, x):
            with np.errstate(invalid="ignore"):
                self.share = self.share * 0.0 / 0.0
            return self.net(x)

    model = Divided()
    with pytest.raises(FloatingPointError, match=r"^share of the model not finite after epoch 1"):
        nn.fit(model, SINGLE, loss=nn.cross_entropy, optimizer=SGD(model.parameters(), lr=0.1), epochs=1, progress=False)
