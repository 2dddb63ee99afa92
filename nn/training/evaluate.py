"""`evaluate`: loss and metrics of a model on data."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from autograd import Tensor
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np
from nn.data.loader import take_rows
from nn.modules.module import Module
from nn.modules.predict import map_outputs, predict
from nn.training._arguments import Metric, metric_number, metrics_by_name
from nn.training._data import check_rows, weighted_loss
from nn.training._nonfinite import loss_number


@explained_arguments(extra="pass the data as one pair, evaluate(model, (x, y), …), and the options by name")
def evaluate(
    model: Module,
    data: Any,
    *,
    loss: Callable[..., Any],
    metrics: Metric | Sequence[Metric] | Literal["auto"] | None = "auto",
    sample_weight: Any = None,
) -> dict[str, float]:
    """Return the loss and the metrics of a model, in eval mode, on data (x, y), by name.

    Args:
        metrics: As for `fit`
        sample_weight: Weights of the rows in the loss

    Shapes:
        x (n, …), y (n, …), also as a `Dataset`, a `Loader` or another iterable over batches
    Raises:
        Exception: As `fit`; a loss that is not finite is returned

    >>> from nn import Flatten, cross_entropy
    >>> evaluate(Flatten(), ([[0.0, 0.0]], [1]), loss=cross_entropy)
    {'loss': 0.6931471805599453, 'accuracy': 0.0}
    """
    rows = check_rows("data", data, sample_weight)
    return evaluate_rows(model, rows, loss, metrics_by_name(metrics, rows[1]))


def evaluate_rows(
    model: Module, rows: tuple[Any, ...], loss: Callable[..., Any], named: dict[str, Metric],
    handle: Callable[[str, Exception], float] | None = None,
) -> dict[str, float]:  # fmt: skip
    """Return the loss and the metrics on checked rows (x, y) or (x, y, weights); `handle` replaces metrics that raise."""
    outputs = predict(model, rows[0])
    y, *weights = map(np.asarray, rows[1:])
    numbers = {"loss": loss_number(weighted_loss(loss, len(rows))(map_outputs(Tensor, outputs), y, *weights))}
    for name, metric in named.items():
        try:
            numbers[name] = metric_number(name, metric(outputs, y))
        except Exception as error:
            if handle is None:
                raise
            numbers[name] = handle(name, error)
    return numbers


def check_held_out(model: Module, rows: tuple[Any, ...], loss: Callable[..., Any]) -> None:
    """Raise if model or loss does not fit the first rows of validation data, so that the error does not come after an epoch."""
    first = tuple(take_rows(part, np.arange(min(len(part), 64))) for part in rows)
    try:
        evaluate_rows(model, first, loss, {})
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error}. This error is from the validation data") from error
