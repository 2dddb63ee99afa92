"""The largest, the smallest, and the product over axes."""

from typing import Any

from autograd.op import Prepare, general
from autograd.rules.indexing import flip
from autograd.rules.linear import reshape, sum, transpose, unreduced
from autograd.rules.scans import cumprod, shifted
from autograd.rules.shapes import Call, Shape, axes_of, count, over_axes, shape_of


def _over_some(name: str) -> Prepare:
    """The call of a reduction that has no value over no entries."""

    def prepare(x: Any, axis: Any = None, keepdims: bool = False) -> Call:
        shape = shape_of(x)
        axes = axes_of(name, axis, shape)
        if not count(shape, axes):
            raise ValueError(f"{name}: shape {shape} has no entries along axis {axis!r}, so there is none to choose")
        return (x,), {"axis": axes, "keepdims": bool(keepdims)}

    return prepare


def _chosen(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ to the entries equal to y, shared equally between ties; to the NaNs if y is one."""
    chosen = (x == unreduced(y, x, axis)) | (x != x)
    return unreduced(g, x, axis) * (chosen / sum(chosen, axis, keepdims=True))


@general(_chosen, prepare=_over_some("max"))
def max(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """The largest entry over `axis`; NaN if one is NaN. Ties share the derivative equally.

        y = max x

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises  ValueError  if there are no entries
    >>> float(max([1.0, 3.0, 3.0]))
    3.0
    """
    return xp.max(x, axis=axis, keepdims=keepdims)


@general(_chosen, prepare=_over_some("min"))
def min(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """The smallest entry over `axis`; NaN if one is NaN. Ties share the derivative equally.

        y = min x

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises  ValueError  if there are no entries
    >>> float(min([1.0, 3.0, 1.0]))
    1.0
    """
    return xp.min(x, axis=axis, keepdims=keepdims)


def _prod_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ times the product of the other entries, computed as such: y/x would fail at zeros."""
    shape = shape_of(x)
    order = (*(i for i in range(len(shape)) if i not in axis), *axis)
    lengths = tuple(shape[i] for i in order)
    rows = reshape(transpose(x, order), (*lengths[: len(shape) - len(axis)], count(shape, axis)))
    others = transpose(reshape(products_of_others(rows), lengths), [order.index(i) for i in range(len(shape))])
    return unreduced(g, x, axis) * others


def products_of_others(x: Any) -> Any:
    """For each entry along the last axis, the product of all the others: of those before it times of those after it.

        y[i] = Π_{j ≠ i} x[j]

    >>> products_of_others([0.0, 2.0, 3.0]).tolist()
    [6.0, 0.0, 0.0]
    """
    last = len(shape_of(x)) - 1
    before = shifted(cumprod(x, last), 1, 1, last)
    after = flip(shifted(cumprod(flip(x, last), last), 1, 1, last), last)
    return before * after


@general(_prod_pullback, symbol="Π", prepare=over_axes("prod"))
def prod(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Product over `axis`; 1 over no entries. The derivative is exact at zeros too.

        y = Π x

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    >>> float(prod([2.0, 3.0, 4.0]))
    24.0
    """
    return xp.prod(x, axis=axis, keepdims=keepdims)
