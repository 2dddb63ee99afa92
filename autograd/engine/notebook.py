"""HTML of Values and Tensors for notebooks: numbers of small arrays as a table, of larger ones as a heat map."""

from __future__ import annotations

import struct
import zlib
from html import escape
from typing import Any

from autograd.support.lazy_numpy import NDArray, np
from autograd.support.text_table import folded, html_table, image_html

#: Most rows and columns of a table, and of cells of a heat map; pixels of a cell.
MOST, CELLS, PIXELS = 12, 64, 6

#: Colours of the lowest and the highest number of a heat map, for colour-blind people (Okabe & Ito 2008); 0 is white.
LOW, HIGH = (0, 114, 178), (213, 94, 0)


def node_html(node: Any) -> str:
    """HTML of a node: its name, its data and its gradient."""
    op = f", computed by {node.op.name}" if node.op else ", requires a gradient" if node.requires_grad else ", constant"
    name = f"{type(node).__name__} {node.label}".strip()
    if not isinstance(node._data, np.ndarray):
        return folded(name + op, html_table([["data", "grad"], [f"{node._data:.6g}", f"{node.grad:.6g}"]]))
    parts = [array_html(node._data, f"{name}: data")]
    if node._grad is not None:
        parts += ["<p>grad</p>", array_html(np.asarray(node._grad), f"{name}: gradient")]
    return folded(f"{name}, {node.shape} {node.dtype}{op}", "".join(parts))


def array_html(array: NDArray[Any], alt: str) -> str:
    """HTML of an array; the rows of an array of three or more axes are below each other."""
    if not array.size:
        return "<p>no entries</p>"
    rows = array.reshape(-1, array.shape[-1] if array.ndim else 1)
    if max(rows.shape) > MOST:
        return _heat_map(rows, alt) if array.dtype.kind in "fiub" else f"<pre>{escape(repr(array))}</pre>"
    lead = ["".join(f"[{i}]" for i in index) for index in np.ndindex(array.shape[:-1])]
    header = ["", *map(str, range(rows.shape[1]))] if array.ndim else ["", ""]
    return html_table([header, *([i, *map(_number, row)] for i, row in zip(lead, rows.tolist(), strict=True))])


def _number(x: Any) -> str:
    return f"{x:.4g}" if isinstance(x, float) else str(x)


def _heat_map(rows: NDArray[Any], alt: str) -> str:
    """Image of block means, relative to the largest absolute one; blocks that are not finite are black."""
    finite = rows[np.isfinite(rows)].astype(float)
    top = np.abs(finite).max(initial=0.0) or 1.0
    numbers = rows / top  # sums of blocks are finite
    for axis in (0, 1):
        step = -(-numbers.shape[axis] // CELLS)
        starts = np.arange(0, numbers.shape[axis], step)
        counts = np.diff([*starts, numbers.shape[axis]])
        with np.errstate(all="ignore"):
            numbers = np.add.reduceat(numbers, starts, axis=axis) / (counts[:, None] if axis == 0 else counts)
    known = np.isfinite(numbers)
    largest = np.abs(numbers[known]).max(initial=0.0) or 1.0  # less than 1 if blocks are larger than an entry
    share = np.where(known, numbers, 0.0)[..., None] / largest
    pixels = 255 + np.where(share > 0, np.subtract(HIGH, 255), np.subtract(LOW, 255)) * np.abs(share)
    pixels = np.where(known[..., None], pixels, 0).round().astype(np.uint8)
    image = image_html(_png(pixels.repeat(PIXELS, axis=0).repeat(PIXELS, axis=1)), "image/png", f"{alt} as a heat map")
    said = ""
    if finite.size:
        said = f"minimum {finite.min():.4g}, mean {(finite / top).mean() * top:.4g}, maximum {finite.max():.4g}; "
    said += f"{rows.size - finite.size} not finite, black; " * (finite.size < rows.size)
    return f"{image}<p>{said}orange above 0, blue below, full colour at ±{largest * top:.4g}</p>"


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """PNG of pixels (height, width, 3) (PNG, third edition, §5 and §11.2)."""
    height, width, _ = pixels.shape
    lines = np.insert(pixels.reshape(height, -1), 0, 0, axis=1)  # each line begins with its filter, none
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(x)) + kind + x + struct.pack(">I", zlib.crc32(kind + x)) for kind, x in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
