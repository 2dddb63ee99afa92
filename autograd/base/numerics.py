"""NumPy's error handling, and functions that it lacks: SciPy's special functions, derivatives of sinc, immutable arrays."""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import Context, copy_context
from mmap import mmap
from numbers import Number
from typing import Any, TypeVar

from autograd.support.blocks import ForeignVariable, VariableBlock
from autograd.support.lazy_numpy import is_loaded, np, when_loaded
from autograd.support.optional import require

T = TypeVar("T")

#: The context variable of NumPy's error handling, and its value without warnings, once NumPy is loaded and if it has one.
_handling: Any = None
_ignored: Any = None
_errors: ForeignVariable | None = None
_silent = Context()


@when_loaded
def _find_error_handling() -> None:
    global _handling, _ignored, _errors
    with np.errstate(all="ignore"):
        found = [(x, value) for x, value in copy_context().items() if x.name == "numpy.ufunc.extobj"]
    if found:
        _handling, _ignored = found[0]
        _errors = ForeignVariable(_handling)
        _silent.run(_handling.set, _ignored)


def quiet() -> AbstractContextManager[Any]:
    """Block of IEEE 754 arithmetic without warnings: 1/0 is inf, log(-1) is nan. An interrupt does not leave it on."""
    if _errors is None:
        return np.errstate(all="ignore") if is_loaded() else nullcontext()
    return VariableBlock(_errors, _ignored)


def call_quietly(function: Callable[..., T], *args: Any) -> T:
    """Result of function(*args) without NumPy's warnings, in a copy of the context: faster than a `quiet` block."""
    if _handling is None:
        with np.errstate(all="ignore"):
            return function(*args)
    context = copy_context()
    context.run(_handling.set, _ignored)
    return context.run(function, *args)


def fast_quiet_call() -> Callable[..., Any]:
    """`call_quietly` in one C call, for functions of numbers; RuntimeError while another thread, or a caller, runs one."""
    return call_quietly if _handling is None else _silent.run


def is_quiet() -> bool:
    """True if NumPy's warnings are off by a `quiet` block or `call_quietly`, which take longer than many ops."""
    return _handling is not None and _handling.get(None) is _ignored


def from_scipy(name: str) -> Any:
    """Function `name` of `scipy.special`, or of `math` for one number after the other if SciPy is not installed."""
    try:
        return getattr(require("scipy.special", name), name)
    except ImportError:
        if not hasattr(math, name):
            raise
    return lambda x: np.vectorize(getattr(math, name), otypes=[x.dtype if x.dtype.kind == "f" else float])(x)


def is_immutable(array: Any) -> bool:
    """True if the memory of `array` is bytes, or a file mapped for reading only, which NumPy never makes writable.

    An array that owns its memory can be made writable again, so `flags.writeable` does not tell. An array from a pickle is
    writable, and its memory is bytes.

    >>> is_immutable(np.frombuffer(b"1234", np.int32)), is_immutable(np.arange(4))
    (True, False)
    """
    memory = array
    while isinstance(memory, np.ndarray):
        if memory.flags.writeable:
            return False
        memory = memory.base
    return isinstance(memory, bytes) or (isinstance(memory, mmap) and memoryview(memory).readonly)


def immutable_array(array: Any) -> Any:
    """`array` itself if it is immutable, else an immutable copy; of Python objects a copy."""
    if is_immutable(array):
        return array
    return array.copy() if array.dtype.hasobject else np.ndarray(array.shape, array.dtype, array.tobytes())


def aligned_empty(shape: tuple[int, ...], dtype: Any) -> Any:
    """New array, without values, whose memory begins with a cache line: vector code takes up to twice the time for others.

    >>> aligned_empty((2, 3), np.float32).ctypes.data % 64
    0
    """
    kind = np.dtype(dtype)
    size = kind.itemsize * math.prod(shape)
    memory = np.empty(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(kind).reshape(shape)


def read_only_view(array: Any) -> Any:
    """View of `array` that cannot be made writable."""
    return np.asarray(memoryview(array).toreadonly())


def sinc_derivative(x: Any, n: int, xp: Any = np) -> Any:
    """n-th derivative of sin(πx)/(πx), to full relative accuracy of its larger terms.

    Away from 0, the recurrence that follows from differentiating x·sinc(x) = sin(πx)/π n times:

        x f⁽ⁿ⁾ = πⁿ⁻¹ sin(πx + nπ/2) − n f⁽ⁿ⁻¹⁾,

    near 0, where that cancels, the Taylor series Σ (−1)ᵏ (πx)²ᵏ / (2k + 1)!, differentiated term by term.
    `xp` is NumPy or a namespace with its names.

    >>> float(sinc_derivative(0.5, 0)) == 2 / np.pi
    True
    """
    x = xp.asarray(x)
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    x = x.astype(dtype)
    near = xp.abs(x) * math.pi < n + 1
    away = xp.where(near | ~xp.isfinite(x), 1.0, x).astype(dtype)
    f = _sin_pi(xp, away, 0) / (math.pi * away)
    for k in range(1, n + 1):
        f = (math.pi ** (k - 1) * _sin_pi(xp, away, k) - k * f) / away
    f = xp.where(xp.isinf(x), 0.0, xp.where(xp.isnan(x), x, f))
    return xp.where(near, _sinc_series(xp, xp.where(near, x, 0.0), n), f).astype(dtype)[()]


def _sin_pi(xp: Any, x: Any, quarter_turns: int) -> Any:
    """sin(πx + kπ/2), after an exact reduction of x by whole half-turns."""
    whole = xp.rint(x)
    rest = x - whole  # in [−½, ½], exactly
    sine, cosine = xp.sin(math.pi * rest), xp.sin(math.pi * (0.5 - xp.abs(rest)))
    sign = 1.0 - 2.0 * xp.mod(whole, 2.0)
    return sign * (sine, cosine, -sine, -cosine)[quarter_turns % 4]


def _sinc_series(xp: Any, x: Any, n: int) -> Any:
    total = xp.zeros_like(x)
    for k in range((n + 1) // 2, (n + 1) // 2 + 12 + 2 * n):
        power = 2 * k - n
        term = math.perm(2 * k, n) * (-1.0) ** k * math.pi ** (2 * k) / math.factorial(2 * k + 1)
        total = total + term * x**power
    return total


def regular_array(x: Any, requirement: str = "an array is required, got") -> Any:
    """Array of x, which may be a list; raises ValueError if its rows differ in length or nesting."""
    try:
        return np.asarray(x)
    except ValueError:
        raise ValueError(f"{requirement} {x!r:.80}: its rows must have one length and nesting") from None


def error_of_operands(name: str, operands: list[Any]) -> str:
    """Text of an error about the first operand of an op that holds no numbers, but text, dates or objects; else ""."""
    for x in operands:
        array = np.asarray(x)
        is_number = all(isinstance(y, Number) for y in array.flat) if array.dtype == object else array.dtype.kind in "fiubc"
        if not is_number:
            shown = array.tolist()
            cure = ": convert it with float(…)" if array.dtype.kind in "US" else ""
            return f"{name} takes numbers or arrays of numbers, got {shown!r:.80} of type {type(shown).__name__}{cure}"
    return ""
