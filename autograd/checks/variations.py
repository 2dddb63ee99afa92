"""Checks of custom ops at other arguments than those of the graph: a rule may be right for one layout, size or option only.

layout              the same numbers in other memory layouts
sizes, options      one row, one entry, a cut and a doubled axis, many rows; other values of numeric parameters
indices, patterns   repeated indices; zeros, ones, equal entries
precision, order    single and half precision; the third derivative of small calls

A variation that the forward rule refuses, or where the function is not smooth, is not judged. Ops of the package need none: the
laws in `tests/laws` cover them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from autograd.base import tree
from autograd.base.grad_mode import recording
from autograd.base.reachable import reachable_objects
from autograd.checks.arguments import flatten, has_gradient
from autograd.checks.functions import GraphFunction, isolate_op, random_direction
from autograd.checks.kinks import kinks_of
from autograd.checks.layouts import Difference, layout_difference, raw_call
from autograd.checks.one_sided import find_kink
from autograd.checks.oracles.complex_step import SMALL
from autograd.checks.oracles.oracles import NAMES, Oracles
from autograd.checks.report import GradientError
from autograd.checks.varied_calls import Inputs, Params, many_rows, other_options, other_sizes, patterns, repeated_indices
from autograd.checks.verdicts import Mismatch
from autograd.engine.node import Node
from autograd.engine.value import Value
from autograd.ops.packed_outputs import PackedOp
from autograd.support.lazy_numpy import np
from autograd.transforms.grad_vjp_jvp import keep_graph

#: Most custom ops of a graph to vary, and most numbers in a call whose third derivative is checked.
MOST_OPS, FEW = 8, 16

#: Relative differences that count: of derivatives, and of gradients in lower precision, in units of its eps.
RTOL, LOW_PRECISION = 1e-7, 64.0


def check_variations(nodes: Iterable[Node], order: int, seed: int) -> None:
    """Raise if a custom op among the nodes of a graph, right at its own arguments, is wrong at others."""
    first = {node.op: node for node in reversed(list(nodes)) if getattr(node.op, "is_custom", False)}
    for node in list(first.values())[::-1][:MOST_OPS]:
        variations = Variations(node, order, np.random.default_rng(seed))
        if variations.is_right(node):
            variations.check()


@dataclass
class Variations:
    """Variations of the call of one op, the node of a graph."""

    node: Node
    order: int
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.call = raw_call(self.node)
        self.inputs, self.params, self.moving = list(self.call.inputs), self.call.params, self.call.moving

    def check(self) -> None:
        """Raise at the first variation that is wrong."""
        found = layout_difference(self.call, self.rng)
        if found is not None:
            raise self._error(found.cause, found, self.inputs, "C order")
        if not isinstance(self.node, Value):
            self._check_precision()
        self._check_indices()
        self._check_patterns(self.inputs, "")
        for cause, inputs, params in self._other_calls():
            self._check_call(cause, inputs, params)
        if self.order > 1 and sum(np.size(self.inputs[i]) for i in self.moving) <= FEW:
            self._check_call("in the third derivative", self.inputs, self.params, 3)

    def _other_calls(self) -> Iterator[tuple[str, Inputs, Params]]:
        """Calls with other options and sizes; those of one entry are checked with patterns too."""
        if self.node.op.prepare is None:  # type: ignore[union-attr]  # else parameters depend on shapes
            for cause, params in other_options(self.params, {n for x in self.inputs for n in np.shape(x)}):
                yield cause, self.inputs, params
        if isinstance(self.node, Value) or not self._has_free_sizes():
            return
        fixed = self._fixed_sizes()
        for cause, inputs in other_sizes(self.inputs, fixed):
            yield cause, inputs, self.params
            if "one" in cause and all(np.size(inputs[i]) == 1 for i in self.moving):
                self._check_patterns(inputs, f"{cause}, ")
        if self._is_cheap():
            for cause, inputs in many_rows(self.inputs, fixed):
                yield cause, inputs, self.params

    def _has_free_sizes(self) -> bool:
        """True unless the op, or its parameters, were made for the shapes of this call."""
        op: Any = self.node.op
        is_made = isinstance(op, PackedOp) or op.__module__.startswith("autograd.")
        return not is_made and not (op.prepare is not None and self.params)

    def _fixed_sizes(self) -> set[int]:
        """Sizes of the arrays that the rules of the op hold, and numbers in its parameters: other sizes may not fit them."""
        op: Any = self.node.op
        found = reachable_objects(op.forward, *op.pullbacks, *self.params.values())
        sizes = {n for x in found if isinstance(x, np.ndarray) for n in x.shape}
        return sizes | {n for n in tree.leaves(list(self.params.values())) if type(n) is int and n > 1}

    def _is_cheap(self) -> bool:
        """True if a call with many rows takes no more operations: a call with twice the rows records as many."""
        op: Any = self.node.op
        if op.kind != "general":
            return True
        doubled = [self._node(inputs, self.params) for cause, inputs in other_sizes(self.inputs, set()) if "one" not in cause]
        counts = {self._operations(node) for node in [self.node, *doubled] if node is not None}
        return len(counts) == 1

    def _operations(self, node: Node) -> int:
        try:
            return len(isolate_op(node, 2, self.rng).replay.steps)
        except Exception:  # the pullback may refuse the size
            return 0

    def _check_indices(self) -> None:
        for cut, repeated in repeated_indices(self.inputs, self.params):
            shorter = self._node(*cut)
            if shorter is not None and self.is_right(shorter):
                self._check_call("where an index is repeated", *repeated)

    def _check_patterns(self, inputs: Inputs, prefix: str) -> None:
        for cause, changed in patterns(inputs, self.moving):
            for order in range(1, min(self.order, 2) + 1):
                self._check_call(prefix + cause, changed, self.params, order)

    def is_right(self, node: Node) -> bool:
        """True if the op alone has a right derivative, away from kinks."""
        try:
            return not kinks_of(isolate_op(node, 1, self.rng).replay) and self._fault(node, 1) is None
        except Exception:  # the pullback refuses these arguments, or rules run in the graph only
            return False

    def _check_call(self, cause: str, inputs: Inputs, params: Params, order: int = 1) -> None:
        """Raise if the derivative of the op is wrong for these inputs and parameters."""
        node = self._node(inputs, params)
        if node is None:
            return
        try:
            fault = self._fault(node, order)
        except Exception as error:  # a refusal, but a shape must not depend on values
            if "must return a cotangent of shape" not in str(error) or "where" not in cause:
                return
            raise self._error(f"wrong {cause}: {error}", None, inputs, "", order) from None
        if fault is not None:
            raise self._error(f"wrong {cause}", fault, inputs, fault.oracle, order)

    def _node(self, inputs: Inputs, params: Params) -> Node | None:
        """The call of the op at other arguments; None if the op refuses them, or its result is not finite or has no entries."""
        kind = type(self.node)
        try:
            nodes = [kind(x, requires_grad=True) if i in self.moving else x for i, x in enumerate(inputs)]  # type: ignore[call-arg]
            with keep_graph(True), recording(), np.errstate(all="ignore"):
                node = kind.record(self.node.op, tuple(nodes), params)  # type: ignore[arg-type]
        except Exception:  # a refusal, of any type
            return None
        good = isinstance(node, Node) and has_gradient(node) and np.size(node._data) and np.isfinite(node._data).all()
        return node if good else None

    def _fault(self, node: Node, order: int) -> Mismatch | None:
        """A direction along which the op alone is wrong, if differences from both sides confirm it; None if it is right."""
        subject = isolate_op(node, order, self.rng)
        sizes = np.abs(subject.arguments.point)
        if ((sizes > 0) & (sizes < SMALL) | (sizes > 1.0 / SMALL)).any():  # powers of them may underflow or overflow
            return None
        if not subject.m or not np.isfinite(subject.base).all() or kinks_of(subject.replay):
            return None
        oracles, v, w = (
            Oracles(subject, None, self.rng),
            random_direction(subject, self.rng),
            self.rng.uniform(0.5, 1.5, subject.m),
        )
        found = oracles.best(v) if order == 1 else oracles.differences(v)  # the graph may omit a dependence of a gradient
        claims = flatten(subject.weighted_gradients(w))
        miss = Mismatch(v, w, float(claims @ v), float(w @ found.value), float(w @ np.abs(found.error)), NAMES[found.oracle])
        if abs(miss.claimed - miss.measured) <= miss.bar + RTOL * float(np.abs(claims) @ np.abs(v)):
            return None
        if not is_smooth_and_wrong(subject, oracles, miss, self.rng):
            return None
        kink = find_kink(oracles, v, w, miss.claimed, miss.measured, sharp=found.oracle != "differences")
        return miss if kink is None else None

    def _check_precision(self) -> None:
        """Raise if the gradient in single or half precision is not that of double precision, to rounding."""
        for dtype in (np.float32, np.float16):
            low = [np.asarray(x, dtype) if i in self.moving else x for i, x in enumerate(self.inputs)]
            high = [x.astype(np.float64) if i in self.moving else x for i, x in enumerate(low)]
            pair = [self._node(inputs, self.params) for inputs in (low, high)]
            if pair[0] is None or pair[1] is None:
                continue
            with np.errstate(all="ignore"):
                single, double = isolate_op(pair[0], 1, self.rng), isolate_op(pair[1], 1, self.rng)
                found = _precision_difference(single, double, dtype, self.rng)
            if found is not None:
                raise self._error(found.cause, found, low, "double precision")

    def _error(self, cause: str, found: Any, inputs: Inputs, oracle: str, order: int = 1) -> GradientError:
        op: Any = self.node.op
        numbers = {} if found is None else {"claimed": found.claimed, "measured": found.measured, "bar": found.bar}
        error = GradientError(
            f"{op.name}: {cause}", entry=f"the inputs of {op.name}", oracle=oracle, op=op, order=order, **numbers
        )  # fmt: skip
        error.smallest = tuple(inputs)
        return error


def is_smooth_and_wrong(subject: GraphFunction, oracles: Oracles, miss: Mismatch, rng: np.random.Generator) -> bool:
    """True if differences from both sides agree, are additive in the direction, and differ from the claim along v."""
    slopes, bars, u = [], [], random_direction(subject, rng)
    for v in (miss.v, u, miss.v + u):
        left, right = oracles.one_sided(v)
        ends = [float(miss.w @ left.value), float(miss.w @ right.value)]
        bar = float(np.abs(miss.w) @ (left.error + right.error)) + RTOL * max(map(abs, ends))
        size = max(1e-2 * max(map(abs, ends)), 1e-6 * float(np.abs(miss.w) @ np.abs(subject.base)))
        if not bar <= size or abs(ends[0] - ends[1]) > 4 * bar:  # without two digits, or with a kink
            return False
        slopes.append(sum(ends) / 2)
        bars.append(4 * bar)
    if abs(slopes[0] + slopes[1] - slopes[2]) > sum(bars):
        return False
    claims, rounding = subject.vjp(miss.w)
    off = abs(float(claims @ miss.v) - slopes[0])
    allowed = bars[0] + float(rounding @ np.abs(miss.v)) + 10 * RTOL * abs(slopes[0])
    return not off <= allowed if np.isfinite(allowed) else not np.isfinite(claims).all()


def _precision_difference(low: GraphFunction, high: GraphFunction, dtype: Any, rng: np.random.Generator) -> Difference | None:
    """A difference of the gradients of one function in two precisions, beyond rounding; None also where one overflows."""
    info, w = np.finfo(dtype), rng.uniform(0.5, 1.5, low.m).astype(dtype).astype(float)
    (claimed, bars), (want, more) = low.vjp(w), high.vjp(w)
    if claimed.shape != want.shape or not np.isfinite(np.concatenate([claimed, want, bars])).all():
        return None
    rounded = [high.vjp(w * (1.0 + float(info.eps) * rng.uniform(-1.0, 1.0, w.shape)))[0] - want for _ in range(2)]
    allowed = bars + more + LOW_PRECISION * np.maximum.reduce(np.abs(rounded)) + 16 * float(info.tiny)
    allowed += LOW_PRECISION * float(info.eps) * np.max(np.abs(want), initial=0.0)
    if not (wrong := np.abs(claimed - want) > allowed).any():
        return None
    k = int(np.argmax(wrong))
    cause = f"right in double precision, wrong in {np.dtype(dtype)}"
    return Difference(cause, float(claimed[k]), float(want[k]), float(allowed[k]))
