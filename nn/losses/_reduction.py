"""Weights, reductions and argument checks of all losses."""

from collections.abc import Callable
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, get_args, overload

import autograd as ag
from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import as_floats, check_choice, in_dtype_of, in_single_precision

Reduction = Literal["mean", "sum", "none"]
P = ParamSpec("P")


class LossFunction(Protocol[P]):
    """Loss as type checkers see it: of the output of a model a Tensor, of plain arrays a number or an array."""

    @overload
    def __call__(self, output: ag.Tensor, /, *args: P.args, **kwargs: P.kwargs) -> ag.Tensor: ...
    @overload
    def __call__(self, output: ArrayLike, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...


def loss_function(f: Callable[Concatenate[Any, P], Any]) -> LossFunction[P]:
    """f itself, declared as a loss."""
    return f


def reduce_errors(errors: Any, reduction: str, sample_weight: Any, name: str, counted: Any = None) -> Any:
    """Reduce errors to their mean or sum, weighted if there are weights; "none" returns the weighted errors.

        mean  Σ wᵢ eᵢ / Σ wᵢ, or 0 if all weights are 0;   sum  Σ wᵢ eᵢ;   none  wᵢ eᵢ

    `counted` are factors that the errors contain already, such as class weights: the mean is Σ wᵢ eᵢ / Σ wᵢ countedᵢ.

    Shapes:
        errors (n, …); sample_weight (n,), one per row, or as the errors; counted as the errors
    Raises:
        ValueError: If the reduction is unknown, or sample_weight has another shape or a negative entry
    """
    check_choice(f"{name}: reduction", reduction, get_args(Reduction))
    if reduction == "mean" and not (sample_weight is None and counted is None):
        weights = np.ones(np.shape(errors), getattr(errors, "dtype", float)) if counted is None else counted
        total, count = (reduce_errors(in_single_precision(x), "sum", sample_weight, name) for x in (errors, weights))
        return in_dtype_of(errors, total / ag.where(count == 0, 1.0, count))
    if sample_weight is not None:
        errors = weigh(_weights_like(errors, sample_weight, name), errors)
    return errors if reduction == "none" else ag.mean(errors) if reduction == "mean" else ag.sum(errors)


def check_class_weights(name: str, given: Any, k: int) -> Any:
    """Return the weights of k classes as an array; raise if they do not fit."""
    w = np.asarray(given, dtype=float)
    if w.shape != (k,) or not (w >= 0).all() or not w.any():
        raise ValueError(f"{name}: class_weight must be {k} numbers of at least 0, one per class, not all 0; got {given!r}")
    return ag.astype(np.asarray(given), float)


def _weights_like(errors: Any, sample_weight: Any, name: str) -> Any:
    """Return the weights, checked, in the shape and dtype of the errors."""
    dtype, shape = getattr(errors, "dtype", np.dtype(float)), np.shape(errors)
    w = as_floats(f"{name}: sample_weight", sample_weight, dtype)
    if w.shape != shape and (not shape or w.shape != shape[:1]):
        raise ValueError(f"{name}: sample_weight must have shape {shape[:1]}, one per row, or {shape}, not {w.shape}")
    w = ag.astype(weights(w, name=name), dtype)
    return w if w.shape == shape else ag.broadcast_to(ag.reshape(w, (*w.shape, *[1] * (len(shape) - 1))), shape)


def check_same_shape(name: str, predictions: Any, targets: Any) -> None:
    """Raise if predictions and targets differ in shape, even if one broadcasts to the other, are empty, or are Values."""
    if isinstance(predictions, ag.Value) or isinstance(targets, ag.Value):
        raise TypeError(f"{name} takes arrays and Tensors, got a Value: write the formula, or use a Tensor")
    predicted, wanted = np.shape(predictions), np.shape(targets)
    if predicted != wanted:
        raise ValueError(f"{name}: predictions and targets must have one shape, got {predicted} and {wanted}: reshape one")
    if 0 in predicted:
        raise ValueError(f"{name} needs at least one entry, got predictions and targets of shape {predicted}")


@ag.custom_op(lambda g, y, w, x: g * x, lambda g, y, w, x: g * w, kind="elementwise", symbol="weighted", checked=False)
def weigh(xp: Any, w: Any, x: Any) -> Any:
    """Product of a weight w and a number x, with 0 · ∞ = 0."""
    return xp.where((w == 0) & (x == x), 0.0, w * x)


@ag.custom_op(lambda g, y, x, name, what: g, checked=False)
def shares(xp: Any, x: Any, *, name: str, what: str) -> Any:
    """Identity op that checks that all numbers are between 0 and 1."""
    if xp.abstract:
        return _nan_where_wrong(xp, x, (x >= 0) & (x <= 1))
    _check_entries((x < 0) | (x > 1) | (x != x), x, f"{name}: {what} must be between 0 and 1")
    return x


@ag.custom_op(lambda g, y, w, name: g, checked=False)
def weights(xp: Any, w: Any, *, name: str) -> Any:
    """Identity op that checks that no number is negative."""
    if xp.abstract:
        return _nan_where_wrong(xp, w, w >= 0)
    _check_entries(~(w >= 0), w, f"{name}: sample_weight must be at least 0")
    return w


@ag.custom_op(lambda g, y, x, name: g, checked=False)
def signs(xp: Any, x: Any, *, name: str) -> Any:
    """Identity op that checks that all numbers are −1 or 1."""
    if xp.abstract:
        return _nan_where_wrong(xp, x, abs(x) == 1)
    _check_entries(abs(x) != 1, x, f"{name}: signs must be -1 or 1 (write 2 * labels - 1)")
    return x


def _nan_where_wrong(xp: Any, x: Any, right: Any) -> Any:
    """Replace wrong floats by NaN in a compiled rule, which cannot raise; its compiler checks integers."""
    return x if np.dtype(x.dtype).kind in "iu" else xp.where(right, x, float("nan"))


def _check_entries(wrong: Any, x: Any, message: str) -> None:
    if np.any(wrong):
        place = int(np.argmax(wrong))
        raise ValueError(f"{message}, got {np.ravel(x)[place]} in entry {place}")
