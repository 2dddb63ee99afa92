"""Training in JavaScript: programs of any number of rows, and update rules of optimizers."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from autograd.drawing.forward_model import graph_of
from autograd.drawing.page.array_program import ArrayProgram, array_program
from autograd.drawing.page.javascript import Script, script
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.value import Value
from autograd.ops.tracing import UnreadableRuleError

#: Numbers of rows at which a program is recorded: two determine its numbers as functions of n, the third confirms them.
#: They are larger than most other axes, so that the order of loops, from long steps to short ones, is the same for all three.
SIZES = (1009, 1013, 1019)

_NUMBER = re.compile(r"((?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]))")

#: Rule of an optimizer: parameter, gradient, state, learning rate and step to the new parameter and state.
Rule = Callable[[Any, Any, tuple[Any, ...], Any, Any], tuple[Any, Sequence[Any]]]


#: Graph of a function of n rows: outputs and leaves.
Record = Callable[[int], tuple[list[Node], list[Node]]]


def rows_script(record: Record) -> str:
    """Function of n whose result is the program of the graph that `record` makes of n rows.

    Raises:
        UnreadableRuleError: If an op has no JavaScript, or if more than sizes depends on n, as constants that are data
    """
    programs = [_program(record, n) for n in SIZES]
    constants = [_constants(program) for program in programs]
    if len(set(constants)) > 1:
        raise UnreadableRuleError("the program has constants that depend on the rows")
    return f"(rows) => ({sized_script([program.script for program in programs])})({constants[0]})"


def data_script(record: Record, n: int) -> str:
    """Function whose result is the program of the graph that `record` makes of the n rows of the data alone.

    Raises:
        UnreadableRuleError: If an op has no JavaScript, or if two recordings differ
    """
    first, again = ((program.script, _constants(program)) for program in (_program(record, n), _program(record, n)))
    if first != again:
        raise UnreadableRuleError("two runs on the same rows differ, since the loss or the model draws random numbers")
    return f"() => ({first[0]})({first[1]})"


def _program(record: Record, n: int) -> ArrayProgram:
    outputs, leaves = record(n)
    program = array_program(graph_of(outputs), leaves)
    if program.missing:
        raise UnreadableRuleError(f"there is no JavaScript for {', '.join(program.missing)}")
    return program


def _constants(program: ArrayProgram) -> str:
    arrays = [", ".join(script(x).text for x in c) for c in program.constants]
    return f"[{', '.join(f'Float64Array.of({numbers})' for numbers in arrays)}]"


def sized_script(scripts: Sequence[str]) -> str:
    """Text with a variable `rows` from the texts for n rows, n in `SIZES`: numbers that differ become c + d·n, or c / n.

    >>> print(sized_script([f"(x) => x[{n}] + x[{3 * n - 1}] * {1 / n!r}" for n in SIZES]))
    (x) => x[rows] + x[(3 * rows - 1)] * (1 / rows)

    Raises:
        UnreadableRuleError: If the texts differ in more than such numbers
    """
    texts = [_NUMBER.split(text) for text in scripts]
    if len({len(parts) for parts in texts}) > 1:
        raise UnreadableRuleError("the program of n rows depends on n in more than its sizes")
    return "".join(_as_function_of_n(*words) for words in zip(*texts, strict=True))


def _as_function_of_n(*words: str) -> str:
    if len(set(words)) == 1:
        return words[0]
    if all(_NUMBER.fullmatch(word) for word in words):
        numbers = [float(word) for word in words]
        if text := _affine(numbers):
            return text
        for dividend in (1.0, 2.0) if all(numbers) else ():  # of a mean, and of a mean of squares
            divisors = [float(round(dividend / x)) for x in numbers]
            if [dividend / n for n in divisors] == numbers and (text := _affine(divisors)):
                return f"({dividend:.0f} / {text})"
    raise UnreadableRuleError(f"the program of n rows depends on n in more than its sizes: {', '.join(words):.80}")


def _affine(numbers: list[float]) -> str:
    """Text of the function c + d·n with integers that has these values for n in `SIZES`, or "" if there is none."""
    slope = (numbers[1] - numbers[0]) / (SIZES[1] - SIZES[0])
    start = numbers[0] - slope * SIZES[0]
    if slope != int(slope) or start + slope * SIZES[2] != numbers[2]:
        return ""
    term = "rows" if slope == 1 else f"{slope:.0f} * rows"
    return f"({term} {'-' if start < 0 else '+'} {abs(start):.0f})" if start else term if slope == 1 else f"({term})"


def update_script(rule: Rule, memories: int) -> str:
    """Function that updates arrays in place: parameters p, gradients g, the list s of states, learning rate, step.

    >>> print(update_script(lambda p, g, state, lr, step: (p - lr * g, state), 0))
    (p, g, s, lr, step) => {
      for (let i = 0; i < p.length; i++) {
        const v4 = (lr * g[i]);
        const v5 = (p[i] - v4);
        p[i] = v5;
      }
    }

    Raises:
        UnreadableRuleError: If an op of the rule has no JavaScript
    """
    p, g, lr, step, *state = (Value(0.5) for _ in range(4 + memories))
    new, after = rule(p, g, tuple(state), lr, step)
    entries: dict[Node, str] = {p: "p[i]", g: "g[i]", **{x: f"s[{k}][i]" for k, x in enumerate(state)}}
    names: dict[Node, str] = {lr: "lr", step: "step", **entries}
    once, each = [], []
    for node, inputs in reversed(newest_first([new, *after]).items()):
        if node.op is None:
            continue
        texts = tuple(Script(names[x]) if isinstance(x, Node) else script(x) for x in inputs)
        result = script(Script.record(node.op, texts, node.params)).as_number()
        line = f"const v{len(names)} = {result};"
        names[node] = f"v{len(names)}"
        if any(x in entries for x in inputs):
            entries[node] = names[node]
            each.append(line)
        else:
            once.append(line)
    each += [f"{entries[x]} = {names[y]};" for x, y in zip([p, *state], [new, *after], strict=False) if x is not y]
    loop = ["for (let i = 0; i < p.length; i++) {", *(f"  {line}" for line in each), "}"]
    return "\n".join(["(p, g, s, lr, step) => {", *(f"  {line}" for line in [*once, *loop]), "}"])
