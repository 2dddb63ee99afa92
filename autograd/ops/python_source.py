"""Python source of op rules: a forward rule evaluated on `Code` returns the text of its expression."""

import re
from collections.abc import Callable
from typing import Any

from autograd.ops.namespaces import scalar
from autograd.ops.op import Op
from autograd.ops.operators import Operator, Precedence
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule


def identifier(text: str) -> str:
    """Text as a Python name: an underscore for each character that a name cannot contain, as in `<lambda>`.

    >>> identifier("add.reduce"), identifier("<lambda>"), identifier("2nd")
    ('add_reduce', '_lambda_', '_2nd')
    """
    return re.sub(r"\W|^(?=\d)", "_", text)


class Code(Tracer):
    """Python expression as text; arithmetic builds larger ones with the necessary parentheses only.

    >>> a, b = Code("a"), Code("b")
    >>> (a + b) * -a / 2.0
    (a + b) * -a / 2.0
    """

    __slots__ = ("level", "text", "truth")

    def __init__(self, text: str, level: int = Precedence.ATOM, truth: bool = False) -> None:
        self.text = text
        self.level = level
        self.truth = truth  # True for a truth value, which must become 1 or 0 to be a number

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return read_rule(op.forward, op, source, *map(code, inputs), **params)

    def __repr__(self) -> str:
        return self.text

    def up_to(self, level: int) -> str:
        """Text, in parentheses if it binds more weakly than `level`."""
        return self.text if self.level <= level else f"({self.text})"


def code(x: Any) -> Code:
    """Convert x, a piece of code or a number, to `Code`."""
    if isinstance(x, Code):
        return x
    try:
        return Code(repr(float(x)))
    except (TypeError, ValueError):
        raise UnreadableRuleError(f"the rule must compute with numbers, got {type(x).__name__}") from None


def rule_source(op: Op, *inputs: Code, **params: Any) -> Code:
    """Forward rule of an op as an expression in `inputs`."""
    return code(read_rule(op.forward, op, source, *inputs, **params))


def pullback_source(op: Op, i: int, *inputs: Code, **params: Any) -> Code:
    """Derivative of an op with respect to input `i`: its pullback of 1.0, in `inputs` and the output `y`."""
    pullback = op.pullbacks[i]
    if pullback is None:
        raise UnreadableRuleError(f"{op.name} has no derivative with respect to input {i}")
    return code(read_rule(pullback, op, Code("1.0"), Code("y"), *inputs, **params))


def _infix(sign: str, level: int, a: Any, b: Any) -> Code:
    left, right = code(a), code(b)
    is_comparison = level == Precedence.COMPARISON  # Python reads a < b != c as a < b and b != c
    if left.truth and right.truth and not is_comparison:
        left = _number(left)
    left_level = level - 1 if is_comparison else level
    return Code(f"{left.up_to(left_level)} {sign} {right.up_to(level - 1)}", level, truth=is_comparison)


def _sum(a: Any, b: Any) -> Code:
    left = code(a)
    return code(b) if left.text == "-0.0" else _infix("+", Precedence.SUM, left, b)  # −0 + x = x, also for x = −0


def _product(a: Any, b: Any) -> Code:
    """a × b without factors of ±1, which are exact in IEEE 754; a truth value counts as 1 or 0."""
    left, right = code(a), code(b)
    for one, other in ((left, right), (right, left)):
        if one.text == "1.0":
            return _number(other)
        if one.text == "-1.0":
            return -other
    return _infix("*", Precedence.PRODUCT, left, right)


def _and(a: Any, b: Any) -> Code:
    left, right = (code(x).up_to(Precedence.COMPARISON) for x in (a, b))
    return Code(f"{left} and {right}", Precedence.CHOICE, truth=True)


def _or(a: Any, b: Any) -> Code:
    left, right = (code(x).up_to(Precedence.COMPARISON) for x in (a, b))
    return Code(f"({left} or {right})", truth=True)


def _not(a: Any) -> Code:
    return Code(f"(not {code(a).up_to(Precedence.COMPARISON)})", truth=True)


def _minus(a: Code) -> Code:
    return Code(f"-{_number(a).up_to(Precedence.POWER)}", Precedence.UNARY)


def _number(a: Code) -> Code:
    """A truth value as the float 1.0 or 0.0, since integers have one zero; other code as it is."""
    return source.where(a, code(1), code(0)) if a.truth else a


#: Ops written neither as a sign between two operands nor as a call.
_SPECIAL: dict[str, Callable[..., Code]] = {
    "add": _sum, "multiply": _product, "logical_and": _and, "logical_or": _or, "logical_not": _not, "negative": _minus,
    "logical_xor": lambda a, b: _infix("!=", Precedence.COMPARISON, a, b), "positive": code,
}  # fmt: skip
_SIGNS = ("subtract", "divide")


def _writer(operator: Operator) -> Callable[..., Code]:
    if operator.op in _SPECIAL:
        return _SPECIAL[operator.op]
    if operator.is_comparison or operator.op in _SIGNS:
        return lambda a, b: _infix(operator.sign, operator.precedence, a, b)
    return lambda *operands: getattr(source, operator.op)(*operands)  # a call agrees with NumPy in every bit


define_operators(Code, _writer)


class _Source:
    """Namespace whose functions return the source of a call; a choice becomes `a if c else b`, which evaluates one branch."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's protocols, such as `__wrapped__`
            raise AttributeError(name)
        if not hasattr(scalar, name):
            raise UnreadableRuleError(f"the function {name} of the rule is not defined for floats")

        def call(*args: Any) -> Code:
            return Code(f"{name}({', '.join(repr(x) if isinstance(x, int) else str(code(x)) for x in args)})")

        setattr(self, name, call)
        return call

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Code:
        choice, yes, no = code(condition), code(a), code(b)
        test = choice.up_to(Precedence.COMPARISON)
        return Code(f"{yes.up_to(Precedence.COMPARISON)} if {test} else {no.up_to(Precedence.COMPARISON)}", Precedence.CHOICE)

    @staticmethod
    def maximum(a: Any, b: Any) -> Code:
        x, y = code(a).up_to(Precedence.SUM), code(b).up_to(Precedence.SUM)
        return Code(f"{x} if {x} > {y} or {x} != {x} else {y}", Precedence.CHOICE)  # x != x: NaN wins

    @staticmethod
    def minimum(a: Any, b: Any) -> Code:
        x, y = code(a).up_to(Precedence.SUM), code(b).up_to(Precedence.SUM)
        return Code(f"{x} if {x} < {y} or {x} != {x} else {y}", Precedence.CHOICE)


source = _Source()
