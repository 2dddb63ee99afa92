"""Reverse sweep over a graph of Values, with the local derivatives that they store."""

from typing import Any

from autograd.engine.graph import by_serial, check_leaf_unchanged, set_gradients
from autograd.ops.rules.shape import lower
from autograd.support.likely_mistakes import follow_gradients, used_gradients


class TensorFoundError(Exception):
    """Raised if a graph of Values contains a Tensor, so that this sweep does not apply."""


def collect_graph(y: Any) -> tuple[list[Any], list[Any], list[float]]:
    """Computed nodes that y depends on, leaves, and the gradients of the leaves; the `.grad` of all these nodes is 0 then.

    Fast version of `graph.newest_first`, without the sort, and `graph.check_unchanged`.

    Raises:
        RuntimeError: If a leaf changed after its use; then no gradient changes
        TensorFoundError: If y depends on a Tensor; likewise
    """
    if y.op is None:
        return [], [y], [y.grad]
    order, before = [y], [y.grad]
    leaves: list[Any] = []
    of_leaves: list[float] = []
    try:
        _search(y, order, before, leaves, of_leaves)
    except BaseException:
        set_gradients(order, before)
        set_gradients(leaves, of_leaves)
        raise
    return order, leaves, of_leaves


def _search(y: Any, order: list[Any], before: list[float], leaves: list[Any], of_leaves: list[float]) -> None:  # noqa: C901  (a hot loop)
    """Find the nodes that y depends on; one is known if its `.grad` is the zero of this search, which is faster than a set."""
    y.grad = zero = float("0")  # an object of its own
    stack = [y]
    see, keep, push, pop = order.append, before.append, stack.append, stack.pop
    while stack:
        node = pop()
        while node is not None:  # along one input; the others wait
            serial, x, other = node.serial, node._a, node._b
            following = None
            if other is not None:
                if other.serial > serial:
                    check_leaf_unchanged(node, other)
                if (g := other.grad) is not zero:
                    if other.op is None:
                        leaves.append(other)
                        of_leaves.append(g)
                    else:
                        see(other)
                        keep(g)
                        following = other
                    other.grad = zero
            elif x is None:  # an op of more than two inputs, one without a derivative, or `lower`
                if node.op is lower:
                    raise TensorFoundError
                for several, _ in node._pairs:
                    if several is not None:
                        if several.serial > serial:
                            check_leaf_unchanged(node, several)
                        if (g := several.grad) is not zero:
                            if several.op is None:
                                leaves.append(several)
                                of_leaves.append(g)
                            else:
                                see(several)
                                keep(g)
                                push(several)
                            several.grad = zero
            if x is not None:
                if x.serial > serial:
                    check_leaf_unchanged(node, x)
                if (g := x.grad) is not zero:
                    if x.op is None:
                        leaves.append(x)
                        of_leaves.append(g)
                    else:
                        see(x)
                        keep(g)
                        if following is None:
                            following = x
                        else:
                            push(x)
                    x.grad = zero
            node = following


def sweep(y: Any, order: list[Any], leaves: list[Any], before: list[float]) -> None:
    """Reverse sweep from y with the stored local derivatives: a fast version of `reverse_mode.pull_back`.

    Cotangents add up in `.grad`, which `collect_graph` has set to 0, so the caller holds `gradient_lock`. An exception that
    ends the sweep changes no leaf.
    """
    try:
        order.sort(key=by_serial, reverse=True)
        y.grad = 1.0  # also if it is a leaf
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
