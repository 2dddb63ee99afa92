"""Losses of regression: squared, absolute and Huber error."""

from typing import Any

import autograd as ag
from autograd.support.deprecated import renamed_arguments
from nn._validation import as_floats, check_positive, in_dtype_of, in_single_precision
from nn.losses._reduction import Reduction, check_same_shape, loss_function, reduce_errors


@loss_function
@renamed_arguments(weights="sample_weight")
def mean_squared_error(predictions: Any, targets: Any, *, reduction: Reduction = "mean", sample_weight: Any = None) -> Any:
    """Mean squared error over all entries.

        y = 1/m Σ (predictions − targets)²

    Args:
        reduction: "mean", "sum" or "none"
        sample_weight: Weights of the rows, or of the entries; the mean is weighted
    Shapes:
        predictions and targets the same, sample_weight (n,) or the same -> y (), or the same if reduction is none
    Raises:
        ValueError: If the shapes differ, even if one broadcasts to the other, or are empty

    >>> float(mean_squared_error([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    residuals = _residuals("mean_squared_error", predictions, targets)
    errors = ag.square(in_single_precision(residuals))
    return in_dtype_of(residuals, reduce_errors(errors, reduction, sample_weight, "mean_squared_error"))


@loss_function
@renamed_arguments(weights="sample_weight")
def mean_absolute_error(predictions: Any, targets: Any, *, reduction: Reduction = "mean", sample_weight: Any = None) -> Any:
    """Mean absolute error over all entries; robust against outliers.

        y = 1/m Σ |predictions − targets|

    Shapes, options and errors  as `mean_squared_error`
    >>> float(mean_absolute_error([1.0, 2.0], [1.0, 4.0]))
    1.0
    """
    errors = ag.abs(_residuals("mean_absolute_error", predictions, targets))
    return reduce_errors(errors, reduction, sample_weight, "mean_absolute_error")


@loss_function
@renamed_arguments(weights="sample_weight")
def huber(
    predictions: Any, targets: Any, delta: float = 1.0, *, reduction: Reduction = "mean", sample_weight: Any = None
) -> Any:
    """Huber loss: quadratic for errors up to `delta`, linear beyond; smooth, and robust against outliers.

        y = 1/m Σ h(predictions − targets),   h(d) = d²/2 if |d| ≤ δ, else δ (|d| − δ/2)

    Shapes and options  as `mean_squared_error`

    Raises:
        ValueError: As `mean_squared_error`; if delta is not positive and finite
    Source:
        Huber, Annals of Mathematical Statistics 35(1), 1964

    >>> float(huber([0.0, 0.0], [1.0, 3.0]))
    1.5
    """
    check_positive("delta", delta)
    d = _residuals("huber", predictions, targets)
    inner = ag.clip(d, -delta, delta)
    return reduce_errors(inner * (d - 0.5 * inner), reduction, sample_weight, "huber")


def _residuals(name: str, predictions: Any, targets: Any) -> Any:
    """Predictions minus targets, in floats; integer targets are converted to the dtype of the predictions."""
    check_same_shape(name, predictions, targets)
    p = as_floats("predictions", predictions)
    return ag.subtract(p, as_floats("targets", targets, p.dtype))
