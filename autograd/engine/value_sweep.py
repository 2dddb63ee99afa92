"""Reverse sweep over a graph of Values, with the local derivatives that they store."""

from typing import Any

from autograd.engine.graph import by_serial, check_leaf_unchanged, set_gradients
from autograd.ops.rules.shape import lower
from autograd.support.likely_mistakes import follow_gradients, used_gradients


class TensorFoundError(Exception):
    """Raised if a graph of Values contains a Tensor, so that this sweep does not apply."""


def sweep(y: Any) -> None:
    """Reverse sweep from y with the stored local derivatives: a fast version of `reverse_mode.pull_back`.

    Cotangents add up in `.grad`, so the caller holds `gradient_lock`. An exception that ends the sweep changes no gradient.
    """
    known, before = [y], [y.grad]
    leaves: list[Any] = []
    of_leaves: list[float] = []
    try:
        if y.op is None:
            leaves, of_leaves = known, before
            y.grad = 1.0
        else:
            _search(y, known, before, leaves, of_leaves)
            _add_cotangents(y, sorted(known, key=by_serial, reverse=True))
        # Add a whole sweep at once, so that two sweeps give exactly twice one.
        totals = [_total(old, x.grad) if x.requires_grad else old for x, old in zip(leaves, of_leaves, strict=True)]
        if any(of_leaves) and used_gradients:
            follow_gradients(leaves, of_leaves, totals)
        set_gradients(leaves, totals)
    except BaseException:
        set_gradients(known, before)
        set_gradients(leaves, of_leaves)
        raise


def _total(old: float | None, gradient: float) -> float:
    """Sum of gradients; None, as in PyTorch, is 0."""
    return gradient if old is None else old + gradient


def _search(y: Any, known: list[Any], before: list[float], leaves: list[Any], of_leaves: list[float]) -> None:  # noqa: C901  (a hot loop)
    """Find the nodes that y depends on, as `graph.newest_first` and `check_unchanged` do, and set their `.grad` to 0.

    A node is known if its `.grad` is the zero of this search, a new object, which takes less time than a set.
    """
    y.grad = zero = float("0")
    stack = [y]
    see, keep, push, pop = known.append, before.append, stack.append, stack.pop
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
            elif x is None:  # an op with parameters or more inputs, one without a derivative, or `lower`
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


def _add_cotangents(y: Any, order: list[Any]) -> None:
    """Add up the cotangents of all nodes in their `.grad`, which is 0 before."""
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
        elif node._p.__class__ is tuple:  # an op with parameters, or of more than two inputs
            for x, derivative in node._p[0]:
                if x is not None:
                    x.grad += g * derivative
