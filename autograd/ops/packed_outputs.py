"""Ops with several outputs: the tuple of outputs is one flat array, so every reader of a graph of arrays can read it."""

import functools
import itertools
import math
from typing import Any

from autograd.ops.namespaces import numpy
from autograd.ops.op import Op, Rule
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.shape import astype, reshape
from autograd.support.lazy_numpy import np

#: Type of the tuple, and shape and dtype of each output.
Layout = tuple[type, tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]]


def pack(op: Op, outputs: tuple[Any, ...]) -> tuple["PackedOp", Any]:
    """Op that computes `outputs` of `op` as one flat array, and that array."""
    arrays = [np.asarray(x) for x in outputs]
    for i, x in enumerate(arrays):
        if x.dtype.kind != "f":
            raise TypeError(f"output {i} of {op.name} must be floating-point, got {x.dtype}: convert it with .astype(float)")
    packed = _packed_op(op, (type(outputs), tuple((x.shape, x.dtype) for x in arrays)))
    return packed, _flatten(numpy, outputs)


@functools.lru_cache(maxsize=1024)  # equal calls have the same op, so that a tape computes them once
def _packed_op(op: Op, layout: Layout) -> "PackedOp":
    return PackedOp(op, layout)


class PackedOp(Op):
    """Op whose result is the concatenation of all outputs of another op, flattened."""

    def __init__(self, op: Op, layout: Layout) -> None:
        self.layout = layout
        pullbacks = tuple([p and self._pullback(p) for p in op.pullbacks])
        kind = "general" if op.kind == "elementwise" else op.kind
        super().__init__(_flat_rule(op.forward), pullbacks, kind, op.symbol, op.smooth_on)
        self.is_custom = True

    def unpack(self, flat: Any) -> Any:
        """Tuple of the outputs in a flat array or node."""
        kind, parts = self.layout
        ends = itertools.accumulate((math.prod(shape) for shape, _ in parts), initial=0)
        outputs = []
        for (start, end), (shape, dtype) in zip(itertools.pairwise(ends), parts, strict=True):
            part = getitem(flat, slice(start, end))
            part = part if part.shape == shape else reshape(part, shape)
            outputs.append(part if part.dtype == dtype else astype(part, dtype))
        return kind(*outputs) if hasattr(kind, "_fields") else kind(outputs)

    def _pullback(self, pullback: Rule) -> Rule:
        @functools.wraps(pullback)
        def rule(g: Any, y: Any, /, *inputs: Any, **params: Any) -> Any:
            return pullback(self.unpack(g), self.unpack(y), *inputs, **params)

        return rule


def _flatten(xp: Any, outputs: Any) -> Any:
    return xp.concatenate([xp.reshape(xp.asarray(x), (-1,)) for x in outputs])


def _flat_rule(forward: Rule) -> Rule:
    @functools.wraps(forward)
    def rule(xp: Any, /, *inputs: Any, **params: Any) -> Any:
        return _flatten(xp, forward(xp, *inputs, **params))

    return rule
