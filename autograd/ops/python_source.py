"""The third reading of a rule: Python source. A forward rule read on `Code` gives the text of its expression."""

from typing import Any

from autograd.ops.op import Op, Recorder

_ATOM, _POWER, _UNARY, _PRODUCT, _SUM, _COMPARE, _CHOICE = range(7)


class Code(Recorder):
    """A piece of Python source that grows by arithmetic, with parentheses only where they are needed.

    >>> a, b = Code("a"), Code("b")
    >>> (a + b) * -a / 2.0
    (a + b) * -a / 2.0
    """

    __slots__ = ("level", "text", "truth")

    def __init__(self, text: str, level: int = _ATOM, truth: bool = False) -> None:
        self.text = text
        self.level = level
        self.truth = truth  # whether it is a truth value, which must become 1 or 0 to be a number

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return op.forward(source, *map(code, inputs), **params)

    def __repr__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        raise TypeError("a rule that takes a branch on its numbers is no expression: write it with xp.where")

    def up_to(self, level: int) -> str:
        """The text, in parentheses if it binds less tightly than `level`."""
        return self.text if self.level <= level else f"({self.text})"

    def __add__(self, other: Any) -> "Code":
        return code(other) if self.text == "-0.0" else _infix("+", self, other, _SUM)  # −0 + x = x, −0 itself included

    def __radd__(self, other: Any) -> "Code":
        return _infix("+", other, self, _SUM)

    def __sub__(self, other: Any) -> "Code":
        return _infix("-", self, other, _SUM)

    def __rsub__(self, other: Any) -> "Code":
        return _infix("-", other, self, _SUM)

    def __mul__(self, other: Any) -> "Code":
        return _product(self, code(other))

    def __rmul__(self, other: Any) -> "Code":
        return _product(code(other), self)

    def __truediv__(self, other: Any) -> "Code":
        return _infix("/", self, other, _PRODUCT)

    def __rtruediv__(self, other: Any) -> "Code":
        return _infix("/", other, self, _PRODUCT)

    def __and__(self, other: Any) -> "Code":
        return Code(f"{self.up_to(_COMPARE)} and {code(other).up_to(_COMPARE)}", _CHOICE, truth=True)

    def __or__(self, other: Any) -> "Code":
        return Code(f"({self.up_to(_COMPARE)} or {code(other).up_to(_COMPARE)})", truth=True)

    def __neg__(self) -> "Code":
        return Code(f"-{self.up_to(_POWER)}", _UNARY)

    def __pos__(self) -> "Code":
        return self

    def __gt__(self, other: Any) -> "Code":
        return _infix(">", self, other, _COMPARE)

    def __lt__(self, other: Any) -> "Code":
        return _infix("<", self, other, _COMPARE)

    def __ge__(self, other: Any) -> "Code":
        return _infix(">=", self, other, _COMPARE)

    def __le__(self, other: Any) -> "Code":
        return _infix("<=", self, other, _COMPARE)

    def __eq__(self, other: object) -> "Code":  # type: ignore[override]
        return _infix("==", self, other, _COMPARE)

    def __ne__(self, other: object) -> "Code":  # type: ignore[override]
        return _infix("!=", self, other, _COMPARE)

    __hash__ = object.__hash__


def code(x: Any) -> Code:
    """A piece of source for x: itself, or the literal of a number."""
    return x if isinstance(x, Code) else Code(repr(float(x)))


def _infix(sign: str, a: Any, b: Any, level: int) -> Code:
    left, right = code(a), code(b)
    beside = level - 1 if level == _COMPARE else level  # Python reads a < b != c as a < b and b != c
    return Code(f"{left.up_to(beside)} {sign} {right.up_to(level - 1)}", level, truth=level == _COMPARE)


def _product(a: Code, b: Code) -> Code:
    """a × b; a factor of ±1, exact in IEEE 754, is not written, and a truth value counts as 1 or 0."""
    for one, other in ((a, b), (b, a)):
        if one.text == "1.0":
            return source.where(other, code(1), code(0)) if other.truth else other
        if one.text == "-1.0":
            return -other
    return _infix("*", a, b, _PRODUCT)


class _Source:
    """Names that write a call; a choice between two is written out, so that only one of them is evaluated."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> Code:
            return Code(f"{name}({', '.join(repr(x) if isinstance(x, int) else str(code(x)) for x in args)})")

        setattr(self, name, call)
        return call

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Code:
        choice, yes, no = code(condition), code(a), code(b)
        return Code(f"{yes.up_to(_COMPARE)} if {choice.up_to(_CHOICE - 1)} else {no.up_to(_COMPARE)}", _CHOICE)

    @staticmethod
    def maximum(a: Any, b: Any) -> Code:
        x, y = code(a).up_to(_SUM), code(b).up_to(_SUM)
        return Code(f"{x} if {x} > {y} or {x} != {x} else {y}", _CHOICE)  # x != x: NaN wins

    @staticmethod
    def minimum(a: Any, b: Any) -> Code:
        x, y = code(a).up_to(_SUM), code(b).up_to(_SUM)
        return Code(f"{x} if {x} < {y} or {x} != {x} else {y}", _CHOICE)


source = _Source()
