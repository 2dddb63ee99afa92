"""Gradients clipped in every step of `fit`."""

from nn._validation import check_positive
from nn.optim.clipping import clip_gradients_by_norm, clip_gradients_by_value
from nn.run.run import Callback, Run


class ClipGradients(Callback):
    """Given to `fit`: the gradients of every step, clipped by their norm together, by their values, or both.

    Raises:
        ValueError: as the functions, or if neither limit is given

    >>> ClipGradients(norm=1.0).norm
    1.0
    """

    def __init__(self, norm: float | None = None, value: float | None = None) -> None:
        if norm is None and value is None:
            raise ValueError("ClipGradients needs a limit: write ClipGradients(norm=1.0) or ClipGradients(value=1.0)")
        self.norm = None if norm is None else check_positive("norm", norm)
        self.value = None if value is None else check_positive("value", value)

    def on_gradients(self, run: Run) -> None:
        if self.value is not None:
            clip_gradients_by_value(run.optimizer.parameters, self.value)
        if self.norm is not None:
            clip_gradients_by_norm(run.optimizer.parameters, self.norm)
