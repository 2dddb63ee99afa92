"""`fit`: epochs of mini-batches, each a step of the optimizer, with a record of how it went."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from autograd import Tensor, gradients, no_grad
from nn.data import Loader, as_array, whole
from nn.metrics import accuracy
from nn.module import Module
from nn.optimizers import Optimizer

Array = NDArray[Any]
Rows = tuple[ArrayLike, ArrayLike]
Loss = Callable[[Any, Any], Any]
Metric = Callable[[Any, Any], float]

#: Rows that go through a model at once when it is only used: enough to be fast, few enough to fit in a cache.
ROWS_AT_ONCE = 1024


@dataclass(repr=False)
class History:
    """How a training went: an entry an epoch in each list; those of validation and metric are empty if there was none.

    loss, metric                        over the training rows as they came by, while the parameters moved
    validation_loss, validation_metric  over the rows held out, after the epoch
    seconds                             that the epoch took
    """

    metric_name: str = "metric"
    loss: list[float] = field(default_factory=list)
    metric: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_metric: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def columns(self) -> dict[str, list[float]]:
        """The lists that have entries, by the names they go by in a table."""
        named = {
            "loss": self.loss,
            self.metric_name: self.metric,
            "held-out loss": self.validation_loss,
            f"held-out {self.metric_name}": self.validation_metric,
            "seconds": self.seconds,
        }
        return {name: column for name, column in named.items() if column}

    def __repr__(self) -> str:
        """A table with a line an epoch."""
        columns = {name: [f"{x:#.4g}" for x in column] for name, column in self.columns().items()}
        columns = {"epoch": [str(i + 1) for i in range(len(self.loss))]} | columns
        widths = [max(map(len, [name, *column])) for name, column in columns.items()]
        lines = [columns, *zip(*columns.values(), strict=True)]
        return "\n".join("  ".join(f"{x:>{n}}" for x, n in zip(line, widths, strict=True)) for line in lines)


def fit(
    model: Module,
    train: Rows,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 64,
    validation: Rows | None = None,
    metric: Metric | None = accuracy,
    seed: int = 0,
    compile: bool = False,
    progress: bool = True,
) -> History:
    """The history of a training of `model` on the rows `train` = (x, y), which moves its parameters.

        for each epoch, for each mini-batch (x, y):   parameters ← step(∂loss(model(x), y)/∂parameters)

    `seed` settles the order of the rows: the same seed, model and optimizer give the same bits. After each epoch loss and
    metric are computed on the rows of `validation`, which are held out. With `compile` the step is recorded once for each size
    of a batch and replayed: faster, and the same but for rounding; a model that draws random numbers, or keeps running means,
    cannot be recorded and says so. With `progress` a bar shows how far the epoch is
    (on a terminal, with tqdm) and a line what it gave.

    Shapes  x (n, …), y (n, …): a batch goes as it is to model and loss
    Raises  FloatingPointError  if a loss is not finite; names the epoch, the step and the first op whose result is not
                                finite. No parameter has moved by that step
            TypeError           if the model is no Module, or the loss gives no Tensor
            ValueError          if the optimizer moves no parameter of the model, or as `Loader`
    """
    whole("epochs", epochs, least=1)
    _check_that_it_moves(model, optimizer)
    batches: Loader[tuple[Array, ...]] = Loader(*_pair("train", train), batch_size=batch_size, seed=seed)
    held_out = None if validation is None else _pair("validation", validation)
    history = History(getattr(metric, "__name__", "metric"))
    model.train()
    take = (_replayed if compile else _computed)(model, loss, optimizer)
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        total, rows = 0.0, 0
        outputs: list[Array] = []
        targets: list[Array] = []
        for step, (x, y) in enumerate(_shown(batches, f"epoch {epoch}/{epochs}", progress), start=1):
            number, output = take(x, y, f"in epoch {epoch}, step {step}")
            if metric is not None and not history.loss and step == 1:
                metric(output, y)  # so that one that does not fit the data fails now, not after an epoch
            optimizer.step()
            total, rows = total + number * len(x), rows + len(x)
            outputs.append(output)
            targets.append(y)
        history.loss.append(total / rows)
        if metric is not None:
            history.metric.append(metric(np.concatenate(outputs), np.concatenate(targets)))
        if held_out is not None:
            answers = predict(model, held_out[0])
            value = loss(Tensor(answers), held_out[1])
            history.validation_loss.append(_finite(value, f"on the held-out rows after epoch {epoch}", model))
            if metric is not None:
                history.validation_metric.append(metric(answers, held_out[1]))
        history.seconds.append(time.perf_counter() - start)
        if progress:
            print(f"epoch {epoch}/{epochs}", *(f"{name} {c[-1]:#.4g}" for name, c in history.columns().items()), sep="  ")
    return history


#: Leaves the gradients of a batch (x, y) in the parameters, and gives its loss and the model's output.
Take = Callable[[Array, Array, str], tuple[float, Array]]


def _computed(model: Module, loss: Loss, optimizer: Optimizer) -> Take:
    def take(x: Array, y: Array, where: str) -> tuple[float, Array]:
        output = model(x)
        value = loss(output, y)
        number = _finite(value, where, model)
        optimizer.zero_grad()
        value.backward()
        return number, output.numpy()

    return take


def _replayed(model: Module, loss: Loss, optimizer: Optimizer) -> Take:
    parameters = optimizer.parameters

    def all_at_once(x: Any, y: Any) -> Any:
        output = model(x)
        value = loss(output, y)
        return value, output, gradients(value, parameters)

    replay = ag.compile(all_at_once)

    def take(x: Array, y: Array, where: str) -> tuple[float, Array]:
        number, output, found = replay(x, y)
        if not np.isfinite(number):
            _finite(loss(model(x), y), where, model)  # computed once more, to find where it comes from
        for p, g in zip(parameters, found, strict=True):
            p.grad = g
        return float(number), output

    return take


def predict(model: Module, x: ArrayLike) -> Array:
    """What the model gives for the rows of x, as an array: nothing is recorded, and `training` is off meanwhile.

    Shapes  x (n, …) -> (n, …)
    Raises  ValueError  if there are no rows
    """
    batches: Loader[Array] = Loader(x, batch_size=ROWS_AT_ONCE, shuffle=False)
    with no_grad(), _in_use(model):
        return np.concatenate([np.asarray(model(rows)) for rows in batches])


@contextmanager
def _in_use(model: Module) -> Iterator[None]:
    """A block in which no module of the model is in training; after it, those are that were."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def _pair(name: str, given: Rows) -> tuple[Array, Array]:
    """(x, y) as arrays with equally many rows, one at least."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise TypeError(f"{name} must be a pair (x, y) of arrays, got {type(given).__name__} {given!r:.60}")
    x, y = as_array(f"{name} x", given[0]), as_array(f"{name} y", given[1])
    if not x.ndim or not y.ndim or len(x) != len(y) or not len(x):
        raise ValueError(f"{name} x and y must have equally many rows, one at least; got shapes {x.shape} and {y.shape}")
    return x, y


def _check_that_it_moves(model: Module, optimizer: Optimizer) -> None:
    if not isinstance(model, Module):
        raise TypeError(f"fit trains a Module, got {model!r} of type {type(model).__name__}: make it a subclass of nn.Module")
    named = model.named_parameters()
    moved = set(map(id, optimizer.parameters))
    if not any(id(parameter) in moved for _, parameter in named):
        raise ValueError(
            f"the optimizer moves none of the {len(named)} parameters of {model!r}: make it with model.parameters()"
        )


def _shown(batches: Loader[Any], title: str, progress: bool) -> Any:
    """The batches, with a bar that shows how many are done where one can be shown."""
    if progress and sys.stderr.isatty():
        try:
            from tqdm import tqdm
        except ImportError:
            return batches
        return tqdm(batches, title, leave=False, unit="batch")
    return batches


def _finite(loss: Any, where: str, model: Module) -> float:
    """The number that a loss is, or an error that says where it, or what it was computed from, is not finite."""
    if not isinstance(loss, Tensor):
        raise TypeError(f"the loss must give a Tensor with one number, got {loss!r} of type {type(loss).__name__}")
    number = loss.item()
    if np.isfinite(number):
        return number
    broken = [name for name, p in model.named_parameters() if isinstance(p, Tensor) and not np.isfinite(p.numpy()).all()]
    parameters = f"not finite are the parameters {', '.join(broken)}" if broken else "every parameter is finite"
    raise FloatingPointError(
        f"the loss is {number} {where}: {_first_broken_op(loss) or parameters}. No parameter was moved by it. A smaller "
        "learning rate may help, or a look at the data"
    )


def _first_broken_op(loss: Tensor) -> str:
    """The oldest op in the graph of a loss whose result is not finite, and what it was given, in words."""
    graph: dict[int, Tensor] = {}
    pending: list[Any] = [loss]
    while pending:
        node = pending.pop()
        if isinstance(node, Tensor) and node.serial not in graph:
            graph[node.serial] = node
            pending += node.inputs
    for _, node in sorted(graph.items()):
        finite = np.isfinite(node.numpy())
        if node.op is not None and not finite.all():
            given = [_described(x) for x in node.inputs if not np.isfinite(_array(x)).all()]
            return (
                f"the first op whose result is not finite is {node.op.name}, in {finite.size - finite.sum()} of "
                f"{finite.size} entries of shape {node.shape}" + (f", given {' and '.join(given)}" if given else "")
            )
    return ""


def _array(x: Any) -> Array:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def _described(x: Any) -> str:
    if isinstance(x, Tensor) and x.requires_grad:
        return f"the parameter {x.label!r} that an earlier step made so"
    return f"data of shape {np.shape(x)} that are so themselves"
