"""Validation of the arguments of `fit`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import Tensor
from autograd.support.lazy_numpy import np
from autograd.support.likely_mistakes import warn_likely_mistake
from nn.metrics.functional import accuracy
from nn.modules.embedding import Embedding
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
    if unknown := [name for name, parameter in named if id(parameter) not in moved]:
        warn_likely_mistake(
            f"the optimizer does not have the parameters {', '.join(unknown):.200} of the model, which stay as they are: make "
            "it with model.parameters(), or freeze them by requires_grad = False"
        )


def check_first_batch(model: Module, x: Any) -> None:
    """Warn if the rows of the first batch look like unscaled pixels, or have another floating-point type than the model."""
    if not isinstance(x, np.ndarray) or not x.size:  # rows of another host
        return
    floats = {p.dtype for p in model.parameters() if isinstance(p, Tensor)}
    if x.dtype == np.float64 and floats and max(floats) < x.dtype:
        warn_likely_mistake(
            f"x has float64, and the model {max(floats)}: every step is computed in float64, at half the speed: write "
            f"x.astype(np.{max(floats)}), or np.asarray(x, np.{max(floats)}) for a list"
        )
    pixels = x.ndim > 2 or (x.ndim == 2 and x.shape[1] > 1)
    if pixels and not any(isinstance(module, Embedding) for module in model.modules()) and _are_bytes(x):
        warn_likely_mistake(
            f"x has whole numbers from {x.min():g} to {x.max():g}, as unscaled pixels: divide by 255, or use nn.standardise"
        )


def _are_bytes(x: Any) -> bool:
    """True for whole numbers from 0 to 255 of which one is 128 or more."""
    if x.dtype.kind not in "iuf" or not 128 <= x.max() <= 255 or x.min() < 0:
        return False
    return x.dtype.kind != "f" or bool((x == np.floor(x)).all())


def history_columns(named: dict[str, Metric], validation: bool) -> list[str]:
    """Return the columns of the history of a training."""
    columns = ["loss", *named]
    return columns + [f"validation_{name}" for name in columns if validation] + ["seconds"]


def sort_callbacks(given: Any) -> list[Callback]:
    """Check the callbacks, and return them in the order of their calls."""
    if isinstance(given, Callback):
        raise TypeError(f"callbacks must be a list, got one {type(given).__name__}: write [callback]")
    callbacks = list(given) if isinstance(given, Iterable) else [given]
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
