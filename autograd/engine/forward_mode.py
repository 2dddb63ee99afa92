"""Forward mode, derived from what kind of op each node is: there is no second table of derivatives.

elementwise   ẏ = Σᵢ pullbackᵢ(ẋᵢ)          the Jacobian is diagonal, so it is its own transpose
linear        ẏ = f(ẋ)
bilinear      ẏ = f(ȧ, b) + f(a, ḃ)
general       ẏ = ∂⟨pullback(u), ẋ⟩/∂u        the transpose of the transpose
"""

from typing import Any

import numpy as np

from autograd.base.grad_mode import recording
from autograd.engine.graph import check_unchanged, newest_first
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.tensor import Tensor
from autograd.ops.op import Op
from autograd.ops.rules.shape import broadcast_to


def push_forward(outputs: list[Node], tangents: dict[Node, Node]) -> list[Node | None]:
    """The tangents of `outputs`, from those of the nodes in `tangents`; None where an output does not depend on them.

        ẏ = Σ ∂y/∂x ẋ

    Tangents are nodes, and so are the results.

    Source:
        Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 3.1
    """
    order = newest_first(outputs)
    check_unchanged(order)
    found = dict(tangents)
    with recording(), np.errstate(all="ignore"):
        for y in reversed(order):
            if y not in found and y.op is not None:
                moving = [i for i, x in enumerate(y.inputs) if isinstance(x, Node) and x in found]
                if moving:
                    found[y] = _broadcast_tangent(_node_tangent(y, y.op, moving, found), y)
    return [found.get(y) for y in outputs]


def _node_tangent(y: Node, op: Op, moving: list[int], tangents: dict[Node, Node]) -> Any:
    """The tangent of y from those of its inputs at the positions `moving`."""
    inputs, params = y.inputs, y.params
    moved = {i: tangents[inputs[i]] for i in moving}
    if op.kind == "elementwise":
        return _sum([op.apply_pullback(i, _broadcast_tangent(t, y), y, inputs, params) for i, t in moved.items()])
    if op.kind == "linear":
        still = [moved[i] if i in moved else _zero_tangent(x) for i, x in enumerate(inputs)]
        return y.record(op, tuple(still), params)
    if op.kind == "bilinear":
        return _sum([y.record(op, (*inputs[:i], t, *inputs[i + 1 :]), params) for i, t in moved.items()])
    u = Tensor(np.zeros(y._data.shape, y._data.dtype), requires_grad=True)
    pulled = [(inputs[i].match_shape_and_dtype(op.apply_pullback(i, u, y, inputs, params), op), t) for i, t in moved.items()]
    product = _sum([(p * t).sum() for p, t in pulled])
    return pull_back([product], [Tensor(np.ones((), product.dtype))], wanted=[u], record=True)[u]


def _broadcast_tangent(tangent: Any, y: Node) -> Any:
    """A tangent brought to y's shape: an input that was broadcast moves all of its copies."""
    if isinstance(y, Tensor):
        tangent = tangent if isinstance(tangent, Tensor) else Tensor(np.asarray(tangent, y.dtype))
        tangent = tangent if tangent.shape == y.shape else broadcast_to(tangent, y.shape)
        return tangent if tangent.dtype == y.dtype else tangent.astype(y.dtype)
    return tangent if isinstance(tangent, Node) else y.constant(tangent)


def _zero_tangent(x: Any) -> Any:
    data = x._data if isinstance(x, Node) else x
    return np.zeros_like(data)


def _sum(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
