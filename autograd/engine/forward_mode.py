"""Forward mode, derived from the pullbacks and the kind of each op.

elementwise   ẏ = Σᵢ pullbackᵢ(ẋᵢ)          the Jacobian is diagonal, hence equal to its transpose
linear        ẏ = f(ẋ)
bilinear      ẏ = f(ȧ, b) + f(a, ḃ)
general       ẏ = ∂⟨pullback(u), ẋ⟩/∂u        the transpose of the transpose
"""

from typing import Any

from autograd.base.grad_mode import recording
from autograd.base.numerics import quiet
from autograd.engine.graph import check_unchanged, newest_first
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.tensor import Tensor
from autograd.ops.op import Op
from autograd.ops.rules.shape import broadcast_to
from autograd.support.lazy_numpy import np


def push_forward(outputs: list[Node], tangents: dict[Node, Node]) -> list[Node | None]:
    """Tangents of `outputs`, nodes, from those of other nodes, ẏ = Σ ∂y/∂x ẋ; None for outputs that depend on none.

    Source:
        Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 3.1
    """
    order = newest_first(outputs)
    check_unchanged(order)
    known = dict(tangents)
    with recording(), quiet():
        for y in reversed(order):
            if y.requires_grad and y not in known and y.op is not None:
                pullbacks = y.op.pullbacks_of(y.inputs)
                positions = [i for i, x in enumerate(y.inputs) if isinstance(x, Node) and x in known and pullbacks[i]]
                if positions:
                    known[y] = _broadcast_tangent(_node_tangent(y, y.op, positions, known), y)
    return [known.get(y) for y in outputs]


def _node_tangent(y: Node, op: Op, positions: list[int], tangents: dict[Node, Node]) -> Any:
    """Tangent of y from the tangents of its inputs at `positions`."""
    inputs, params = y.inputs, y.params
    by_input = {i: tangents[inputs[i]] for i in positions}
    if op.kind == "elementwise":
        return _sum([op.apply_pullback(i, _broadcast_tangent(t, y), y, inputs, params) for i, t in by_input.items()])
    if op.kind == "linear":
        pullbacks = op.pullbacks_of(inputs)  # None for an index, of which the map is not linear
        filled = [by_input[i] if i in by_input else _zero_tangent(x) if pullbacks[i] else x for i, x in enumerate(inputs)]
        return y.record(op, tuple(filled), params)
    if op.kind == "bilinear":
        return _sum([y.record(op, (*inputs[:i], t, *inputs[i + 1 :]), params) for i, t in by_input.items()])
    u = Tensor(np.zeros(y._data.shape, y._data.dtype), requires_grad=True)
    pairs = [(inputs[i].match_shape_and_dtype(op.apply_pullback(i, u, y, inputs, params), op), t) for i, t in by_input.items()]
    product = _sum([(p * t).sum() for p, t in pairs])
    found = pull_back([product], [Tensor(np.ones((), product.dtype))], wanted=[u], record=True)
    if u not in found:
        raise TypeError(
            f"forward mode of {op.name} needs a pullback that depends on its first parameter, the cotangent, by operators and "
            "ops of autograd: multiply by the cotangent itself, not by its NumPy array"
        )
    return found[u]


def _broadcast_tangent(tangent: Any, y: Node) -> Any:
    """Tangent broadcast to the shape of y and converted to its dtype."""
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
