"""JavaScript of op rules: a forward rule evaluated on `Script` returns the text of its expression.

Functions that JavaScript's Math lacks, or has with another meaning, are in `web/arithmetic.js`; its names are the namespace of
rules. Results equal Python's to the last digits of the functions of `Math`, which may differ from those of the C library.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd.engine.graph import Graph
from autograd.ops.op import Op
from autograd.ops.operators import Operator
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule

#: Source of the object `A`, which holds the functions that expressions call.
ARITHMETIC = (Path(__file__).parent / "web" / "arithmetic.js").read_text(encoding="utf-8")

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


def rule_script(op: Op, inputs: Sequence[Any], params: Mapping[str, Any]) -> str:
    """Forward rule of an op as an expression in `inputs`.

    Raises:
        UnreadableRuleError: If it is not an expression of numbers
    """
    return script(read_rule(op.forward, op, functions, *inputs, **params)).as_number()


def pullback_script(op: Op, position: int, y: Any, inputs: Sequence[Any], params: Mapping[str, Any]) -> str:
    """Derivative of an op with respect to an input, its pullback of 1, as an expression in the output and the inputs.

    Raises:
        UnreadableRuleError: If it is not an expression of numbers
    """
    pullback = op.pullbacks[position]
    return "0" if pullback is None else script(read_rule(pullback, op, Script("1"), y, *inputs, **params)).as_number()


def program_script(graph: Graph) -> str | None:
    """Function of the leaves of a graph of numbers: the values of its nodes, the gradients of its output, local derivatives.

    Numbers and leaves are in the order of `graph.nodes`; a local derivative is known by node and position. None for arrays and
    for rules that cannot be read.

    >>> from autograd import Value
    >>> from autograd.drawing.forward_model import graph_of
    >>> x = Value(3.0)
    >>> print(program_script(graph_of([x * x])))
    (x) => {
      const v1 = x[0];
      const v0 = (v1 * v1);
      let g0 = 0, g1 = 0;
      g0 = 1;
      const s0_0 = v1;
      g1 += g0 * s0_0;
      const s0_1 = v1;
      g1 += g0 * s0_1;
      return [[v0, v1], [g0, g1], {"0.0": s0_0, "0.1": s0_1}];
    }
    """
    places = {node: i for i, node in enumerate(graph.nodes.values())}
    forward, backward, slopes = [], [f"g{places[graph.outputs[0]]} = 1;"], []
    for node, i in places.items():
        if not isinstance(node.value, float):
            return None
        if node.op is None:
            continue
        inputs = [Script(f"v{places[x]}") if x in places else script(x.value) for x in node.inputs]
        try:
            forward.append(f"const v{i} = {rule_script(node.op, inputs, node.params)};")
            for k, x in enumerate(node.inputs):
                if x in places and x.source.requires_grad and node.op.pullbacks[k] is not None:
                    slope = pullback_script(node.op, k, Script(f"v{i}"), inputs, node.params)
                    backward += [f"const s{i}_{k} = {slope};", f"g{places[x]} += g{i} * s{i}_{k};"]
                    slopes.append(f'"{i}.{k}": s{i}_{k}')
        except UnreadableRuleError:
            return None
    given = [f"const v{i} = x[{k}];" for k, i in enumerate(i for node, i in places.items() if node.op is None)]
    numbers, gradients = (", ".join(f"{letter}{i}" for i in range(len(places))) for letter in "vg")
    declared = f"let {', '.join(f'g{i} = 0' for i in range(len(places)))};"
    result = f"return [[{numbers}], [{gradients}], {{{', '.join(slopes)}}}];"
    lines = [*given, *reversed(forward), declared, *backward, result]
    return "\n".join(["(x) => {", *(f"  {line}" for line in lines), "}"])


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
