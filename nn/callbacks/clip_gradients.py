"""Gradient clipping in every step of `fit`."""

from autograd.support.deprecated import renamed_arguments, renamed_attributes
from nn._validation import check_positive
from nn.optim.clipping import clip_gradients_by_norm, clip_gradients_by_value
from nn.run.run import Callback, Run


@renamed_attributes(norm="max_norm", value="max_value")
class ClipGradients(Callback):
    """Callback that clips the gradients of every step by their joint norm, by value, or both.

    Raises:
        ValueError: If no limit is passed, or one is not positive and finite

    >>> ClipGradients(max_norm=1.0).max_norm
    1.0
    """

    @renamed_arguments(norm="max_norm", value="max_value")
    def __init__(self, max_norm: float | None = None, max_value: float | None = None) -> None:
        if max_norm is None and max_value is None:
            raise ValueError("ClipGradients needs a limit, got none: write ClipGradients(max_norm=1.0), or pass max_value")
        self.max_norm = None if max_norm is None else check_positive("max_norm", max_norm)
        self.max_value = None if max_value is None else check_positive("max_value", max_value)

    def on_gradients(self, run: Run) -> None:
        if self.max_value is not None:
            clip_gradients_by_value(run.optimizer.parameters, self.max_value)
        if self.max_norm is not None:
            clip_gradients_by_norm(run.optimizer.parameters, self.max_norm)
