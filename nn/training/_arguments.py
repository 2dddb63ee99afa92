"""Validation of the arguments of `fit`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import Tensor
from nn.metrics.functional import accuracy
from nn.modules.module import Module
from nn.optim.optimizer import Optimizer
from nn.run.run import Callback, Run

Metric = Callable[[Any, Any], Any]


def check_trainable(model: Any, optimizer: Any, loss: Any) -> None:
    """Check model, optimizer and loss of `fit`: the optimizer must update parameters of the model, one step per batch."""
    if not isinstance(model, Module):
        raise TypeError(f"model must be a Module, got {model!r} of type {type(model).__name__}: subclass nn.Module")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer such as nn.Adam(model.parameters()), got {optimizer!r:.80}")
    if optimizer.asks_for_losses:
        raise TypeError(
            f"fit makes one step per batch, and {type(optimizer).__name__} needs the loss of all data several times per step: "
            "call optimizer.step(closure) yourself, or pass another optimizer, such as nn.Adam"
        )
    if not callable(loss):
        raise TypeError(f"loss must be a function such as nn.cross_entropy, got {loss!r:.80} of type {type(loss).__name__}")
    named = model.named_parameters()
    moved = set(map(id, optimizer.parameters))
    if not any(id(parameter) in moved for _, parameter in named):
        raise ValueError(f"the optimizer has none of the {len(named)} parameters of {model!r}: make it with model.parameters()")
    if not any(isinstance(parameter, Tensor) for _, parameter in named):
        raise TypeError(f"model must consist of Tensors, got {type(model).__name__} of Values: use nn.MLP, or write the loop")


def history_columns(named: dict[str, Metric], validation: bool) -> list[str]:
    """Return the columns of the history of a training."""
    columns = ["loss", *named]
    return columns + [f"validation_{name}" for name in columns if validation] + ["seconds"]


def sort_callbacks(given: Any) -> list[Callback]:
    """Check the callbacks, and return them in the order of their calls."""
    if isinstance(given, Callback):
        raise TypeError(f"callbacks must be a list, got one {type(given).__name__}: write [callback]")
    callbacks = list(given)
    for callback in callbacks:
        if not isinstance(callback, Callback):
            what = f"the class {callback.__name__}" if isinstance(callback, type) else f"{callback!r:.80}"
            raise TypeError(f"callbacks must be Callback objects such as nn.EarlyStopping(), got {what}: subclass nn.Callback")
    return sorted(callbacks, key=lambda callback: callback.rank)


def metrics_by_name(given: Metric | Sequence[Metric] | str | None, y: Any) -> dict[str, Metric]:
    """Return the metrics by name; "auto" means accuracy if y holds integer classes, else no metric."""
    if given == "auto":
        given = accuracy if y is not None and y.ndim == 1 and y.dtype.kind in "iu" else None
    listed: Iterable[Any] = [] if given is None else [given] if callable(given) or isinstance(given, str) else given
    named: dict[str, Metric] = {}
    for metric in listed:
        if not callable(metric):
            raise TypeError(f"metrics must be functions of outputs and targets, such as nn.accuracy, got {metric!r:.80}")
        name = getattr(metric, "__name__", type(metric).__name__)
        if name in named:
            raise ValueError(f"metrics must have different names, got {name} twice: write them with def")
        if name in history_columns({}, True):
            raise ValueError(f"a metric must not have the name of a column of the history, got {name}: rename it")
        named[name] = metric
    return named


def metric_number(name: str, x: Any) -> float:
    """Convert the result of a metric to a float."""
    try:
        return float(x.item() if hasattr(x, "item") else x)
    except (TypeError, ValueError):
        raise TypeError(
            f"the metric {name} must return one number for the history, returned {type(x).__name__} {x!r:.60}: "
            "write a function that returns one entry of it"
        ) from None


def check_columns(run: Run, named: dict[str, Metric], validation: bool) -> None:
    """Raise unless a restored history has the columns of this training."""
    history = run.history
    if history.loss and (list(history.metrics), bool(history.validation_loss)) != (list(named), validation):
        raise ValueError(
            f"the checkpoint has the columns {', '.join(history.columns())}, and this training the metrics "
            f"{', '.join(named) or 'none'} {'with' if validation else 'without'} validation: delete it, or use another path"
        )
