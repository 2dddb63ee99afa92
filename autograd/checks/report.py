"""Results of a check: `Report` if the derivatives are right, else `GradientError`."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.drawing import Drawing
from autograd.drawing.text import fold


@dataclass(frozen=True)
class Report:
    """Report of a check that found the derivatives right.

    Attributes:
        oracles: The oracle that measured the derivatives of each order
        error: The largest relative difference between claim and measurement that was allowed
        kinks: Ops at which the function is not smooth at this point, as text
        evaluations: The number of calls of the function
        directions: The measured entries or directions, as text
        unmeasured: Entries that no oracle could measure, as text
        caught: The smallest relative error of a derivative that this check finds at this point, in any measured entry
        skipped: Parts that were not checked, as text
        seconds: The time taken; reports that differ in it only are equal
    """

    __module__ = "autograd.checks"

    oracles: tuple[str, ...]
    error: float = 0.0
    kinks: tuple[str, ...] = ()
    evaluations: int = 0
    directions: str = ""
    unmeasured: tuple[str, ...] = field(default=())
    caught: float = 0.0
    skipped: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        lines = [f"gradients hold, by {', then '.join(self.oracles)}; {self.directions}; {self.evaluations} evaluations"]
        lines += [f"relative errors from {self.caught:.0e} on are found; {self.seconds:.2g} s"] * bool(self.caught)
        lines += [f"kink: {kink}" for kink in self.kinks]
        lines += [f"not measured: {what}" for what in self.unmeasured]
        lines += [f"not checked: {what}" for what in self.skipped]
        return "\n".join(lines)


class NotMeasuredError(ValueError):
    """Error of arguments at which no derivative can be measured: the function is not finite, jumps, or is noise."""


class GradientError(AssertionError):
    """Error of a wrong derivative; the message names the entry, the difference and the cause.

    Attributes:
        cause: The explanation, as text
        entry: The number whose derivative is wrong, as a Python expression
        claimed: The claimed derivative
        measured: The measured derivative
        bar: The error bar of the measurement
        oracle: The oracle that measured it
        ratio: claimed / measured
        op: The op whose rule is wrong, or None
        order: 1 for the gradient, 2 for the gradient of the gradient
        smallest: The smallest arguments found to fail, or None
        drawing: A picture of the graph with the path through the wrong op marked, or None

    >>> from autograd import check_gradients
    >>> try:
    ...     check_gradients(lambda x: x * x, 3.0, gradient=lambda x: 4.0 * x, shrink=False)
    ... except GradientError as error:
    ...     error.entry, error.claimed, round(error.ratio, 9), error.cause
    ('x', 12.0, 2.0, 'claimed is 2 × what it should be: a factor 2 too much')
    """

    __module__ = "autograd"

    def __init__(  # noqa: PLR0913  (fields of the message)
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
        """A picture of the graph with the path through the wrong op marked, or None; made on first access."""
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
            lines.append(f"  smallest  arguments that fail: {', '.join(fold(repr(x), 300) for x in self.smallest)}")
        if self.picture is not None:
            lines.append(f"  picture   {self.picture}")
        return "\n".join(lines)
