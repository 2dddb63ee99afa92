"""Reverse mode: the sweep from outputs to inputs, independent of number types."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from autograd.base.grad_mode import is_detecting_anomaly, recording
from autograd.base.numerics import quiet
from autograd.engine.anomaly import check_gradient_finite
from autograd.engine.graph import Links, check_unchanged, gradient_lock, newest_first, set_gradients
from autograd.engine.node import Node
from autograd.ops.namespaces import is_half, widen
from autograd.ops.op import Rule
from autograd.ops.rules.indexing import fill_index, flat_places, getitem, put
from autograd.ops.rules.joining import concatenate
from autograd.ops.rules.shape import reshape
from autograd.support.lazy_numpy import np
from autograd.support.likely_mistakes import follow_gradients, used_gradients

#: A read is small if its array has more than this number of times its entries.
_SMALL = 8


def pull_back(
    outputs: Sequence[Node], seeds: Sequence[Any], *, wanted: Iterable[Node] | None = None, record: bool = False, after: int = 0
) -> dict[Node, Any]:
    """Cotangents of the `wanted` nodes (all leaves that require a gradient if None), by reverse sweep.

        x̄ = Σ over the uses of x of pullback(ȳ)

    With `record`, seeds and cotangents are nodes, and the sweep is itself recorded. Nodes that no output depends on
    are not in the result. Raw cotangents do not share memory. Nodes up to serial number `after` count as leaves; their hooks
    are left to another sweep.

    Source:
        Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 3.2
    """
    order = newest_first(outputs, after)
    check_unchanged(order)
    if wanted is None:
        targets = {n for n in order if n.requires_grad and (n.op is None or n.retains_grad)}
        needed = None
    else:
        targets = set(wanted)
        needed = _nodes_depending_on(targets, order)
    with recording() if record else nullcontext(), quiet():
        return (_RecordedSweep if record else _Sweep)(order, outputs, seeds, after).sweep(targets, needed)


def add_gradients(y: Node, seed: Any) -> None:
    """Add the gradients of y, weighted by `seed`, to the `.grad` of all leaves and of nodes that retain theirs, or of none."""
    found = pull_back([y], [seed])
    with gradient_lock:
        totals = [node.total_gradient(gradient) for node, gradient in found.items()]
        if used_gradients:
            follow_gradients(found, [node.grad for node in found], totals)
        set_gradients(found, totals)


class _Sweep:
    """Sweep on numbers; `owned` holds the nodes whose cotangent is an array without other references."""

    def __init__(self, order: Links, outputs: Sequence[Node], seeds: Sequence[Any], after: int) -> None:
        self.order = order
        self.after = after
        self.cotangents: dict[Node, Any] = {}
        self.owned: set[Node] = set()
        self.reads: dict[Node, list[tuple[Any, Any]]] = {}  # small reads x[index] of a node: (index, cotangent)
        for output, seed in zip(outputs, seeds, strict=True):
            self.add(output, seed, seed)

    def sweep(self, targets: set[Node], needed: set[Node] | None) -> dict[Node, Any]:
        detects_anomaly = is_detecting_anomaly()
        cotangents, reads, apply_pullbacks, add = self.cotangents, self.reads, self.apply_pullbacks, self.add
        for node, inputs in self.order.items():
            if reads and node in reads:
                self.add(node, self.join_reads(node), None)
            g = cotangents.get(node)
            if g is None:
                continue
            op = node.op
            if node._hooks and node.serial > self.after:
                cotangents[node] = g = node.run_hooks(_in_dtype_of(node, g))
                self.owned.discard(node)
            if op is None or not inputs:
                continue
            if node not in targets:
                del cotangents[node]
            if op is getitem and self.is_small_read(node, inputs, needed):
                index = fill_index(node.params["index"], self.operands(inputs[1:]))
                self.reads.setdefault(inputs[0], []).append((index, g))
                continue
            wanted = []
            i = -1
            for x, pullback in zip(inputs, op.pullbacks_of(inputs)):  # noqa: B905  (strict takes time; lengths match)
                i += 1
                if pullback and isinstance(x, Node) and x.requires_grad and (needed is None or x in needed):
                    wanted.append((i, pullback))
            for (i, _), cotangent in zip(wanted, apply_pullbacks(node, inputs, wanted, g)):  # noqa: B905
                if detects_anomaly:
                    check_gradient_finite(node, op, g, cotangent)
                add(inputs[i], cotangent, g)
        return {x: self.result(x) for x in targets if needed is None or x in self.cotangents}

    def apply_pullbacks(self, node: Node, inputs: tuple[Any, ...], wanted: list[tuple[int, Rule]], g: Any) -> list[Any]:
        return node.apply_pullbacks(wanted, g)

    def operands(self, inputs: tuple[Any, ...]) -> Sequence[Any]:
        """Inputs of an op as the numbers or nodes of this sweep."""
        return [x._data if isinstance(x, Node) else x for x in inputs]

    def is_small_read(self, node: Any, inputs: tuple[Any, ...], needed: set[Node] | None) -> bool:
        """True if `node` reads a few entries of a large array: its pullback alone would make an array of zeros."""
        x = inputs[0]
        if not isinstance(x, Node) or not x.requires_grad or (needed is not None and x not in needed):
            return False
        return _SMALL * max(1, np.size(node._data)) < np.size(x._data)

    def join_reads(self, x: Node) -> Any:
        """Cotangent of x from all its small reads: one `put` of the joined cotangents, which add up newest first."""
        reads, shape = self.reads.pop(x), np.shape(x._data)
        places = concatenate(flat_places([index for index, _ in reads], shape))
        joined = concatenate([reshape(widen(g), -1) for _, g in reads])
        return x.match_shape_and_dtype(reshape(put(joined, places, np.size(x._data)), shape), put)

    def add(self, x: Node, cotangent: Any, source: Any) -> None:
        """Add to the cotangent of x, in place if x owns the array; `cotangent` may be a view of `source`."""
        before = self.cotangents.get(x)
        if before is None:
            self.cotangents[x] = cotangent
            if cotangent is not source and getattr(cotangent, "base", source) is None:
                self.owned.add(x)
        elif x in self.owned:
            before += cotangent
            self.cotangents[x] = before
        else:
            self.cotangents[x] = before + cotangent
            self.owned.add(x)

    def result(self, x: Node) -> Any:
        """Cotangent of x in memory that is not shared; zeros if each path from an output has derivative zero."""
        cotangent = self.cotangents.get(x)
        if cotangent is None:
            return 0.0 if isinstance(x._data, float) else np.zeros_like(x._data)
        if is_half(x):
            return _in_dtype_of(x, cotangent)
        return cotangent.copy() if isinstance(cotangent, np.ndarray) and x not in self.owned else cotangent


class _RecordedSweep(_Sweep):
    """Sweep on nodes, recorded as the backward graph."""

    def apply_pullbacks(self, node: Node, inputs: tuple[Any, ...], wanted: list[tuple[int, Rule]], g: Any) -> list[Any]:
        op, params = node.op, node.params
        arguments = op.pullback_arguments(g, node, inputs, params)  # type: ignore[union-attr]
        return [inputs[i].match_shape_and_dtype(pullback(*arguments, **params), op) for i, pullback in wanted]

    def operands(self, inputs: tuple[Any, ...]) -> Sequence[Any]:
        return inputs

    def add(self, x: Node, cotangent: Any, source: Any) -> None:
        before = self.cotangents.get(x)
        self.cotangents[x] = cotangent if before is None else before + cotangent

    def result(self, x: Node) -> Any:
        return _in_dtype_of(x, self.cotangents[x])


def _in_dtype_of(x: Node, cotangent: Any) -> Any:
    """Cotangent of x, which is summed in float32 for 16-bit floats, in the dtype of x, as another array if that is new."""
    return cotangent.astype(x._data.dtype) if is_half(x) else cotangent


def _nodes_depending_on(targets: set[Node], order: Links) -> set[Node]:
    """Nodes that depend on a target: only these need a cotangent."""
    needed = set(targets)
    for node, inputs in reversed(order.items()):
        for x in inputs:
            if isinstance(x, Node) and x in needed:
                needed.add(node)
                break
    return needed
