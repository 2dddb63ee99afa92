"""IEEE 754 arithmetic on Python floats, for interpreters without NumPy: ∞ and NaN where Python and `math` raise."""

import math
from collections.abc import Callable
from typing import Any

from autograd.ops.namespaces import MATH_ERRORS, scalar
from autograd.support.lazy_numpy import np

#: Values at the points where a function is infinite; elsewhere outside of its domain it is NaN.
_POLES = {
    **{(name, 0.0): -math.inf for name in ("log", "log2", "log10")},
    ("log1p", -1.0): -math.inf, ("arctanh", 1.0): math.inf, ("arctanh", -1.0): -math.inf,
}  # fmt: skip
_ROUNDING = ("floor", "ceil", "trunc", "round")


class Double(float):
    """Float whose operators follow IEEE 754; the results are again such floats.

    >>> Double(1.0) / 0.0, 0.0 / Double(0.0), Double(-2.0) ** 0.5
    (inf, nan, nan)
    """


def _quotient(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if a != a or a == 0 else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    is_odd = b % 2.0 == 1.0  # False for ∞
    try:
        return scalar.power(a, b)
    except OverflowError:
        return -math.inf if a < 0 and is_odd else math.inf
    except ValueError:
        if a:
            return math.nan
        return math.copysign(math.inf, a) if is_odd else math.inf


def _remainder(a: float, b: float) -> float:
    return a % b if b else math.nan


def _floored_quotient(a: float, b: float) -> float:
    return a // b if b else _quotient(a, b)


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "add": float.__add__, "sub": float.__sub__, "mul": float.__mul__, "truediv": _quotient, "pow": _power,
    "mod": _remainder, "floordiv": _floored_quotient,
}  # fmt: skip


def _define_operators() -> None:
    def method(function: Callable[[float, float], float], is_reflected: bool) -> Callable[[Any, Any], Any]:
        def apply(a: Any, b: Any) -> Any:
            if not isinstance(b, float | int):
                return NotImplemented
            x, y = (float(b), float(a)) if is_reflected else (float(a), float(b))
            return Double(function(x, y))

        return apply

    for name, function in _OPERATORS.items():
        setattr(Double, f"__{name}__", method(function, False))
        setattr(Double, f"__r{name}__", method(function, True))
    Double.__neg__ = lambda x: Double(-float(x))  # type: ignore[method-assign]


_define_operators()


class _Ieee:
    """The namespace `xp` of these floats: the functions of `math`, with their limits where they raise."""

    inf = math.inf
    remainder, floor_divide, power = (staticmethod(lambda a, b, f=f: Double(f(float(a), float(b)))) for f in
                                      (_remainder, _floored_quotient, _power))  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        function = getattr(scalar if hasattr(scalar, name) else np, name)

        def apply(*xs: Any) -> Double:
            try:
                return Double(function(*xs))
            except MATH_ERRORS as error:
                return Double(_limit(name, error, float(xs[0])))

        setattr(self, name, apply)
        return apply


def _limit(name: str, error: Exception, x: float) -> float:
    """Value of a function of `math` that raised an error at x."""
    if name in _ROUNDING:
        return x
    if isinstance(error, OverflowError):
        return math.copysign(math.inf, x) if name == "sinh" else math.inf
    return _POLES.get((name, x), math.nan)


ieee = _Ieee()
