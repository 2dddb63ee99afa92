"""`fit`: train a model in epochs of mini-batches."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import isfinite, nan
from typing import Any, Literal
from warnings import warn

from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import check_integer
from nn.data.loader import Dataset, Loader
from nn.data.on_disk import OnDisk
from nn.metrics.streaming import Running
from nn.modules._storage import state_places
from nn.modules.module import Module
from nn.modules.predict import set_training_mode
from nn.optim.optimizer import Optimizer
from nn.run.history import History
from nn.run.run import Callback, Run
from nn.training._arguments import (
    Metric,
    check_columns,
    check_first_batch,
    check_trainable,
    history_columns,
    metric_number,
    metrics_by_name,
    sort_callbacks,
)
from nn.training._data import ClassWeight, TrainingData, check_takes_weights, training_data
from nn.training._interrupt import defer_interrupt
from nn.training._nonfinite import check_finite_state
from nn.training._progress import ProgressBar, results
from nn.training.engine import Engine, EngineName, engine_name, make_engine
from nn.training.evaluate import check_held_out, evaluate_rows

Rows = tuple[ArrayLike | OnDisk, ArrayLike | OnDisk] | Dataset | Loader[Any] | Iterable[Any]
Loss = Callable[[Any, Any], Any]


@explained_arguments(
    {
        "lr": "optimizer=nn.Adam(model.parameters(), lr=…)", "learning_rate": "optimizer=nn.Adam(model.parameters(), lr=…)",
        "validation_data": "validation=", "verbose": "progress=", "x": "fit(model, (x, y), …)", "y": "fit(model, (x, y), …)",
    },
    extra="pass the data as one pair, fit(model, (x, y), …), and the options by name",
)  # fmt: skip
def fit(  # noqa: PLR0913  (public keywords)
    model: Module,
    train: Rows,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 64,
    validation: Rows | float | None = None,
    metrics: Metric | Sequence[Metric] | Literal["auto"] | None = "auto",
    callbacks: Iterable[Callback] = (),
    sample_weight: ArrayLike | None = None,
    class_weight: ClassWeight | None = None,
    seed: int = 0,
    drop_last: bool = False,
    engine: EngineName | None = None,
    compile: bool | None = None,
    backend: Literal["numpy", "jax"] | None = None,
    devices: Any = None,
    progress: bool = True,
) -> History:
    """Train `model` on data `train` = (x, y), and return the history of loss and metrics.

        for each epoch, for each mini-batch (x, y):   parameters ← step(∂loss(model(x), y)/∂parameters)

    Data that do not fit in memory may be `OnDisk` or memory maps of NumPy; each of several hosts reads its own part of them.
    Instead of arrays, a `Loader` can be passed, a source of rows as `Loader` takes, or another iterable over batches with a
    length, such as one that augments data; batches may be (x, y, weights).
    Ctrl-C ends the training after the current step: the history has the complete epochs. An error that ends it has them in its
    attribute `history`. Validation numbers that are NaN or cannot be computed are NaN in the history, with a warning.

    A `LikelyMistake` is shown if a trainable parameter is missing in the optimizer, if the first batch has whole numbers up to
    255 or float64 for a model of float32, and if the loss takes the softmax or sigmoid of what is one already.

    Modules in eval mode inside a model in training mode stay in eval mode, and so do those whose parameters are all frozen.
    Another call with the same optimizer continues the order of the rows, so that a loop of calls equals one call.

    Args:
        validation: Data (x, y) on which loss and metrics are computed after each epoch, or the fraction of the rows that are
            held out for it, at random by `seed`, and of each class alike
        sample_weight, class_weight: Weights of the rows, and of their classes: a dict, a sequence, or "balanced" for
            n / (number of classes · rows of the class). The loss of a batch is the weighted mean; metrics have no weights
        metrics: Functions of outputs and targets that return one number; by default accuracy if y holds integer classes
        callbacks: `EarlyStopping`, `Checkpoint`, `Schedule`, `CsvLog` and others
        seed: Seed of the order of the rows: the same seed, model and optimizer give the same bits
        drop_last: If True, leave a smaller last batch out of each epoch
        engine: "eager", the default, computes every step in NumPy. "tape" records the step once per batch size and replays it:
            faster, and equal up to rounding. Random generators and arrays of modules are inputs and outputs of the step, and
            must be attributes; draws must not depend on data. A module that changes a Python number is recorded for each one.
            "jax" compiles the step with the optimizer by XLA, for one device or several, which share each batch
        compile, backend: Old spellings: compile=True is engine="tape", backend="jax" is engine="jax", backend="numpy" neither
        devices: For engine="jax", the number of devices or a list of them; see `nn.devices`
        progress: If True, show a bar on a terminal, if tqdm is installed, and print a line per epoch

    Shapes:
        x (n, …), y (n, …), or a `Dataset` of both; batches are passed to model and loss unchanged
    Raises:
        FloatingPointError: If a loss or gradient is not finite; names the epoch, the step and the first op whose result is
            not finite, or the parameter. Nothing is updated by that step
        TypeError: If the model is not a Module of Tensors, the loss returns no Tensor, a metric no number, or the optimizer
            is `LBFGS`, which needs all data at once
        ValueError: If the optimizer has no parameter of the model, two metrics have one name, `engine` and its old
            spellings contradict each other, or as `Loader`
        RuntimeError: If a device or a host is lost; the last checkpoint is complete
        ImportError: If JAX is needed and not installed: pip install 'glassgrad[jax]'
    """
    check_integer("epochs", epochs, least=1)
    name = engine_name(engine, compile, backend)
    check_trainable(model, optimizer, loss)
    options = {"batch_size": batch_size, "seed": seed, "drop_last": drop_last}
    data = training_data(train, validation, options, sample_weight, class_weight)
    if data.weighted:
        check_takes_weights(loss)
    named = metrics_by_name(metrics, data.targets)
    run = Run(model, optimizer, epochs, data.settings, history_columns(named, data.held_out is not None))
    run.callbacks, run.loss, run.batches, run.rows = sort_callbacks(callbacks), loss, len(data.batches), data.rows
    with run.history_on_error():
        if data.held_out is not None:
            check_held_out(model, data.held_out, loss)
        for callback in run.callbacks:
            callback.on_start(run)
        check_columns(run, named, data.held_out is not None)
        set_training_mode(model)
        _run_epochs(run, make_engine(name, devices, model, loss, run, bool(named)), data, loss, named, progress)
        for callback in run.callbacks:
            callback.on_end(run)
    if progress and run.stop:
        print(f"stopped in epoch {run.epoch}: {run.stop}")
    return run.history


def _run_epochs(run: Run, engine: Engine, data: TrainingData, loss: Loss, named: dict[str, Metric], progress: bool) -> None:
    """Run all epochs until one is interrupted or a callback stops the training."""
    with engine, defer_interrupt() as interrupted:
        while run.epoch < run.epochs and not run.stop:
            start = time.perf_counter()
            run.epoch += 1
            data.batches.epoch = run.optimizer.epochs
            if not _run_epoch(run, engine, data.batches, named, progress, interrupted):
                break
            check_finite_state(run.model, run.optimizer, f"after epoch {run.epoch}")
            if data.held_out is not None:
                _validate(run, loss, data.held_out, named)
            run.history.seconds.append(time.perf_counter() - start)
            run.optimizer.epochs += 1
            for callback in run.callbacks:
                callback.on_epoch(run)
            _print_progress(run, progress)


def _run_epoch(
    run: Run, engine: Engine, batches: Any, named: dict[str, Metric], progress: bool, interrupted: Callable[[], bool]
) -> bool:
    """Run an epoch and append loss and metrics to the history; returns False, and appends nothing, if it is interrupted."""
    engine.begin_epoch()
    seen = {name: Running(metric) for name, metric in named.items()}
    total = weight = 0.0
    with ProgressBar(engine.batches(batches), len(batches), f"epoch {run.epoch}/{run.epochs}", progress) as bar:
        for step, batch in enumerate(bar, start=1):
            if not run.steps:
                check_first_batch(run.model, batch[0])
            number, output = engine.compute_gradients(batch, f"in epoch {run.epoch}, step {step}")
            for running in seen.values():
                running.update(output, batch[1])
            if step == 1 == run.epoch:
                _check_metrics(seen)
                state_places(run.model)  # what cannot be saved must not be trained
            engine.apply_update()
            run.steps += 1
            for callback in run.callbacks:
                callback.on_step(run)
            part = float(np.sum(batch[2])) if len(batch) > 2 else len(batch[0])
            total, weight = total + number * part, weight + part
            bar.show(total / (weight or 1.0), seen)
            if interrupted():
                break
    engine.end_epoch()
    if interrupted():
        run.stop = "it was interrupted"
        return False
    run.history.loss.append(total / (weight or 1.0))
    _append(run.history.metrics, results(seen, partial(_warn_of_metric, run)))
    return True


def _validate(run: Run, loss: Loss, rows: tuple[Any, ...], named: dict[str, Metric]) -> None:
    """Append loss and metrics on the validation data to the history; one that is NaN or raises does not end the training."""
    numbers = evaluate_rows(run.model, rows, loss, named, partial(_warn_of_metric, run))
    if not isfinite(number := numbers.pop("loss")):
        warn(f"the validation loss is {number} after epoch {run.epoch}: check the validation data for NaN", stacklevel=3)
    run.history.validation_loss.append(number)
    _append(run.history.validation_metrics, numbers)


def _warn_of_metric(run: Run, name: str, error: Exception) -> float:
    """Warn that a metric raised an error; returns NaN, its entry in the history."""
    warn(f"the metric {name} is NaN after epoch {run.epoch}, since it raised {type(error).__name__}: {error}", stacklevel=5)
    return nan


def _print_progress(run: Run, progress: bool) -> None:
    if progress:
        line = (f"{name} {column[-1]:#.4g}" for name, column in run.history.columns().items())
        print(f"epoch {run.epoch}/{run.epochs}", *line, sep="  ")


def _check_metrics(seen: dict[str, Running]) -> None:
    """Raise if a metric does not fit the first batch, so that the error does not come after an epoch."""
    for name, running in seen.items():
        try:
            result = running.check()
        except (TypeError, ValueError) as error:
            text = f"{error}. This error is from the metric {name}, not from the training: pass other metrics, or metrics=None"
            raise type(error)(text) from error
        if result is not None:
            metric_number(name, result)


def _append(columns: dict[str, list[float]], numbers: dict[str, float]) -> None:
    for name, number in numbers.items():
        columns.setdefault(name, []).append(number)
