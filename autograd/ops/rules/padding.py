"""Padding of arrays."""

import math
from typing import Any, Literal, get_args

from autograd.ops.rules.axes import array_function, shape_of
from autograd.ops.rules.indexing import getitem, put
from autograd.ops.rules.selection import where
from autograd.ops.rules.shape import reshape
from autograd.support.lazy_numpy import np
from autograd.support.validation import check_choice

#: Constants, or copies of entries of x, in the border.
PadMode = Literal["constant", "edge", "reflect", "symmetric", "wrap"]


@array_function
def pad(x: Any, pad_width: Any, mode: PadMode = "constant", *, constant_values: Any = 0) -> Any:
    """x padded with constants, or with copies of its entries.

        y[before + i] = x[i]

    `pad_width` is one number for all sides, a pair (before, after) for all axes, or a pair for each axis. The modes are
    NumPy's: "constant", with `constant_values` in the form of `pad_width`; "edge", "reflect", "symmetric" and "wrap".

    Shapes:
        x (…, n, …) -> y (…, before + n + after, …)
    Raises:
        ValueError: For another mode, and for widths that are negative or do not match the shape

    >>> pad([1.0, 2.0, 3.0], 1).tolist(), pad([1.0, 2.0, 3.0], (0, 2), "reflect").tolist()
    ([0.0, 1.0, 2.0, 3.0, 0.0], [1.0, 2.0, 3.0, 2.0, 1.0])
    """
    shape = shape_of(x)
    check_choice("pad: mode", mode, get_args(PadMode))
    try:
        outside = np.pad(np.zeros(shape, bool), pad_width, constant_values=True)
        widths = np.broadcast_to(np.asarray(pad_width, int), (len(shape), 2))
        if mode != "constant":
            places = np.arange(math.prod(shape)).reshape(shape)
            return getitem(reshape(x, -1), np.pad(places, pad_width, mode))
    except (ValueError, TypeError) as error:
        raise ValueError(f"pad: shape {shape} with pad_width {pad_width!r}, mode {mode!r}: {error}") from None
    inside = tuple(slice(before, before + n) for (before, _), n in zip(widths.tolist(), shape, strict=True))
    y = put(x, inside, outside.shape)
    if not np.any(constant_values):
        return y
    return where(outside, np.pad(np.zeros(shape, y.dtype), pad_width, constant_values=constant_values), y)
