"""Namespaces that evaluate a forward rule on Python floats and on NumPy arrays.

A rule `forward(xp, x)` is one expression in the names of its namespace `xp`. Both namespaces use NumPy's names, with
extra names where NumPy needs more than one call.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace
from typing import Any

from autograd.base.numerics import call_quietly, from_scipy, is_quiet, sinc_derivative
from autograd.support.lazy_numpy import np
from autograd.support.optional import require

#: Errors of `math` where IEEE 754 defines a value: the caller then evaluates the rule in NumPy.
MATH_ERRORS = (ArithmeticError, ValueError)


#: Functions of `math` and `operator` under NumPy's names.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(math, name) for name in (
        "cbrt", "copysign", "cos", "cosh", "erf", "erfc", "exp", "exp2", "expm1", "fmod", "hypot", "log", "log10", "log1p",
        "log2", "sin", "sinh", "sqrt", "tan", "tanh",
    )},
    "abs": math.fabs, "arccos": math.acos, "arccosh": math.acosh, "arcsin": math.asin, "arcsinh": math.asinh,
    "arctan": math.atan, "arctan2": math.atan2, "arctanh": math.atanh, "pow": math.pow, "remainder": operator.mod,
    "floor_divide": operator.floordiv,
}  # fmt: skip


def _from_scipy(name: str) -> Any:
    """Static method: the function of `scipy.special`, imported in a call, on Python floats."""
    return staticmethod(lambda *x: float(from_scipy(name)(*x)))


class _Scalar(SimpleNamespace):
    """Names for Python floats, from `math`; they may raise one of MATH_ERRORS."""

    inf = math.inf

    @staticmethod
    def sinc_derivative(x: float, n: int) -> float:
        require("numpy", "sinc")
        return float(call_quietly(sinc_derivative, x, n))

    @staticmethod
    def square(x: float) -> float:
        return x * x

    @staticmethod
    def power(a: float, b: float) -> float:
        return a * a if b == 2.0 else a * a * a if b == 3.0 else math.pow(a, b)  # as on arrays

    @staticmethod
    def sign(x: float) -> float:
        return float((x > 0) - (x < 0)) if x == x else x

    @staticmethod
    def floor(x: float) -> float:
        return math.copysign(math.floor(x), x)  # keeps the sign of −0.0

    @staticmethod
    def ceil(x: float) -> float:
        return math.copysign(math.ceil(x), x)

    @staticmethod
    def trunc(x: float) -> float:
        return math.copysign(math.trunc(x), x)

    @staticmethod
    def round(x: float, decimals: int) -> float:
        if decimals:
            raise ValueError("decimals are rounded by NumPy")
        return math.copysign(round(x), x)

    @staticmethod
    def gammaln(x: float) -> float:
        return math.inf if x <= 0 and x == math.floor(x) else math.lgamma(x)

    digamma, erfinv, ndtri, polygamma, gammainc, gammaincc, betainc = map(
        _from_scipy, ("digamma", "erfinv", "ndtri", "polygamma", "gammainc", "gammaincc", "betainc")
    )

    @staticmethod
    def logaddexp(a: float, b: float) -> float:
        return a + math.log(2) if a == b else max(a, b) + math.log1p(math.exp(-abs(a - b)))

    @staticmethod
    def fmax(a: float, b: float) -> float:
        return a if a > b or b != b else b

    @staticmethod
    def fmin(a: float, b: float) -> float:
        return a if a < b or b != b else b

    @staticmethod
    def maximum(a: float, b: float) -> float:
        return a if a > b or a != a else b

    @staticmethod
    def minimum(a: float, b: float) -> float:
        return a if a < b or a != a else b

    @staticmethod
    def where(condition: float, a: float, b: float) -> float:
        return a if condition else b


def _put(values: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `values` added at `index`; repeated entries add up."""
    out = np.zeros(shape, np.result_type(values))
    if has_no_duplicates(index):
        out[index] = values
    else:
        np.add.at(out, index, values)
    return out


def has_no_duplicates(index: Any) -> bool:
    """True if `index` cannot repeat an entry: integers, slices, None, Ellipsis and masks, but no integer arrays.

    >>> has_no_duplicates((0, slice(None), None, ...)), has_no_duplicates(np.array([0, 0]))
    (True, False)
    """
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        p is None or p is Ellipsis or isinstance(p, slice | int | np.integer) or getattr(p, "dtype", None) == np.dtype(bool)
        for p in parts
    )


_SCIPY = ("erf", "erfc", "erfinv", "gammaln", "digamma", "ndtri")


def _with_parameters(name: str) -> Any:
    """Static method: the function of `scipy.special`, imported in a call, of numbers and then x, in the dtype of x."""

    def function(*args: Any) -> Any:
        y, x = from_scipy(name)(*args), args[-1]
        return y.astype(x.dtype) if x.dtype.kind == "f" else y  # SciPy returns float64 for float32

    return staticmethod(function)


class _NumPy:
    """NumPy's names, with faster and missing functions."""

    abstract = False  # rules may read the numbers
    put = staticmethod(_put)

    sinc_derivative = staticmethod(sinc_derivative)

    def __getattr__(self, name: str) -> Any:
        function = from_scipy(name) if name in _SCIPY else getattr(np, name)
        setattr(self, name, function)
        return function

    @staticmethod
    def power(a: Any, b: Any) -> Any:
        """a ** b, by products for the numbers 2, as NumPy does, and 3, as JAX and PyTorch do."""
        return a * a * a if b.__class__ in (int, float) and b == 3 else a**b

    @staticmethod
    def pick(x: Any, places: Any) -> Any:
        """One entry of each row, at `places`, as a column."""
        return x[np.arange(len(places)), places, None]

    polygamma, gammainc, gammaincc, betainc = map(_with_parameters, ("polygamma", "gammainc", "gammaincc", "betainc"))

    @staticmethod
    def max(x: Any, axis: Any = None, keepdims: bool = False, **initial: Any) -> Any:
        return np.maximum.reduce(x, axis=axis, keepdims=keepdims, **initial)

    @staticmethod
    def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        add: Any = np.add  # without the Python wrapper of np.sum
        return add.reduce(x, axis=axis, keepdims=keepdims)


scalar = _Scalar(**_FUNCTIONS)
numpy = _NumPy()


def evaluate_with_numpy(rule: Callable[..., Any], inputs: Iterable[Any], params: dict[str, Any]) -> Any:
    """Result of `rule(numpy, *inputs, **params)` without warnings."""
    if is_quiet():
        return rule(numpy, *inputs, **params)
    return call_quietly(partial(rule, numpy, *inputs, **params))


class _Float64:
    char = "d"


def is_half(x: Any) -> bool:
    """True if x has 16-bit floats."""
    return getattr(x, "dtype", _Float64).char == "e"


def has_half(arrays: list[Any]) -> bool:
    """True if one of the operands is an array of 16-bit floats."""
    for x in arrays:  # noqa: SIM110  (every op on arrays runs it, and `any` takes longer)
        if x.__class__ is np.ndarray and x.dtype.char == "e":
            return True
    return False


def widen(x: Any) -> Any:
    """x, an array or a node, in float32 if it has 16-bit floats."""
    return x.astype(np.float32) if is_half(x) else x


def evaluate_half(rule: Callable[..., Any], inputs: list[Any], params: dict[str, Any], dtype: np.dtype[Any]) -> Any:
    """Result of a rule on 16-bit floats, computed in float32 and rounded once to `dtype`."""

    def rounded(y: Any) -> Any:
        if isinstance(y, tuple):
            return tuple(map(rounded, y))
        return y.astype(dtype) if getattr(y, "dtype", None) == np.float32 else y

    def compute(xp: Any, *xs: Any, **params: Any) -> Any:
        return rounded(rule(xp, *xs, **params))

    return evaluate_with_numpy(compute, map(widen, inputs), params)
