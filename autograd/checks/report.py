"""What a check gives back: a report, or a `GradientError` that says what is wrong, where, and by how much."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.drawing import Drawing


@dataclass(frozen=True)
class Report:
    """What `check_gradients` found right.

    Attributes:
        oracles: what measured the derivatives, order by order
        error: the largest relative difference between claim and measurement that was seen and allowed
        kinks: where the function is not smooth at this point, in words
        evaluations: how often the function itself was called
        directions: along how many directions it was measured, and whether these were all of them
        unmeasured: what no oracle could measure, in words
    """

    __module__ = "autograd.checks"

    oracles: tuple[str, ...]
    error: float = 0.0
    kinks: tuple[str, ...] = ()
    evaluations: int = 0
    directions: str = ""
    unmeasured: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        lines = [f"gradients hold, by {', then '.join(self.oracles)}; {self.directions}; {self.evaluations} evaluations"]
        lines += [f"kink: {kink}" for kink in self.kinks]
        lines += [f"not measured: {what}" for what in self.unmeasured]
        return "\n".join(lines)


class GradientError(AssertionError):
    """A derivative is wrong. The message says which, by how much and why; the parts are attributes.

    Attributes:
        cause: what explains it, in words
        entry: the number whose derivative is wrong, as Python would name it
        claimed: the derivative that was claimed
        measured: the derivative that was measured
        bar: how far the measurement may be off
        oracle: what measured it
        ratio: claimed / measured
        op: the op whose row is at fault, if one is
        order: 1 for the gradient, 2 for the gradient of the gradient
        args: the smallest arguments that were found to fail stand in `smallest`
        drawing: a picture of the graph with the way through the op at fault marked, or None

    >>> from autograd import check_gradients
    >>> try:
    ...     check_gradients(lambda x: x * x, 3.0, gradient=lambda x: 4.0 * x, shrink=False)
    ... except GradientError as error:
    ...     error.entry, error.claimed, round(error.ratio, 9), error.cause
    ('x', 12.0, 2.0, 'claimed is 2 × what it should be: a factor 2 too much')
    """

    __module__ = "autograd"

    def __init__(
        self,
        cause: str,
        *,
        entry: str = "",
        claimed: Any = None,
        measured: Any = None,
        bar: Any = None,
        oracle: str = "",
        op: Any = None,
        order: int = 1,
        details: tuple[str, ...] = (),
        drawn: Callable[[], Drawing | None] | None = None,
    ) -> None:
        self.cause, self.entry, self.claimed, self.measured, self.bar = cause, entry, claimed, measured, bar
        self.oracle, self.op, self.order, self.details, self._drawn = oracle, op, order, details, drawn
        self.smallest: tuple[Any, ...] | None = None
        self.picture: str | None = None
        super().__init__(cause)

    @functools.cached_property
    def drawing(self) -> Drawing | None:
        """A picture of the graph with the way through the op at fault marked, or None; made when it is asked for."""
        return None if self._drawn is None else self._drawn()

    @property
    def ratio(self) -> float:
        """claimed / measured."""
        return float(self.claimed) / float(self.measured) if self.measured else float("inf")

    def __str__(self) -> str:
        what = {1: "the derivative", 2: "the second derivative"}.get(self.order, f"the derivative of order {self.order}")
        lines = [f"{what} with respect to {self.entry} is wrong" if self.entry else f"{what} is wrong"]
        if self.claimed is not None:
            lines.append(f"  claimed   {self.claimed!r}")
            lines.append(f"  measured  {self.measured!r} ± {self.bar:.1g}, by {self.oracle}")
        lines.append(f"  cause     {self.cause}")
        if self.op is not None:
            lines.append(f"  op        {self.op.name}: its row in {self.op.forward.__module__}")
        lines += [f"  {line}" for line in self.details]
        if self.smallest is not None:
            lines.append(f"  smallest  arguments that fail: {', '.join(map(_shown, self.smallest))}")
        if self.picture is not None:
            lines.append(f"  picture   {self.picture}")
        return "\n".join(lines)


def _shown(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 300 else text[:297] + "…"
