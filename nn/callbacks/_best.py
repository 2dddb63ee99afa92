"""`BestCallback`, the base class of callbacks that follow the best number of a column of the history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf, isfinite
from typing import Any, Literal, get_args

from autograd.support.lazy_numpy import np
from autograd.support.likely_mistakes import warn_likely_mistake
from nn._validation import check_choice
from nn.run.run import Callback, Run, State

#: Direction of a column: by default from its name.
Mode = Literal["auto", "min", "max"]

#: Words in the names of columns of which higher numbers are better, unless a word of the second list is there too.
_HIGHER = re.compile(r"acc(uracy)?|auc|f1|r2|r_squared|precision|recall|score|correlation", re.IGNORECASE)
_LOWER = re.compile(
    r"loss|error|mse|rmse|mae|mape|nll|entropy|huber|hinge|divergence|deviance|distance|perplexity|brier|seconds", re.IGNORECASE
)


class BestCallback(Callback):
    """Callback that follows a column of the history.

    Attributes:
        monitor: Name of the column
        best: The best number so far, times −1 if higher numbers are better; inf before the first
    """

    def __init__(self, monitor: str, mode: Mode) -> None:
        self.monitor = monitor
        check_choice("mode", mode, get_args(Mode))
        self.sign = -1.0 if mode == "max" or (mode == "auto" and is_better_if_higher(monitor)) else 1.0
        if mode == "auto" and self.sign > 0 and not any(map(_LOWER.fullmatch, _words(monitor))):
            warn_likely_mistake(
                f"lower numbers of {monitor!r} are taken to be better, since its name does not tell: write mode='min' or 'max'"
            )
        self.best = inf

    def on_start(self, run: Run) -> None:
        run.check_column(self.monitor)

    def improve(self, number: float, min_delta: float = 0.0, threshold: float = 0.0) -> bool:
        """Replace the best number if `number` is better by `min_delta` and by the fraction `threshold`; True if so.

        number < best − min_delta − threshold · |best|   if lower numbers are better
        """
        signed = self.sign * number
        limit = self.best - min_delta - threshold * abs(self.best) if isfinite(self.best) else self.best
        better = signed < limit
        if better:
            self.best = float(signed)
        return better

    def state_dict(self) -> State:
        return {"best": np.array(self.best)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best = float(state["best"])


def is_better_if_higher(column: str) -> bool:
    """True if the name of a column means that higher numbers are better.

    >>> is_better_if_higher("validation_accuracy"), is_better_if_higher("mean_squared_error")
    (True, False)
    """
    words = _words(column)
    return any(map(_HIGHER.fullmatch, words)) and not any(map(_LOWER.fullmatch, words))


def _words(column: str) -> list[str]:
    return re.findall(r"r_squared|[^\W_]+", column)
