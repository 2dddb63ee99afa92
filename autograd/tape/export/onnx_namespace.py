"""Namespace of forward rules for ONNX: NumPy's names, as operators of ONNX or as compositions of them.

Compositions keep the relative accuracy of the function, except for erfc, which is 1 − erf.
"""

import math
from typing import Any

import numpy as np

from autograd.base.numerics import sinc_derivative
from autograd.ops.namespaces import has_no_duplicates
from autograd.ops.rules.axes import normalize_axes, reduced_shape
from autograd.ops.tracing import UnreadableRuleError
from autograd.tape.backends.call_tracer import Namespace, TracedArray
from autograd.tape.export.onnx_tracer import OnnxArray, OnnxTracer


class OnnxNamespace(Namespace):
    """Functions of the arrays of an ONNX graph."""

    abstract = True
    tracer: OnnxTracer

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        dtype = np.result_type(*[x.dtype if isinstance(x, TracedArray) else x for x in (a, b)])
        shape = np.broadcast_shapes(*[x.shape if isinstance(x, TracedArray) else np.shape(x) for x in (condition, a, b)])
        truth = self.tracer.name(condition, bool)
        return self.tracer.node("Where", [truth, self.tracer.name(a, dtype), self.tracer.name(b, dtype)], shape, dtype)

    def min(self, x: TracedArray, axis: Any, keepdims: bool) -> Any:
        return self._unless_nan(self.tracer.reduction("ReduceMin", x, axis, keepdims), x, axis, keepdims)

    def _unless_nan(self, y: TracedArray, x: TracedArray, axis: Any, keepdims: bool) -> Any:
        """y, and NaN where x has a NaN along the axes, which runtimes ignore."""
        if x.dtype.kind != "f":
            return y
        broken = self.tracer.cast(self.isnan(x), np.dtype(np.float32))
        return self.where(self.greater(self.tracer.reduction("ReduceMax", broken, axis, keepdims), 0.0), math.nan, y)

    def max(self, x: TracedArray, axis: Any, keepdims: bool, **initial: Any) -> Any:
        axes = normalize_axes("max", axis, x.shape)
        if 0 in [x.shape[a] for a in axes]:  # undefined in ONNX
            return self._array(np.full(reduced_shape(x.shape, axes, keepdims), initial["initial"], x.dtype))
        y = self.tracer.reduction("ReduceMax", x, axis, keepdims)
        if not initial:
            return self._unless_nan(y, x, axis, keepdims)
        return y if initial["initial"] == -math.inf else self.maximum(y, initial["initial"])

    def prod(self, x: TracedArray, axis: Any, keepdims: bool = False) -> Any:
        return self.tracer.reduction("ReduceProd", x, axis, keepdims)

    def all(self, x: TracedArray, axis: Any, keepdims: bool) -> Any:
        numbers = self.tracer.cast(x, np.dtype(np.int64))
        return self.equal(self.tracer.reduction("ReduceMin", numbers, axis, keepdims), 1)

    def copysign(self, number: float, x: TracedArray) -> Any:
        return self.where((x < 0.0) | (1.0 / x < 0.0), -abs(number), abs(number))

    def squeeze(self, x: TracedArray, axis: Any) -> Any:
        return x.reshape(tuple(n for i, n in enumerate(x.shape) if i not in axis))

    def concatenate(self, parts: Any, axis: int) -> Any:
        dtype = np.result_type(*[p.dtype for p in parts])
        shape = list(parts[0].shape)
        shape[axis] = sum(p.shape[axis] for p in parts)
        return self.tracer.node("Concat", [self.tracer.name(p, dtype) for p in parts], shape, dtype, axis=axis)

    def roll(self, x: TracedArray, shift: Any, axis: Any) -> Any:
        if axis is None:
            return self.roll(x.reshape((-1,)), (sum(shift),), (0,)).reshape(x.shape)
        for places, a in zip(shift, axis, strict=True):
            if x.shape[a] and places % x.shape[a]:
                front = (slice(None),) * a
                cut = x.shape[a] - places % x.shape[a]
                x = self.concatenate([x[(*front, slice(cut, None))], x[(*front, slice(None, cut))]], a)
        return x

    def put(self, x: TracedArray, index: Any, shape: tuple[int, ...]) -> Any:
        size = math.prod(shape)
        places = np.arange(size).reshape(shape)[index].astype(np.int64).reshape(-1, 1)
        operands = [np.zeros(size, x.dtype), places, x.reshape((-1,))]
        adding = {} if has_no_duplicates(index) else {"reduction": "add"}
        flat = self.tracer.node("ScatterND", [self.tracer.name(o) for o in operands], (size,), x.dtype, **adding)
        return flat.reshape(shape)

    def cumsum(self, x: TracedArray, axis: int) -> Any:
        return self.tracer.node("CumSum", [self.tracer.name(x), self.tracer.name(np.int64(axis))], x.shape, x.dtype)

    def sort(self, x: TracedArray, axis: int, stable: bool) -> Any:
        return self._sort(x, axis)[0]

    def argsort(self, x: TracedArray, axis: int, stable: bool) -> Any:
        return self._sort(x, axis)[1]

    def argmax(self, x: TracedArray, axis: int | None, keepdims: bool) -> Any:
        return self._position("ArgMax", x, axis, keepdims)

    def argmin(self, x: TracedArray, axis: int | None, keepdims: bool) -> Any:
        return self._position("ArgMin", x, axis, keepdims)

    def _position(self, operator: str, x: TracedArray, axis: int | None, keepdims: bool) -> Any:
        shape = reduced_shape(x.shape, normalize_axes(operator, axis, x.shape), keepdims)
        x = x.reshape((-1,)) if axis is None else x
        kept = reduced_shape(x.shape, (axis or 0,))
        return self.tracer.node(operator, [self.tracer.name(x)], kept, np.int64, axis=axis or 0).reshape(shape)

    def _sort(self, x: TracedArray, axis: int) -> tuple[Any, Any]:
        """(x sorted along an axis, former positions of its entries), in a stable order."""
        operands = [self.tracer.name(x), self.tracer.name(np.array([x.shape[axis]], np.int64))]
        values = self.tracer.node("TopK", operands, x.shape, x.dtype, axis=axis, largest=0, outputs=2)
        return values, self.tracer.array(f"{self.tracer.name(values)}.1", (x.shape, np.dtype(np.int64)))

    def take_along_axis(self, x: TracedArray, order: TracedArray, axis: int) -> Any:
        operands = [self.tracer.name(x), self.tracer.name(order, np.int64)]
        return self.tracer.node("GatherElements", operands, order.shape, x.dtype, axis=axis)

    def einsum(self, subscripts: str, *operands: TracedArray, optimize: bool) -> Any:
        left, _, output = subscripts.partition("->")
        terms = left.split(",")
        lengths = {letter: n for term, x in zip(terms, operands, strict=True) for letter, n in zip(term, x.shape, strict=True)}
        dtype = np.result_type(*[x.dtype for x in operands])
        names = [self.tracer.name(x, dtype) for x in operands]
        return self.tracer.node("Einsum", names, [lengths[a] for a in output], dtype, equation=subscripts)

    def convolve(self, a: TracedArray, v: TracedArray, mode: str) -> Any:
        (n,), (m,) = a.shape, v.shape
        dtype = np.result_type(a.dtype, v.dtype)
        before, after = {"full": (m - 1, m - 1), "valid": (0, 0), "same": (m // 2, (m - 1) // 2)}[mode]
        operands = [a.reshape((1, 1, n)), v[::-1].reshape((1, 1, m))]
        length = n + before + after - m + 1
        names = [self.tracer.name(o, dtype) for o in operands]
        return self.tracer.node("Conv", names, (1, 1, length), dtype, pads=[before, after]).reshape((length,))

    def matmul(self, a: TracedArray, b: TracedArray) -> Any:
        if a.ndim == 1:
            return self.squeeze(self.matmul(a[None, :], b), axis=(max(b.ndim - 2, 0),))
        if b.ndim == 1:  # some runtimes fuse products with vectors wrongly
            return self.squeeze(self.matmul(a, b[:, None]), axis=(a.ndim - 1,))
        return self.tracer.ufunc(np.matmul, a, b)

    @property
    def linalg(self) -> Any:
        return _Linalg(self.tracer)

    def erf(self, x: TracedArray) -> Any:
        return self.tracer.node("Erf", [self.tracer.name(x)], x.shape, x.dtype)

    def erfc(self, x: TracedArray) -> Any:
        return 1.0 - self.erf(x)

    def isfinite(self, x: TracedArray) -> Any:
        return ~(self.isnan(x) | self.isinf(x))

    def round(self, x: TracedArray, decimals: int) -> Any:
        if decimals:
            raise UnreadableRuleError("round to decimals")
        return self.rint(x)

    def trunc(self, x: Any) -> Any:
        return self.where(x < 0, self.ceil(x), self.floor(x))

    def fmod(self, a: Any, b: Any) -> Any:
        dtype = np.result_type(*[x.dtype if isinstance(x, TracedArray) else x for x in (a, b)])
        shape = np.broadcast_shapes(*[x.shape for x in (a, b) if isinstance(x, TracedArray)])
        return self.tracer.node("Mod", [self.tracer.name(x, dtype) for x in (a, b)], shape, dtype, fmod=1)

    def remainder(self, a: Any, b: Any) -> Any:
        rest = self.fmod(a, b)
        return self.where(self._is_below(rest, b), rest + b, rest)

    mod = remainder

    def floor_divide(self, a: Any, b: Any) -> Any:
        """(a − a fmod b) / b rounded, since it is an integer up to rounding, minus 1 where the remainder has the other sign."""
        rest = self.fmod(a, b)
        whole = self.rint((a - rest) / b) - self._is_below(rest, b)
        return self.where(b == 0, a / b, whole)

    def _is_below(self, rest: Any, b: Any) -> Any:
        return (rest != 0) & ((rest < 0) != (b < 0))

    def fmax(self, a: Any, b: Any) -> Any:
        return self.where((a > b) | (b != b), a, b)

    def fmin(self, a: Any, b: Any) -> Any:
        return self.where((a < b) | (b != b), a, b)

    def power(self, a: Any, b: Any) -> Any:
        is_square = not isinstance(b, TracedArray) and b == 2
        return self.square(a) if is_square else self.tracer.ufunc(np.power, a, b)

    def exp2(self, x: Any) -> Any:
        return self.tracer.ufunc(np.power, 2.0, x)

    def log2(self, x: Any) -> Any:
        return self.log(x) / math.log(2)

    def log10(self, x: Any) -> Any:
        return self.log(x) / math.log(10)

    def cbrt(self, x: Any) -> Any:
        return self.sign(x) * self.tracer.ufunc(np.power, self.abs(x), 1.0 / 3.0)

    def log1p(self, x: Any) -> Any:
        """Kahan's algorithm: the rounding error of 1 + x cancels in the quotient."""
        u = 1.0 + x
        return self.where(u == 1.0, x, self.log(u) * self.where(self.isinf(u), 1.0, x / (u - 1.0)))

    def expm1(self, x: Any) -> Any:
        """2 tanh(x/2) / (1 − tanh(x/2)) for small x, without cancellation; eˣ − 1 elsewhere."""
        small = self.abs(x) < 0.5
        t = self.tanh(self.where(small, x, 0.0) * 0.5)
        return self.where(small, 2.0 * t / (1.0 - t), self.exp(x) - 1.0)

    def logaddexp(self, a: Any, b: Any) -> Any:
        m = self.maximum(a, b)
        difference = self.where(a == b, 0.0, a - b)
        return m + self.log1p(self.exp(-self.abs(difference)))

    def hypot(self, a: Any, b: Any) -> Any:
        m, n = self.maximum(self.abs(a), self.abs(b)), self.minimum(self.abs(a), self.abs(b))
        part = n / self.where(m == 0, 1.0, m)
        return self.where(self.isinf(a) | self.isinf(b), math.inf, m * self.sqrt(1.0 + part * part))

    def arctan2(self, a: Any, b: Any) -> Any:
        """arctan(a/b), plus ±π for negative b; signs of zeros and infinities count."""
        below, behind = (a < 0) | (1.0 / a < 0), (b < 0) | (1.0 / b < 0)
        endless = self.where(self.isinf(a) & self.isinf(b), self.sign(a) * self.sign(b), a / b)
        angle = self.arctan(self.where((a == 0) & (b == 0), a, endless))
        return self.where(behind, angle + self.where(below, -math.pi, math.pi), angle)

    def frexp(self, x: Any) -> Any:
        """(None, exponent of a power of two near |x|): rules use the exponent only."""
        usual = (x != 0) & self.isfinite(x)
        return None, self.floor(self.log2(self.where(usual, self.abs(x), 1.0))) + 1.0

    def ldexp(self, x: Any, exponent: Any) -> Any:
        return x * self.exp2(exponent)

    def asarray(self, x: TracedArray, dtype: Any = None) -> Any:
        return x if dtype is None else x.astype(dtype)

    def sinc_derivative(self, x: Any, n: int) -> Any:
        return sinc_derivative(x, n, xp=self)

    def zeros_like(self, x: TracedArray) -> Any:
        return self.broadcast_to(self._array(np.zeros((), x.dtype)), x.shape)

    def ones_like(self, x: TracedArray) -> Any:
        return self.broadcast_to(self._array(np.ones((), x.dtype)), x.shape)

    def _array(self, x: Any) -> OnnxArray:
        return self.tracer.array(self.tracer.name(x), (x.shape, x.dtype))


class _Linalg:
    def __init__(self, tracer: OnnxTracer) -> None:
        self.tracer = tracer

    def det(self, x: TracedArray) -> Any:
        return self.tracer.node("Det", [self.tracer.name(x)], x.shape[:-2], x.dtype)

    def __getattr__(self, name: str) -> Any:
        raise UnreadableRuleError(f"linalg.{name}")
