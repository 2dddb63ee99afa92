"""`check_gradients`: check that derivatives are right; name the entry, the difference and the cause if they are wrong."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.checks.arguments import Arguments
from autograd.checks.compare import compare
from autograd.checks.continuity import check_continuous
from autograd.checks.functions import BlackBox, GraphFunction, Subject
from autograd.checks.invariants import (
    array_bytes,
    check_deterministic,
    check_no_mutation,
    check_pullbacks_repeat,
    check_shape_and_dtype,
)
from autograd.checks.kinks import kinks_of
from autograd.checks.layouts import check_claim_layout
from autograd.checks.localize import localize
from autograd.checks.modules import expand_modules, keep_buffers
from autograd.checks.oracles.oracles import NAMES, ORACLES, OracleName, Oracles
from autograd.checks.report import GradientError, NotMeasuredError, Report
from autograd.checks.shrink import smallest_failure
from autograd.checks.subdifferential import check_subgradients
from autograd.checks.variations import check_variations
from autograd.checks.verdicts import Comparison
from autograd.engine.node import Node
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np
from autograd.support.validation import check_choice, check_integer


@explained_arguments()
def check_gradients(  # noqa: PLR0913  (public keywords)
    f: Callable[..., Any],
    *args: Any,
    gradient: Callable[..., Any] | None = None,
    order: int = 2,
    argnums: int | Sequence[int] | None = None,
    directions: int | None = None,
    oracle: OracleName | None = None,
    rtol: float | None = None,
    seed: int = 0,
    shrink: bool = True,
    picture: str | None = None,
) -> Report:
    """A report that the derivatives of f at these arguments are right.

        wᵀ J v  as claimed by reverse mode, by forward mode, and as measured

    f takes Values, Tensors, floats, arrays and containers of them: floats become Values and arrays Tensors, as in `grad`.
    The parameters of an `nn.Module` are variables too, if it is f or an argument of f; its other arrays are restored.
    With `gradient`, f is any function of floats and arrays, and `gradient(*args)` claims its derivative, as SciPy's `jac`
    does: the gradient in the shape of the argument (a tuple for several) of a scalar f, else the Jacobian, outputs first.

    Args:
        order: The highest order to check: 2 also checks the derivative of the gradient. With `gradient` it is 1
        argnums: The positions of the arguments to differentiate; all if None
        directions: The number of random directions; if None, every entry of a Jacobian up to 400 entries, else 2 directions
        oracle: The measurement: "exact", "complex", "dual", "differences" or "taylor"; the sharpest that applies if None
        rtol: The relative difference allowed beyond the error bars; if None 2e-13 for exact structure, complex steps and
            dual numbers, 2e-9 for differences
        shrink: If true, search for the smallest arguments that fail
        picture: A file for a picture of the graph with the wrong op marked: .svg, .png or .dot

    Also checked: gradients have the shape and dtype of their leaves and share no memory; f, its pullbacks and `gradient` are
    deterministic; f does not write to its arguments, and depends on them only through the recorded graph. At a kink the
    derivative must lie in the subdifferential, and the report names the kink. An infinite derivative must be the limit of
    the difference quotients; a NaN is wrong where the derivative can be measured. Custom ops of the graph are checked alone
    at other arguments too: other memory layouts, sizes, options, repeated indices, zeros and equal entries, single and half
    precision, after other calls, and with few numbers in the third derivative. Arguments that a forward rule refuses are
    skipped.

    Costs:
        For n inputs and m outputs: n replays of the graph and m sweeps if small, else 2 of each, and about 20 calls of f.
        A black box is called about 20 times per entry or direction. A custom op is called a few hundred times.
    Raises:
        GradientError: If a derivative is wrong
        ValueError: If there is nothing to differentiate, f is not finite or jumps here, nothing can be measured, or an
            option is unknown
        TypeError: If f is not callable, or order is not an integer
    Source:
        Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008; Squire & Trapp, SIAM Review 40(1), 1998

    >>> from autograd import sin
    >>> print(check_gradients(lambda x: sin(x) * x, 2.0))  # doctest: +ELLIPSIS
    gradients hold, by complex step, then complex step; all 1 × 1 entries; 52 evaluations
    relative errors from 8e-13 on are found; ... s
    not checked: orders from 3 on
    """
    if not callable(f):
        raise TypeError(f"f must be callable, got {f!r} of type {type(f).__name__}: pass the function first, then arguments")
    check_choice("oracle", oracle, (None, *ORACLES))
    order = check_integer("order", order, least=1)
    with keep_buffers(f, *args):
        f, args, argnums = expand_modules(f, args, argnums)
        check = Check(f, gradient, argnums, directions, oracle, rtol, seed)
        try:
            return check.run(args, order)
        except GradientError as found:
            error = found
            if shrink and found.claimed is not None and found.smallest is None:
                level = found.order
                error = smallest_failure(lambda *xs: check.run(xs, level, only=True), args, found)
            if picture is not None and error.drawing is not None:
                error.drawing.save(picture)
                error.picture = picture
            raise error from None


def gradcheck(f: Callable[..., Any], inputs: Any, **options: Any) -> Report:
    """The report of `check_gradients(f, *inputs, **options)`, called like PyTorch's `gradcheck`: its arguments are one tuple.

    Raises:
        TypeError: If options of PyTorch are passed that choose steps, such as `eps`: the check chooses them itself

    >>> from autograd import sin
    >>> bool(gradcheck(sin, (2.0,)))
    True
    """
    unknown = [name for name in options if name not in inspect.signature(check_gradients).parameters]
    if unknown:
        raise TypeError(
            f"gradcheck chooses steps and tolerances itself, got {', '.join(unknown)}: leave that out, or write rtol=1e-6"
        )
    return check_gradients(f, *(inputs if isinstance(inputs, tuple | list) else (inputs,)), **options)


@dataclass(frozen=True)
class Check:
    """Options of a check, for any arguments."""

    f: Callable[..., Any]
    gradient: Callable[..., Any] | None
    argnums: int | Sequence[int] | None
    directions: int | None
    oracle: str | None
    rtol: float | None
    seed: int

    def run(self, args: tuple[Any, ...], order: int, only: bool = False) -> Report:
        """Check every order up to `order`, or, if `only` is true, that order alone."""
        start = time.perf_counter()
        rng = np.random.default_rng(self.seed)
        arguments = Arguments(self.f, args, self.argnums)
        before = array_bytes(arguments)
        levels = [1] if self.gradient is not None else range(order if only else 1, order + 1)
        found: list[Comparison] = []
        used, calls, skipped = [], 0, []
        nodes: list[Node] = []
        for k in levels:
            subject = self._subject(arguments, k, rng)
            oracles = Oracles(subject, self.oracle, rng)
            if k == 1:
                self._check_invariants(subject, oracles, rng)
                check_no_mutation(arguments, before)
            found.append(self._compare(subject, oracles, rng))
            used.append(" and ".join(NAMES.get(u, u) for u in sorted(found[-1].used)) or "nothing to measure")
            calls += oracles.evaluations
            nodes += [node for node, _ in subject.replay.steps] if isinstance(subject, GraphFunction) else []
            if k == 1 and not found[-1].measured and subject.n * subject.m:
                raise NotMeasuredError(_unmeasured_text(found[-1], arguments))
            if found[-1].at_kink:  # the gradient is discontinuous at a kink
                skipped = [f"orders from {k + 1} on, since the gradient jumps at a kink"] * (k < order)
                break
        else:
            skipped = [f"orders from {len(levels) + 1} on"] * (not only)
        if isinstance(subject, BlackBox):
            check_claim_layout(subject)
        elif not only:
            check_variations(nodes, order, self.seed)
        return Report(
            tuple(used), max(c.error for c in found), _distinct(c.kinks for c in found), calls,
            next((c.directions for c in found if c.directions), ""), _distinct(c.unmeasured for c in found),
            max(c.caught for c in found), tuple(skipped), time.perf_counter() - start,
        )  # fmt: skip

    def _check_invariants(self, subject: Subject, oracles: Oracles, rng: np.random.Generator) -> None:
        check_deterministic(subject)
        if isinstance(subject, GraphFunction):
            check_pullbacks_repeat(subject, rng)
        check_continuous(subject, oracles, rng)

    def _subject(self, arguments: Arguments, order: int, rng: np.random.Generator) -> Subject:
        if self.gradient is not None:
            subject: Subject = BlackBox(self.f, self.gradient, arguments)
        else:
            subject = GraphFunction(self.f, arguments, order, rng)
        if order == 1 and not np.isfinite(subject.base).all():
            raise NotMeasuredError(
                f"the function must be finite, got {subject.base} at the arguments: check it where it is defined"
            )
        return subject

    def _compare(self, subject: Subject, oracles: Oracles, rng: np.random.Generator) -> Comparison:
        if not np.isfinite(subject.base).all():
            return Comparison(unmeasured=[f"the derivative of order {subject.order - 1} is not finite"])
        if isinstance(subject, GraphFunction):
            check_shape_and_dtype(subject, rng.uniform(0.5, 1.5, subject.m))
            if kinks := kinks_of(subject.replay):
                return check_subgradients(subject, kinks, rng)
        found = compare(subject, oracles, rng, self.rtol, self.directions)
        if found.mismatch is not None:
            kinks_found = localize(subject, oracles, found.mismatch, rng)
            found.kinks += kinks_found
            found.at_kink, found.measured = True, found.measured + 1
        return found


def _distinct(texts: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for part in texts for text in part))


def _unmeasured_text(found: Comparison, arguments: Arguments) -> str:
    point = ", ".join(f"{arguments.entry(i)} = {x:.6g}" for i, x in enumerate(arguments.point[:3]))
    reasons = "; ".join(found.unmeasured[:3])
    return f"nothing could be measured at {point} ({reasons}): check it where it is defined and its differences settle"
