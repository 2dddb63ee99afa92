"""Reverse sweep over a graph of Values, with the local derivatives that they store."""

from typing import Any

from autograd.engine.graph import by_serial, check_leaf_unchanged, set_gradients
from autograd.ops.rules.shape import lower
from autograd.support.likely_mistakes import follow_gradients, used_gradients


class TensorFoundError(Exception):
    """Raised if a graph of Values contains a Tensor, so that this sweep does not apply."""


def collect_graph(y: Any) -> tuple[list[Any], list[Any]]:  # noqa: C901  (a hot loop)
    """Computed nodes that y depends on, and leaves; raises if a leaf changed.

    Fast version of `graph.newest_first`, without the sort, and `graph.check_unchanged`.

    Raises:
        TensorFoundError: If y depends on a Tensor
    """
    order: list[Any] = []
    leaves: list[Any] = []
    seen = {y}
    stack = [y]
    pop, push, see = stack.pop, stack.append, seen.add
    while stack:
        node = pop()
        if node.op is None:
            leaves.append(node)
            continue
        order.append(node)
        serial, x, other = node.serial, node._a, node._b
        if x is not None:
            if x.serial > serial:
                check_leaf_unchanged(node, x)
            if x not in seen:
                see(x)
                push(x)
        if other is not None:
            if other.serial > serial:
                check_leaf_unchanged(node, other)
            if other not in seen:
                see(other)
                push(other)
        elif x is None:  # an op of more than two inputs, one without a derivative, or `lower`
            if node.op is lower:
                raise TensorFoundError
            for x, _ in node._pairs:
                if x is not None:
                    if x.serial > serial:
                        check_leaf_unchanged(node, x)
                    if x not in seen:
                        see(x)
                        push(x)
    return order, leaves


def sweep(y: Any, order: list[Any], leaves: list[Any]) -> None:
    """Reverse sweep from y with the stored local derivatives: a fast version of `reverse_mode.pull_back`.

    Cotangents add up in `.grad`, so the caller holds `gradient_lock`. An exception that ends the sweep changes no leaf.
    """
    order.sort(key=by_serial, reverse=True)
    for node in order:
        node.grad = 0.0
    before = [leaf.grad for leaf in leaves]
    try:
        for leaf in leaves:
            leaf.grad = 0.0
        y.grad = 1.0
        for node in order:
            g = node.grad
            x = node._a
            if x is not None:
                x.grad += g * node._p
                x = node._b
                if x is not None:
                    x.grad += g * node._q
            elif node._b is not None:
                node._b.grad += g * node._q
            elif node.op.arity > 2:
                for x, derivative in node._pairs:
                    if x is not None:
                        x.grad += g * derivative
        # Add a whole sweep at once, so that two sweeps give exactly twice one.
        totals = [old + x.grad if x.requires_grad else old for x, old in zip(leaves, before, strict=True)]
        if any(before) and used_gradients:
            follow_gradients(leaves, before, totals)
        set_gradients(leaves, totals)
    except BaseException:
        set_gradients(leaves, before)
        raise
