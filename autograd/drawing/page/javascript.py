"""JavaScript of elementwise op rules: a forward rule evaluated on `Script` returns the text of its expression.

Functions that JavaScript's Math lacks, or has with another meaning, are in `web/arithmetic.js`; its names are the namespace of
rules. Results equal Python's to the last digits of the functions of `Math`, which may differ from those of the C library.
"""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd.ops.op import OPS, Op
from autograd.ops.operators import Operator
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule

_WEB = Path(__file__).parent / "web"

#: Source of the object `A`, which holds the functions that expressions call, and of the other functions that programs call.
ARITHMETIC, ARRAYS = ((_WEB / name).read_text(encoding="utf-8") for name in ("arithmetic.js", "arrays.js"))

#: Names of these functions, as the file declares them.
NAMES = frozenset(re.findall(r"^  (\w+)\(", ARITHMETIC, re.MULTILINE)) | frozenset(
    re.search(r"\{ ([\w, ]+) \} = Math", ARITHMETIC)[1].split(", ")  # type: ignore[index]
)


class Script(Tracer):
    """JavaScript expression as text; arithmetic puts every part in parentheses.

    >>> a, b = Script("a"), Script("b")
    >>> (a + b) * 2.0
    ((a + b) * 2)
    """

    __slots__ = ("is_truth", "text")

    def __init__(self, text: str, is_truth: bool = False) -> None:
        self.text, self.is_truth = text, is_truth

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return read_rule(op.forward, op, functions, *map(script, inputs), **params)

    def __repr__(self) -> str:
        return self.text

    def as_number(self) -> str:
        return f"({self.text} ? 1 : 0)" if self.is_truth else self.text

    def as_truth(self) -> str:
        return self.text if self.is_truth else f"({self.text} !== 0)"


def script(x: Any) -> Script:
    """Convert x, a piece of script or a number, to `Script`.

    >>> script(-0.0), script(math.inf), script(2)
    ((-0), Infinity, 2)

    Raises:
        UnreadableRuleError: If x is neither
    """
    if isinstance(x, Script):
        return x
    try:
        number = float(x)
    except (TypeError, ValueError):
        raise UnreadableRuleError(f"the rule must compute with numbers, got {type(x).__name__}") from None
    text = {"inf": "Infinity", "nan": "NaN"}.get(repr(abs(number)), repr(abs(number)).removesuffix(".0"))
    return Script(f"(-{text})" if math.copysign(1.0, number) < 0 and number == number else text)


def check_registered(op: Op) -> None:
    """Raise UnreadableRuleError for an op whose rule a user wrote: reading it may do more than to compute."""
    if OPS.get(op.name) is not op:
        raise UnreadableRuleError("only the ops of the registry are read")


def _infix(sign: str) -> Callable[[Any, Any], Script]:
    return lambda a, b: Script(f"({script(a).as_number()} {sign} {script(b).as_number()})")


def _comparison(sign: str) -> Callable[[Any, Any], Script]:
    return lambda a, b: Script(f"({script(a).as_number()} {sign} {script(b).as_number()})", True)


def _logical(sign: str) -> Callable[[Any, Any], Script]:
    return lambda a, b: Script(f"({script(a).as_truth()} {sign} {script(b).as_truth()})", True)


def _product(a: Any, b: Any) -> Script:
    """a × b without a factor of 1, which is exact."""
    left, right = script(a).as_number(), script(b).as_number()
    return Script(right if left == "1" else left if right == "1" else f"({left} * {right})")


_WRITERS: dict[str, Callable[..., Script]] = {
    "add": _infix("+"), "subtract": _infix("-"), "multiply": _product, "divide": _infix("/"),
    "less": _comparison("<"), "less_equal": _comparison("<="), "greater": _comparison(">"),
    "greater_equal": _comparison(">="), "equal": _comparison("==="), "not_equal": _comparison("!=="),
    "logical_and": _logical("&&"), "logical_or": _logical("||"), "logical_xor": _logical("!=="),
    "logical_not": lambda a: Script(f"(!{script(a).as_truth()})", True),
    "negative": lambda a: Script(f"(-{script(a).as_number()})"), "positive": script,
}  # fmt: skip


def operator_script(operator: Operator) -> Callable[..., Script]:
    """Function that writes an operator on two pieces of script, or on one."""
    return _WRITERS.get(operator.op) or (lambda *operands: getattr(functions, operator.op)(*operands))


define_operators(Script, operator_script)


#: Functions whose results are truth values.
_TRUTHS = frozenset({"isfinite", "isinf", "isnan"})


class _Functions:
    """Namespace of rules on `Script`: calls of the functions of `A`, and choices."""

    inf = math.inf

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's protocols, such as `__wrapped__`
            raise AttributeError(name)
        if name not in NAMES:
            raise UnreadableRuleError(f"the page has no function {name}")
        return lambda *xs: Script(f"A.{name}({', '.join(script(x).as_number() for x in xs)})", name in _TRUTHS)

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Script:
        test, yes, no = map(script, (condition, a, b))
        return Script(f"({test.as_truth()} ? {yes.as_number()} : {no.as_number()})")


functions = _Functions()
