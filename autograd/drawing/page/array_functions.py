"""Functions of forward rules on `ArrayScript`, under NumPy's names: moves, sums, products, and calls of `web/arrays.js`."""

import math
from collections.abc import Sequence
from typing import Any

from autograd.drawing.page.array_script import (
    ArrayScript,
    as_array,
    assign,
    contract,
    elementwise,
    new_array,
    whole,
    write_loop,
    writer_of,
)
from autograd.drawing.page.javascript import functions, script
from autograd.ops.rules.axes import Shape, normalize_axes, reduced_shape, shape_of
from autograd.ops.tracing import UnreadableRuleError
from autograd.support.lazy_numpy import np

#: Functions that only move entries.
_MOVES = frozenset({"reshape", "transpose", "matrix_transpose", "broadcast_to", "squeeze", "roll"})


def reduce(x: ArrayScript, axis: Any, keepdims: bool, fill: float, step: str) -> ArrayScript:
    """Array of a statement `step` on the result `y` and an entry `x`, for all entries over `axis`."""
    axes = normalize_axes("reduce", axis, x.shape)
    y = new_array(x.writer, reduced_shape(x.shape, axes), repr(script(fill)))
    write_loop(x.shape, [y, x], lambda out, entry: step.replace("$y", out).replace("$x", entry))
    return y.reshape(reduced_shape(x.shape, axes, keepdims))


def _reduction(fill: float, step: str) -> Any:
    def function(x: ArrayScript, axis: Any = None, keepdims: bool = False, initial: float | None = None) -> ArrayScript:
        return reduce(x, axis, keepdims, fill if initial is None else initial, step)

    return staticmethod(function)


def call(name: str, shape: Shape, *operands: ArrayScript, sizes: Shape) -> ArrayScript:
    """Array of `shape` that a function of `web/arrays.js` writes, from arrays in row-major order and sizes."""
    inputs = [whole(x) for x in operands]
    y = new_array(operands[0].writer, shape)
    y.writer.lines.append(f"A.{name}({', '.join([whole(y), *inputs, *map(str, sizes)])});")
    return y


def _along(name: str, axis: int, *operands: ArrayScript) -> ArrayScript:
    """Result of a function of `web/arrays.js` on the lines along an axis."""
    lines = [x.at(np.moveaxis(x.places, axis, -1)) for x in operands]
    n = lines[0].shape[-1]
    y = call(name, lines[0].shape, *lines, sizes=(lines[0].places.size // max(n, 1), n))
    return y.at(np.moveaxis(y.places, -1, axis))


class _Arrays:
    """Namespace of rules on `ArrayScript`, under NumPy's names."""

    abstract = True
    inf, nan = math.inf, math.nan

    sum = _reduction(0.0, "$y += $x")
    prod = _reduction(1.0, "$y *= $x")
    max = _reduction(-math.inf, "$y = A.maximum($y, $x)")
    min = _reduction(math.inf, "$y = A.minimum($y, $x)")

    def __getattr__(self, name: str) -> Any:
        if name in _MOVES:
            return lambda x, *args, **options: x.at(getattr(np, name)(x.places, *args, **options))
        scalar = getattr(functions, name)
        return lambda *operands: elementwise(scalar, *operands)

    @staticmethod
    def asarray(x: Any, dtype: Any = None) -> Any:
        return x if dtype is None else x.astype(dtype)

    @staticmethod
    def ones_like(x: ArrayScript) -> Any:
        return np.ones(x.shape)

    @staticmethod
    def frexp(x: ArrayScript) -> Any:
        return None, elementwise(functions.exponent, x)

    @staticmethod
    def pick(x: ArrayScript, places: Any) -> ArrayScript:
        if isinstance(places, ArrayScript):  # labels that are a leaf
            chosen = arrays.where(places[:, None] == np.arange(x.shape[1]), x, 0.0)
            return arrays.sum(chosen, axis=1, keepdims=True)
        return x[np.arange(len(places)), places, None]

    @staticmethod
    def concatenate(parts: Sequence[Any], axis: int) -> ArrayScript:
        writer = writer_of(parts)
        inputs = [as_array(p, writer) for p in parts]
        lengths = list(inputs[0].shape)
        lengths[axis] = sum(p.shape[axis] for p in inputs)
        y = new_array(writer, tuple(lengths))
        ends = np.cumsum([p.shape[axis] for p in inputs])
        for part, places in zip(inputs, np.split(y.places, ends[:-1], axis), strict=True):
            assign(y.at(places), part)
        return y

    @staticmethod
    def put(x: ArrayScript, index: Any, shape: Shape) -> ArrayScript:
        y = new_array(x.writer, shape, "0")
        assign(y[index], x, "+=")
        return y

    @staticmethod
    def cumsum(x: ArrayScript, axis: int) -> ArrayScript:
        return _accumulate(x, axis, "+")

    @staticmethod
    def cumprod(x: ArrayScript, axis: int) -> ArrayScript:
        return _accumulate(x, axis, "*")

    @staticmethod
    def matmul(a: Any, b: Any) -> ArrayScript:
        left, right = (as_array(x, writer_of([a, b])) for x in (a, b))
        rows, columns = left.ndim > 1, right.ndim > 1
        left, right = left if rows else left[None], right if columns else right[:, None]
        batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
        n = len(batch)
        lengths = (*batch, left.shape[-2], left.shape[-1], right.shape[-1])
        terms = [[*range(n - x.ndim + 2, n), n + i, n + i + 1] for i, x in enumerate((left, right))]
        y = contract(terms, [*range(n), n, n + 2], lengths, left, right)
        return y if rows and columns else y[(..., *[slice(None) if kept else 0 for kept in (rows, columns)])]

    @staticmethod
    def einsum(subscripts: str, *operands: Any, **options: Any) -> ArrayScript:
        left, _, output = subscripts.partition("->")
        terms = left.split(",")
        lengths = {a: n for term, x in zip(terms, operands, strict=True) for a, n in zip(term, shape_of(x), strict=True)}
        letters = list(lengths)
        loops = [[letters.index(a) for a in term] for term in (*terms, output)]
        return contract(loops[:-1], loops[-1], tuple(lengths.values()), *operands)

    @staticmethod
    def convolve(a: Any, v: Any, mode: str) -> ArrayScript:
        left, right = (as_array(x, writer_of([a, v])) for x in (a, v))
        n, m = len(left), len(right)
        y = new_array(left.writer, (n + m - 1,), "0")
        spread = y[np.add.outer(np.arange(n), np.arange(m))]
        write_loop((n, m), [spread, left, right], lambda out, x, w: f"{out} += {x} * {w}", (0, 1), (0,), (1,))
        start, length = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n), "valid": (m - 1, n - m + 1)}[mode]
        return y[start : start + length]

    @staticmethod
    def argsort(x: ArrayScript, axis: int, stable: bool = True) -> ArrayScript:
        return _along("argsort", axis, x)

    @staticmethod
    def take_along_axis(x: Any, order: Any, axis: int) -> ArrayScript:
        writer = writer_of([x, order])
        return _along("permute", axis, as_array(x, writer), as_array(order, writer))

    def sort(self, x: ArrayScript, axis: int, stable: bool = True) -> ArrayScript:
        return self.take_along_axis(x, self.argsort(x, axis), axis)

    @property
    def linalg(self) -> "_Linalg":
        return _Linalg()


class _Linalg:
    """Linear algebra of stacks of matrices; other decompositions have no JavaScript."""

    def __getattr__(self, name: str) -> Any:
        raise UnreadableRuleError(f"the page has no function linalg.{name}")

    @staticmethod
    def solve(a: Any, b: Any) -> ArrayScript:
        left, right = (as_array(x, writer_of([a, b])) for x in (a, b))
        columns = right if right.ndim > 1 else right[:, None]
        n, m = columns.shape[-2:]
        batch = np.broadcast_shapes(left.shape[:-2], columns.shape[:-2])
        stacks = [x.at(np.broadcast_to(x.places, (*batch, *x.shape[-2:]))) for x in (left, columns)]
        y = call("solve", (*batch, n, m), *stacks, sizes=(math.prod(batch), n, m))
        return y if right.ndim > 1 else y[..., 0]

    def inv(self, x: ArrayScript) -> ArrayScript:
        return self.solve(x, np.broadcast_to(np.eye(x.shape[-1]), x.shape))

    @staticmethod
    def slogdet(x: ArrayScript) -> tuple[ArrayScript, ArrayScript]:
        *batch, n, _ = x.shape
        y = call("slogdet", (*batch, 2), x, sizes=(math.prod(batch), n))
        return y[..., 0], y[..., 1]

    @staticmethod
    def cholesky(x: ArrayScript) -> ArrayScript:
        return call("cholesky", x.shape, x, sizes=(math.prod(x.shape[:-2]), x.shape[-1]))


def _accumulate(x: ArrayScript, axis: int, sign: str) -> ArrayScript:
    y = new_array(x.writer, x.shape)
    front = (slice(None),) * axis
    first, before, after = ((*front, part) for part in (slice(0, 1), slice(0, -1), slice(1, None)))
    assign(y[first], x[first])
    operands = [y[after], y[before], x[after]]
    write_loop(operands[0].shape, operands, lambda out, total, entry: f"{out} = {total} {sign} {entry}")
    return y


arrays = _Arrays()
