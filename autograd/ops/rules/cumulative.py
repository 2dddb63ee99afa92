"""Cumulative sums and products along an axis."""

from typing import Any

from autograd.ops.op import general, linear
from autograd.ops.rules.axes import shape_of
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.joining import concatenate
from autograd.ops.rules.rearranging import flip
from autograd.ops.rules.shape import prepare_along_axis
from autograd.support.lazy_numpy import np


@linear(
    lambda g, y, x, axis: flip(cumsum(flip(g, axis), axis), axis),
    symbol="Σ…",
    prepare=prepare_along_axis("cumsum", None, of_numbers=True),
    kinds={"axis": "axis"},
)
def cumsum(xp: Any, x: Any, *, axis: int) -> Any:
    """Cumulative sum along `axis`, or of x flattened if it is None.

        y[i] = Σ_{j ≤ i} x[j]

    Shapes:
        x (…, n, …) -> y the same; (N,) if `axis` is None

    >>> cumsum([1.0, 2.0, 3.0]).tolist()
    [1.0, 3.0, 6.0]
    """
    return xp.cumsum(x, axis=axis)


def _cumprod_pullback(g: Any, y: Any, x: Any, axis: int) -> Any:
    """x̄[i] = y[i−1] r[i], where r[i] = ȳ[i] + x[i+1] r[i+1]: without division, hence exact at zeros.

    The recurrence is solved by doubling k in r[i] = b[i] + a[i] r[i+k], in log n passes.

    Source:
        Hillis & Steele, Commun. ACM 29(12), 1986
    """
    a, r, k = shift_entries(x, -1, 0, axis), g, 1
    while k < shape_of(x)[axis]:
        r = r + a * shift_entries(r, -k, 0, axis)
        a = a * shift_entries(a, -k, 0, axis)
        k *= 2
    return shift_entries(y, 1, 1, axis) * r


@general(_cumprod_pullback, symbol="Π…", prepare=prepare_along_axis("cumprod", None, of_numbers=True), kinds={"axis": "axis"})
def cumprod(xp: Any, x: Any, *, axis: int) -> Any:
    """Cumulative product along `axis`, or of x flattened if it is None; its derivative is exact at zeros too.

        y[i] = Π_{j ≤ i} x[j]

    Shapes:
        x (…, n, …) -> y the same; (N,) if `axis` is None

    >>> cumprod([1.0, 2.0, 3.0]).tolist()
    [1.0, 2.0, 6.0]
    """
    return xp.cumprod(x, axis=axis)


def shift_entries(x: Any, places: int, fill: float, axis: int) -> Any:
    """x shifted by `places` along `axis`, to lower indices if negative; `fill` goes into the gap.

    >>> shift_entries(np.array([1.0, 2.0, 3.0]), 1, 9, 0).tolist()
    [9.0, 1.0, 2.0]
    """
    shape = shape_of(x)
    n = shape[axis]
    gap = min(abs(places), n)
    filled = np.full((*shape[:axis], gap, *shape[axis + 1 :]), fill, x.dtype)
    kept = getitem(x, (slice(None),) * axis + (slice(0, n - gap) if places > 0 else slice(gap, n),))
    return concatenate([filled, kept] if places > 0 else [kept, filled], axis)
