"""`fit`: train a model in epochs of mini-batches."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from nn._validation import check_integer
from nn.data.loader import Dataset, Loader
from nn.data.on_disk import OnDisk
from nn.metrics.streaming import Running
from nn.modules.module import Module
from nn.modules.predict import predict
from nn.optim.optimizer import Optimizer
from nn.run.history import History
from nn.run.run import Callback, Run
from nn.training._arguments import (
    Metric,
    check_columns,
    check_pair,
    check_trainable,
    history_columns,
    metric_number,
    metrics_by_name,
    sort_callbacks,
)
from nn.training._interrupt import defer_interrupt
from nn.training._nonfinite import check_finite_loss
from nn.training._progress import ProgressBar, results
from nn.training.engine import Engine, engine_name, make_engine

Rows = tuple[ArrayLike | OnDisk, ArrayLike | OnDisk] | Dataset
Loss = Callable[[Any, Any], Any]


def fit(  # noqa: PLR0913  (public keywords)
    model: Module,
    train: Rows,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 64,
    validation: Rows | None = None,
    metrics: Metric | Sequence[Metric] | Literal["auto"] | None = "auto",
    callbacks: Iterable[Callback] = (),
    seed: int = 0,
    drop_last: bool = False,
    engine: Literal["eager", "tape", "jax"] | None = None,
    compile: bool | None = None,
    backend: str | None = None,
    devices: Any = None,
    progress: bool = True,
) -> History:
    """Train `model` on data `train` = (x, y), and return the history of loss and metrics.

        for each epoch, for each mini-batch (x, y):   parameters ← step(∂loss(model(x), y)/∂parameters)

    Data that do not fit in memory may be `OnDisk` or memory maps of NumPy; each of several hosts reads its own part of them.
    Ctrl-C ends the training after the current step: the history has the complete epochs.

    Args:
        validation: Data (x, y) on which loss and metrics are computed after each epoch
        metrics: Functions of outputs and targets that return one number; by default accuracy if y holds integer classes
        callbacks: `EarlyStopping`, `Checkpoint`, `Schedule`, `CsvLog` and others
        seed: Seed of the order of the rows: the same seed, model and optimizer give the same bits
        drop_last: If True, leave a smaller last batch out of each epoch
        engine: "eager", the default, computes every step in NumPy. "tape" records the step once per batch size and replays it:
            faster, and equal up to rounding; models that draw random numbers or update running means cannot be recorded.
            "jax" compiles the step with the optimizer by XLA, for one device or several, which share each batch
        compile, backend: Old spellings: compile=True is engine="tape", backend="jax" is engine="jax", backend="numpy" neither
        devices: For engine="jax", the number of devices or a list of them; see `nn.devices`
        progress: If True, show a bar on a terminal, if tqdm is installed, and print a line per epoch

    Shapes:
        x (n, …), y (n, …), or a `Dataset` of both; batches are passed to model and loss unchanged
    Raises:
        FloatingPointError: If a loss is not finite; names the epoch, the step and the first op whose result is not finite. No
            parameter is updated by that step
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
    x, y = check_pair("train", train)
    loader: Loader[Any] = Loader(x, y, batch_size=batch_size, seed=seed, drop_last=drop_last)
    held_out = None if validation is None else check_pair("validation", validation)
    held_out = held_out and (held_out[0], np.asarray(held_out[1]))
    named = metrics_by_name(metrics, y)
    settings = {"rows": len(y), "batch_size": batch_size, "seed": seed, "drop_last": int(drop_last)}
    run = Run(model, optimizer, epochs, settings, history_columns(named, held_out is not None))
    run.callbacks = sort_callbacks(callbacks)
    for callback in run.callbacks:
        callback.on_start(run)
    check_columns(run, named, held_out is not None)
    model.train()
    steps = make_engine(name, devices, model, loss, run, bool(named))
    with steps, defer_interrupt() as interrupted:
        while run.epoch < epochs and not run.stop:
            start = time.perf_counter()
            run.epoch += 1
            loader.epoch = run.epoch - 1
            if not _run_epoch(run, steps, loader, named, progress, interrupted):
                break
            if held_out is not None:
                _validate(run, loss, *held_out, named)
            run.history.seconds.append(time.perf_counter() - start)
            for callback in run.callbacks:
                callback.on_epoch(run)
            _print_progress(run, progress)
    for callback in run.callbacks:
        callback.on_end(run)
    if progress and run.stop:
        print(f"stopped in epoch {run.epoch}: {run.stop}")
    return run.history


def _run_epoch(
    run: Run, engine: Engine, loader: Loader[Any], named: dict[str, Metric], progress: bool, interrupted: Callable[[], bool]
) -> bool:
    """Run an epoch and append loss and metrics to the history; returns False, and appends nothing, if it is interrupted."""
    engine.begin_epoch()
    seen = {name: Running(metric) for name, metric in named.items()}
    total, rows = 0.0, 0
    with ProgressBar(engine.batches(loader), len(loader), f"epoch {run.epoch}/{run.epochs}", progress) as bar:
        for step, (x, y) in enumerate(bar, start=1):
            number, output = engine.compute_gradients(x, y, f"in epoch {run.epoch}, step {step}")
            for running in seen.values():
                running.update(output, y)
            if step == 1 == run.epoch:
                _check_metrics(seen)
            engine.apply_update()
            run.steps += 1
            for callback in run.callbacks:
                callback.on_step(run)
            total, rows = total + number * len(x), rows + len(x)
            bar.show(total / rows, seen)
            if interrupted():
                break
    engine.end_epoch()
    if interrupted():
        run.stop = "it was interrupted"
        return False
    run.history.loss.append(total / rows)
    _append(run.history.metrics, results(seen))
    return True


def _validate(run: Run, loss: Loss, x: Any, y: Any, named: dict[str, Metric]) -> None:
    """Append loss and metrics on the validation data to the history."""
    answers = predict(run.model, x)
    where = f"on the validation data after epoch {run.epoch}"
    run.history.validation_loss.append(check_finite_loss(loss(Tensor(answers), y), where, run.model))
    _append(run.history.validation_metrics, {name: metric_number(name, metric(answers, y)) for name, metric in named.items()})


def _print_progress(run: Run, progress: bool) -> None:
    if progress:
        line = (f"{name} {column[-1]:#.4g}" for name, column in run.history.columns().items())
        print(f"epoch {run.epoch}/{run.epochs}", *line, sep="  ")


def _check_metrics(seen: dict[str, Running]) -> None:
    """Raise if a metric does not fit the first batch, so that the error does not come after an epoch."""
    for name, running in seen.items():
        try:
            result = running.result()
        except (TypeError, ValueError) as error:
            text = f"{error}. This error is from the metric {name}, not from the training: pass other metrics, or metrics=None"
            raise type(error)(text) from error
        metric_number(name, result)


def _append(columns: dict[str, list[float]], numbers: dict[str, float]) -> None:
    for name, number in numbers.items():
        columns.setdefault(name, []).append(number)
