"""Sorting along an axis, and permutations."""

from typing import TYPE_CHECKING, Any

from autograd.ops.op import general
from autograd.ops.rules.axes import PreparedCall, is_axis_of_number, normalize_axis, shape_of
from autograd.ops.rules.shape import prepare_along_axis

if TYPE_CHECKING:
    from autograd.ops import signatures


def _sort_pullback(g: Any, y: Any, x: Any, axis: int) -> Any:
    """ȳ permuted by the inverse of the permutation that sorts x."""
    return permute(g, argsort(argsort(x, axis), axis), axis)


@general(None, prepare=prepare_along_axis("argsort", -1), kinds={"axis": "axis"})
def argsort(xp: Any, x: Any, *, axis: int) -> Any:
    """Indices that sort x along `axis`, or x flattened if it is None; equal entries keep their order.

        y = argsort x,   x[y₀] ≤ x[y₁] ≤ …

    Shapes:
        x (…, n, …) -> y the same, integers; (N,) if `axis` is None

    >>> argsort([3.0, 1.0, 2.0]).tolist()
    [1, 2, 0]
    """
    return xp.argsort(x, axis=axis, stable=True)


def _prepare_position(name: str) -> "signatures.PrepareReduction":
    def prepare(x: Any, axis: Any = None, keepdims: bool = False) -> PreparedCall:
        shape = shape_of(x)
        flat = axis is None or is_axis_of_number(axis, shape)
        return (x,), {"axis": None if flat else (normalize_axis(name, axis, shape),), "keepdims": bool(keepdims)}

    return prepare


@general(None, prepare=_prepare_position("argmax"), kinds={"axis": "axis"})
def argmax(xp: Any, x: Any, *, axis: tuple[int] | None, keepdims: bool) -> Any:
    """Position of the largest entry along `axis`, the first of equal ones, or in x flattened if `axis` is None.

        y = min {i : xᵢ = max x}

    Shapes:
        x (…, n, …) -> y (…, …) integers, or (…, 1, …) if keepdims

    >>> argmax([[1.0, 3.0], [2.0, 0.0]], axis=1).tolist()
    [1, 0]
    """
    return xp.argmax(x, axis=axis and axis[0], keepdims=keepdims)


@general(None, prepare=_prepare_position("argmin"), kinds={"axis": "axis"})
def argmin(xp: Any, x: Any, *, axis: tuple[int] | None, keepdims: bool) -> Any:
    """Position of the smallest entry along `axis`, the first of equal ones, or in x flattened if `axis` is None.

        y = min {i : xᵢ = min x}

    Shapes:
        x (…, n, …) -> y (…, …) integers, or (…, 1, …) if keepdims

    >>> argmin([[1.0, 3.0], [2.0, 0.0]], axis=1).tolist()
    [0, 1]
    """
    return xp.argmin(x, axis=axis and axis[0], keepdims=keepdims)


@general(
    lambda g, y, x, order, axis: permute(g, argsort(order, axis), axis),
    None,
    symbol="P",
    prepare=lambda x, order, axis: ((x, order), {"axis": normalize_axis("permute", axis, shape_of(x))}),
    kinds={"axis": "axis"},
)
def permute(xp: Any, x: Any, order: Any, *, axis: int) -> Any:
    """x permuted along `axis`, with one permutation for each line of x.

        y[i, j] = x[i, order[i, j]]

    Shapes:
        x and order (…, n, …) -> y the same

    >>> permute([5.0, 6.0, 7.0], [2, 0, 1], 0).tolist()
    [7.0, 5.0, 6.0]
    """
    return xp.take_along_axis(x, order, axis)


@general(_sort_pullback, prepare=prepare_along_axis("sort", -1), kinds={"axis": "axis"})
def sort(xp: Any, x: Any, *, axis: int) -> Any:
    """x sorted along `axis`, or flattened and sorted if it is None; equal entries keep their order.

        y = P x,  P a permutation

    Shapes:
        x (…, n, …) -> y the same; (N,) if `axis` is None

    >>> sort([3.0, 1.0, 2.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    return xp.sort(x, axis=axis, stable=True)
