"""Complex step: forward rules evaluated with a derivative in the imaginary part.

    f(x + i h v) = f(x) + i h J v + O(h²)

With h = 1e-100 nothing is subtracted and h² vanishes in rounding: the imaginary part, divided by h, is the derivative to the
last digits. `Complex` evaluates a rule with NumPy's analytic functions, and makes choices (|x|, max, where) by the real part.
`Dual` has a separate formula for every function, so that x + i h v is a dual number v ε with ε² = 0. It serves functions
without a complex form, and as an oracle that shares no code with the rules.

Source:
    Squire & Trapp, SIAM Review 40(1), 1998; Martins, Sturdza & Alonso, ACM TOMS 29(3), 2003
"""

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from autograd.base.numerics import from_scipy
from autograd.ops.namespaces import numpy as real_numpy
from autograd.support.lazy_numpy import np

#: h, and its value for arguments below SMALL, whose squares times h would underflow.
STEP, LARGER_STEP, SMALL = 1e-100, 1e-30, 1e-90


def step_for(numbers: Any) -> tuple[float, float]:
    """The step for arguments of these sizes, and its truncation error h²f‴/6: 0 for the larger step, for small numbers.

    >>> step_for([1.0, 0.0]), step_for([1e-219])
    ((1e-100, 1e-170), (1e-30, 0.0))
    """
    sizes = np.abs(np.asarray(numbers, float))
    return (STEP, 1e-170) if not ((sizes > 0) & (sizes < SMALL)).any() else (LARGER_STEP, 0.0)


def lift(f: Callable[..., Any], *slopes: Callable[..., Any]) -> Callable[..., Any]:
    """A real function extended to dual numbers by its partial derivatives."""

    def read(*xs: Any) -> Any:
        reals = [np.real(x) for x in xs]
        tangent = sum(slope(*reals) * np.imag(x) for slope, x in zip(slopes, xs, strict=True) if np.iscomplexobj(x))
        return f(*reals) + 1j * tangent

    return staticmethod(read)


def step_function(name: str) -> Callable[..., Any]:
    """A function of the real parts only, since its derivative is 0 where it exists."""
    return staticmethod(lambda *xs: getattr(np, name)(*map(np.real, xs)))


def _sinc_slope(n: int) -> Callable[[Any], Any]:
    """The n-th derivative of sin(πx)/(πx) as ∫₀¹ (πt)ⁿ cos(πxt + nπ/2) dt, by Gauss–Legendre quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(96)
    t, w = (nodes + 1) / 2, weights / 2

    def slope(x: Any) -> Any:
        angle = math.pi * np.asarray(x)[..., None] * t
        wave = (1.0, -1.0, -1.0, 1.0)[n % 4] * (np.sin(angle) if n % 2 else np.cos(angle))  # exactly 0 at 0 for odd n
        return (w * (math.pi * t) ** n * wave).sum(-1)

    return slope


def _numpy(name: str) -> Callable[..., Any]:
    return lambda *xs: attrgetter(name)(np)(*xs)


def _scipy(name: str) -> Callable[..., Any]:
    return lambda *xs: from_scipy(name)(*xs)


def _logistic(x: Any) -> Any:
    return np.exp(-np.logaddexp(0.0, -x))


class _Matrices:
    """`linalg` of complex matrices whose imaginary parts are tangents: symmetric where NumPy's is Hermitian."""

    inv, solve, det = map(staticmethod, map(_numpy, ("linalg.inv", "linalg.solve", "linalg.det")))

    @staticmethod
    def slogdet(x: Any) -> tuple[Any, Any]:
        tangent = np.linalg.solve(x.real, x.imag).trace(axis1=-2, axis2=-1)  # Jacobi's formula
        sign, logarithm = np.linalg.slogdet(x.real)
        return sign, logarithm + 1j * tangent

    @staticmethod
    def cholesky(x: Any) -> Any:
        """The Cholesky factor, column by column, without conjugates."""
        y = np.zeros_like(x)
        for j in range(x.shape[-1]):
            rest = x[..., j:, j] - (y[..., j:, :j] * y[..., None, j, :j]).sum(-1)
            y[..., j, j] = np.sqrt(rest[..., 0])
            y[..., j + 1 :, j] = rest[..., 1:] / y[..., j, j, None]
        return y


class Complex:
    """The namespace `xp` of complex numbers; `formulas` is true once a dual formula replaced an analytic function."""

    linalg = _Matrices
    sign, floor, ceil = step_function("sign"), step_function("floor"), step_function("ceil")
    trunc, round, floor_divide = step_function("trunc"), step_function("round"), step_function("floor_divide")
    frexp, ldexp, ones_like = step_function("frexp"), step_function("ldexp"), step_function("ones_like")

    def __init__(self) -> None:
        self.formulas = False

    def __getattr__(self, name: str) -> Any:
        if name in _FORMULAS:
            self.formulas = True
            return _FORMULAS[name]
        return getattr(real_numpy, name)

    def abs(self, x: Any) -> Any:
        return np.where(np.real(x) < 0, -x, x)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        return np.where(np.real(condition) != 0, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        return np.where((np.real(a) >= np.real(b)) | np.isnan(np.real(a)), a, b)

    def minimum(self, a: Any, b: Any) -> Any:
        return np.where((np.real(a) <= np.real(b)) | np.isnan(np.real(a)), a, b)

    def remainder(self, a: Any, b: Any) -> Any:
        return a - np.floor(np.real(a) / np.real(b)) * b

    def fmod(self, a: Any, b: Any) -> Any:
        return a - np.trunc(np.real(a) / np.real(b)) * b

    @staticmethod
    def log1p(x: Any) -> Any:
        """log(1 + x); the real part of NumPy's loses digits of small complex numbers."""
        return np.log1p(np.real(x)) + 1j * np.imag(np.log1p(x)) if np.iscomplexobj(x) else np.log1p(x)

    def exp2(self, x: Any) -> Any:
        return np.exp(x * math.log(2))

    def hypot(self, a: Any, b: Any) -> Any:
        scale = np.maximum(np.abs(np.real(a)), np.abs(np.real(b)))
        scale = np.where(scale == 0, 1.0, scale)
        return scale * np.sqrt((a / scale) ** 2 + (b / scale) ** 2)

    def logaddexp(self, a: Any, b: Any) -> Any:
        larger = np.real(a) >= np.real(b)  # at a tie a is high and b is low
        high, low = np.where(larger, a, b), np.where(larger, b, a)
        return high + self.log1p(np.exp(low - high))

    def polygamma(self, n: int, x: Any) -> Any:
        return self._by_slope(lambda t: real_numpy.polygamma(n + 1, t), "polygamma", n, x)

    def gammainc(self, a: float, x: Any) -> Any:
        return self._by_slope(lambda t: np.exp((a - 1.0) * np.log(t) - t - math.lgamma(a)), "gammainc", a, x)

    def gammaincc(self, a: float, x: Any) -> Any:
        return self._by_slope(lambda t: -np.exp((a - 1.0) * np.log(t) - t - math.lgamma(a)), "gammaincc", a, x)

    def betainc(self, a: float, b: float, x: Any) -> Any:
        scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        return self._by_slope(lambda t: t ** (a - 1.0) * (1.0 - t) ** (b - 1.0) * math.exp(scale), "betainc", a, b, x)

    def _by_slope(self, slope: Callable[[Any], Any], name: str, *args: Any) -> Any:
        """A function of SciPy of numbers and then x, by its slope."""
        self.formulas = True
        t = np.real(args[-1]) + 0.0
        return from_scipy(name)(*args[:-1], t) + 1j * np.imag(args[-1]) * slope(t)

    def sinc_derivative(self, x: Any, n: int) -> Any:
        self.formulas = True
        return real_numpy.sinc_derivative(np.real(x), n) + 1j * np.imag(x) * _sinc_slope(n + 1)(np.real(x))


#: Functions that NumPy and SciPy support for real numbers only.
_FORMULAS: dict[str, Any] = {
    "cbrt": lift(_numpy("cbrt"), lambda x: 1 / (3 * np.cbrt(x) ** 2)),
    "arctan2": lift(_numpy("arctan2"), lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)),
    "erf": lift(_scipy("erf"), lambda x: 2 / math.sqrt(math.pi) * np.exp(-x * x)),
    "erfc": lift(_scipy("erfc"), lambda x: -2 / math.sqrt(math.pi) * np.exp(-x * x)),
    "erfinv": lift(_scipy("erfinv"), lambda x: math.sqrt(math.pi) / 2 * np.exp(from_scipy("erfinv")(x) ** 2)),
    "ndtri": lift(_scipy("ndtri"), lambda x: math.sqrt(2 * math.pi) * np.exp(from_scipy("ndtri")(x) ** 2 / 2)),
    "gammaln": lift(_scipy("gammaln"), _scipy("digamma")),
    "digamma": lift(_scipy("digamma"), lambda x: from_scipy("zeta")(2.0, x)),
}


class Dual(Complex):
    """The namespace of dual numbers: an elementary formula for every function."""

    exp = lift(_numpy("exp"), _numpy("exp"))
    expm1 = lift(_numpy("expm1"), _numpy("exp"))
    exp2 = lift(_numpy("exp2"), lambda x: np.exp2(x) * math.log(2))
    log = lift(_numpy("log"), lambda x: 1 / x)
    log2 = lift(_numpy("log2"), lambda x: 1 / (x * math.log(2)))
    log10 = lift(_numpy("log10"), lambda x: 1 / (x * math.log(10)))
    log1p = lift(_numpy("log1p"), lambda x: 1 / (1 + x))
    sqrt = lift(_numpy("sqrt"), lambda x: 0.5 / np.sqrt(x))
    square = lift(_numpy("square"), lambda x: 2 * x)
    sin = lift(_numpy("sin"), _numpy("cos"))
    cos = lift(_numpy("cos"), lambda x: -np.sin(x))
    tan = lift(_numpy("tan"), lambda x: 1 / np.cos(x) ** 2)
    arcsin = lift(_numpy("arcsin"), lambda x: 1 / np.sqrt((1 - x) * (1 + x)))
    arccos = lift(_numpy("arccos"), lambda x: -1 / np.sqrt((1 - x) * (1 + x)))
    arctan = lift(_numpy("arctan"), lambda x: 1 / (1 + x * x))
    sinh = lift(_numpy("sinh"), _numpy("cosh"))
    cosh = lift(_numpy("cosh"), _numpy("sinh"))
    tanh = lift(_numpy("tanh"), lambda x: 1 / np.cosh(x) ** 2)
    arcsinh = lift(_numpy("arcsinh"), lambda x: 1 / np.hypot(1, x))
    arccosh = lift(_numpy("arccosh"), lambda x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
    arctanh = lift(_numpy("arctanh"), lambda x: 1 / ((1 - x) * (1 + x)))
    hypot = lift(_numpy("hypot"), lambda a, b: a / np.hypot(a, b), lambda a, b: b / np.hypot(a, b))
    logaddexp = lift(_numpy("logaddexp"), lambda a, b: _logistic(a - b), lambda a, b: _logistic(b - a))

    def __init__(self) -> None:
        self.formulas = True

    @staticmethod
    def power(a: Any, b: Any) -> Any:
        """(aᵇ)′ = b aᵇ⁻¹ a′ + aᵇ log a b′."""
        x, n = np.real(a), np.real(b)
        y = np.power(x, n)
        tangent = n * np.power(x, n - 1) * np.imag(a)
        return y + 1j * (tangent + y * np.log(x) * np.imag(b) if np.any(np.imag(b)) else tangent)


def _cofactors(xp: Any, x: Any) -> Any:
    return np.linalg.det(x)[..., None, None] * np.swapaxes(np.linalg.inv(x), -1, -2)


def _astype(xp: Any, x: Any, dtype: Any) -> Any:
    return x if np.dtype(dtype).kind == "f" else np.real(x)


#: Replacements for forward rules that are not complex expressions.
INSTEAD: dict[str, Callable[..., Any]] = {"cofactors": _cofactors, "astype": _astype, "lift": _astype}
