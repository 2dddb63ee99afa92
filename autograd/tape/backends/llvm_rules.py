"""LLVM instructions of op rules: a forward rule evaluated on `Number` emits one instruction for each operation.

Results equal those of the back end "python" in every bit. Each function is the one that Python's `math` calls, by its address,
so that LLVM cannot replace it by another. Where `math` raises, the op is evaluated by `on_floats` if that could change its
result: a rule with one operation that may raise has the same infinity or NaN by IEEE 754.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.ops.namespaces import scalar
from autograd.ops.op import Op
from autograd.ops.operators import Operator
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule
from autograd.support.machine_code import literal

#: Functions of `math` that CPython computes itself; those of the C library may differ.
_OF_CPYTHON = {"hypot"}

#: Operations with one exact result, for which LLVM has an instruction, by their NumPy names.
_INTRINSICS = {name: f"@llvm.{name}.f64" for name in ("sqrt", "floor", "ceil", "trunc", "copysign")} | {"abs": "@llvm.fabs.f64"}

#: Functions of the C library that `math` calls, by their NumPy names; their order is that of the table of functions.
LIBM = tuple(
    name for name, f in sorted(vars(scalar).items())
    if getattr(f, "__module__", "") == "math" and f.__name__ not in _OF_CPYTHON and name not in _INTRINSICS
)  # fmt: skip

_ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_LOGICAL = {"logical_and": "and i1", "logical_or": "or i1", "logical_xor": "xor i1"}
_COMPARISONS = {
    "less": "fcmp olt double", "less_equal": "fcmp ole double", "greater": "fcmp ogt double",
    "greater_equal": "fcmp oge double", "equal": "fcmp oeq double", "not_equal": "fcmp une double",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Instructions of a rule.

    Attributes:
        lines: Instructions; names begin with `%$`, and the inputs are `%$a`, `%$b`, …
        result: Name or literal of the result
        raises: Name of a truth value, if it decides that the op must be evaluated by `on_floats`
        has_calls: True if it calls functions, so that it has no form for vectors
    """

    lines: tuple[str, ...]
    result: str
    raises: str | None
    has_calls: bool


def read(op: Op, params: dict[str, Any]) -> Rule | None:
    """Instructions of an op, or None if its rule has more than arithmetic, choices and functions of the C library."""
    body = _Body()
    try:
        y = read_rule(op.forward, op, machine, *[Number(body, f"%${letter(i)}") for i in range(op.arity)], **params)
        result = y.as_float() if isinstance(y, Number) else literal(float(y))
    except (UnreadableRuleError, TypeError, ValueError):  # such as a tuple of outputs, or a dtype among the parameters
        return None
    raises = y.raises if isinstance(y, Number) and body.calls and body.sites > 1 else None
    return Rule(_needed(body.lines, [result, raises]), result, raises, body.calls > 0)


def _needed(lines: list[str], names: list[str | None]) -> tuple[str, ...]:
    """The lines that compute names, directly or not."""
    used, found = set(names), []
    for line in reversed(lines):
        name, _, operation = line.partition(" = ")
        if name in used:
            used.update(re.findall(r"%\$\w+", operation))
            found.append(line)
    return tuple(reversed(found))


def letter(i: int) -> str:
    """Name of input i of a rule."""
    return chr(ord("a") + i)


class _Body:
    """Instructions of a rule that is being read; `sites` counts the operations that may raise, `calls` those of functions."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.calls = self.sites = 0

    def emit(self, text: str) -> str:
        name = f"%${len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def any(self, *flags: str | None) -> str | None:
        """Truth value that holds if one of `flags` does; None never holds."""
        first, *rest = dict.fromkeys(flag for flag in flags if flag) or [None]
        for flag in rest:
            first = self.emit(f"or i1 {first}, {flag}")
        return first


class Number(Tracer):
    """A float or truth value in a rule; `raises` names the truth value that `math` or a division raises."""

    __slots__ = ("body", "is_truth", "name", "raises")

    def __init__(self, body: _Body, name: str, is_truth: bool = False, raises: str | None = None) -> None:
        self.body, self.name, self.is_truth, self.raises = body, name, is_truth, raises

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return read_rule(op.forward, op, machine, *inputs, **params)

    def as_float(self) -> str:
        return self.body.emit(f"uitofp i1 {self.name} to double") if self.is_truth else self.name

    def as_truth(self) -> str:
        return self.name if self.is_truth else self.body.emit(f"fcmp une double {self.name}, {literal(0.0)}")


def _numbers(*xs: Any) -> list[Number]:
    body = next(x.body for x in xs if isinstance(x, Number))
    return [x if isinstance(x, Number) else Number(body, literal(float(x))) for x in xs]


def _call(name: str, *xs: Any) -> Number:
    """Call of the C library's function."""
    numbers = _numbers(*xs)
    body = numbers[0].body
    slot = body.emit(f"getelementptr ptr, ptr %functions, i64 {LIBM.index(name)}")
    function = body.emit(f"load ptr, ptr {slot}, !invariant.load !0")
    arguments = ", ".join([f"double {x.as_float()}" for x in numbers])
    y = body.emit(f"call double {function}({arguments}) #1")
    size = body.emit(f"call double @llvm.fabs.f64(double {y})")
    infinite = body.emit(f"fcmp ueq double {size}, {literal(math.inf)}")
    body.calls += 1
    body.sites += 1
    return Number(body, y, raises=body.any(infinite, *[x.raises for x in numbers]))


def _intrinsic(name: str, *xs: Any) -> Number:
    """Call of an LLVM intrinsic; in rules, those that may raise have the same result by IEEE 754."""
    numbers = _numbers(*xs)
    body = numbers[0].body
    arguments = ", ".join([f"double {x.as_float()}" for x in numbers])
    raises = body.any(*[x.raises for x in numbers])
    y = body.emit(f"call double {name}({arguments})")
    if name.startswith(("@llvm.copysign", "@llvm.fabs")):
        return Number(body, y, raises=raises)
    size = body.emit(f"call double @llvm.fabs.f64(double {y})")
    body.sites += 1
    return Number(body, y, raises=body.any(raises, body.emit(f"fcmp ueq double {size}, {literal(math.inf)}")))


def _arithmetic(name: str, a: Any, b: Any) -> Number:
    left, right = _numbers(a, b)
    body = left.body
    x, y = left.as_float(), right.as_float()
    raises = body.any(left.raises, right.raises)
    if name == "divide":
        body.sites += 1
        raises = body.any(raises, body.emit(f"fcmp oeq double {y}, {literal(0.0)}"))
    return Number(body, body.emit(f"{_ARITHMETIC[name]} double {x}, {y}"), raises=raises)


def _truth(name: str, a: Any, b: Any) -> Number:
    """Truth value of a comparison or a logical operator."""
    left, right = _numbers(a, b)
    instruction, read = (_LOGICAL[name], Number.as_truth) if name in _LOGICAL else (_COMPARISONS[name], Number.as_float)
    y = left.body.emit(f"{instruction} {read(left)}, {read(right)}")
    return Number(left.body, y, True, left.body.any(left.raises, right.raises))


def _writer(operator: Operator) -> Callable[..., Any]:
    name = operator.op
    if name in _ARITHMETIC:
        return partial(_arithmetic, name)
    if name in _LOGICAL or name in _COMPARISONS:
        return partial(_truth, name)
    return lambda *operands: getattr(machine, name)(*operands)


define_operators(Number, _writer)


class _Machine:
    """Namespace of rules on `Number`; where the C library has no function, the formula of the `scalar` namespace."""

    inf = math.inf

    def __getattr__(self, name: str) -> Callable[..., Number]:
        if name.startswith("__"):  # Python's protocols, such as `__wrapped__`
            raise AttributeError(name)
        if name in _INTRINSICS:
            return lambda *xs: _intrinsic(_INTRINSICS[name], *xs)
        if name in LIBM:
            return lambda *xs: _call(name, *xs) if any(isinstance(x, Number) for x in xs) else getattr(scalar, name)(*xs)
        raise UnreadableRuleError(f"the machine has no function {name}")

    @staticmethod
    def positive(x: Number) -> Number:
        return x

    @staticmethod
    def negative(x: Number) -> Number:
        return Number(x.body, x.body.emit(f"fneg double {x.as_float()}"), raises=x.raises)

    @staticmethod
    def logical_not(x: Number) -> Number:
        return Number(x.body, x.body.emit(f"xor i1 {x.as_truth()}, true"), True, x.raises)

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Any:
        """a if the condition holds, else b; of their errors, those of the branch taken."""
        if not isinstance(condition, Number):
            return a if condition else b
        body = condition.body
        choice, left, right = condition.as_truth(), *_numbers(condition, a, b)[1:]
        raises = body.any(condition.raises)
        if left.raises or right.raises:
            taken = body.emit(f"select i1 {choice}, i1 {left.raises or 'false'}, i1 {right.raises or 'false'}")
            raises = body.any(raises, taken)
        y = body.emit(f"select i1 {choice}, double {left.as_float()}, double {right.as_float()}")
        return Number(body, y, raises=raises)

    def maximum(self, a: Any, b: Any) -> Any:
        return self.where((a > b) | (a != a), a, b)

    def minimum(self, a: Any, b: Any) -> Any:
        return self.where((a < b) | (a != a), a, b)

    def fmax(self, a: Any, b: Any) -> Any:
        return self.where((a > b) | (b != b), a, b)

    def fmin(self, a: Any, b: Any) -> Any:
        return self.where((a < b) | (b != b), a, b)

    def sign(self, x: Any) -> Any:
        return self.where(x > 0, 1.0, self.where(x < 0, -1.0, self.where(x == x, 0.0, x)))

    def square(self, x: Any) -> Any:
        return x * x

    def power(self, a: Any, b: Any) -> Any:
        return self.where(b == 2.0, a * a, self.where(b == 3.0, a * a * a, self.pow(a, b)))

    def round(self, x: Any, decimals: int) -> Any:
        if decimals:
            raise UnreadableRuleError("decimals are rounded by NumPy")
        return _intrinsic("@llvm.rint.f64", x)

    def logaddexp(self, a: Any, b: Any) -> Any:
        far = self.where(b > a, b, a) + self.log1p(self.exp(-self.abs(a - b)))
        return self.where(a == b, a + math.log(2), far)

    def remainder(self, a: Any, b: Any) -> Any:
        rest = self.fmod(a, b)
        other_sign = (b < 0) ^ (rest < 0)
        return self.where(rest != 0, self.where(other_sign, rest + b, rest), self.copysign(0.0, b))

    def floor_divide(self, a: Any, b: Any) -> Any:
        rest = self.fmod(a, b)
        whole = (a - rest) / b
        whole = self.where((rest != 0) & ((b < 0) ^ (rest < 0)), whole - 1.0, whole)
        down = self.floor(whole)
        rounded = self.where(whole - down > 0.5, down + 1.0, down)
        return self.where(b == 0, a / b, self.where(whole != 0, rounded, self.copysign(0.0, a / b)))


machine: Any = _Machine()
