"""Training in JavaScript: programs of any number of rows, and update rules of optimizers."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd.drawing.forward_model import graph_of
from autograd.drawing.page.array_program import array_program
from autograd.drawing.page.javascript import Script, rule_script, script
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


def learning_script(learning: Mapping[str, Any]) -> str:
    """Object with the programs of a training in the page.

    Args:
        learning: The functions `loss` and `responses`, which record graphs of n rows, and `updates`, for each optimizer its
            rule, its number of states, and its learning rate

    Raises:
        UnreadableRuleError: If an op has no JavaScript, or a program cannot be one of any number of rows
    """
    updates = [
        f"{json.dumps(name)}: {{states: {memories}, lr: {lr!r}, rule: {update_script(rule, memories)}}}"
        for name, (rule, memories, lr) in learning["updates"].items()
    ]
    programs = [f"{name}: {rows_script(learning[name])}" for name in ("loss", "responses")]
    return "{" + ",\n".join([*programs, f"updates: {{{', '.join(updates)}}}"]) + "}"


def rows_script(record: Record) -> str:
    """Function of n whose result is the program of the graph that `record` makes of n rows.

    Raises:
        UnreadableRuleError: As `learning_script`
    """
    programs = [array_program(graph_of(outputs), leaves) for outputs, leaves in map(record, SIZES)]
    first = programs[0]
    if first.missing:
        raise UnreadableRuleError(f"there is no JavaScript for {', '.join(first.missing)}")
    constants = [[c.tolist() for c in program.constants] for program in programs]
    if any(c != constants[0] for c in constants):
        raise UnreadableRuleError("the program computes with arrays that depend on the rows, or with random ones")
    arrays = ", ".join(f"Float64Array.of({', '.join(map(repr, c))})" for c in constants[0])
    return f"(n) => ({sized_script([program.script for program in programs])})([{arrays}])"


def sized_script(scripts: Sequence[str]) -> str:
    """Text with a variable n from the texts for n in `SIZES`: numbers that differ become c + d·n, or c / n.

    >>> print(sized_script([f"(x) => x[{n}] + x[{3 * n - 1}] * {1 / n!r}" for n in SIZES]))
    (x) => x[n] + x[(3 * n - 1)] * (1 / n)

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
        a, b, last = map(float, words)
        slope = (b - a) / (SIZES[1] - SIZES[0])
        start, factor = a - slope * SIZES[0], round(a * SIZES[0])
        if start + slope * SIZES[2] == last and slope == int(slope):
            text = "n" if slope == 1 else f"{slope:.0f} * n"
            return f"({text} {'-' if start < 0 else '+'} {abs(start):.0f})" if start else text if slope == 1 else f"({text})"
        if [factor / n for n in SIZES] == [a, b, last]:
            return f"({factor} / n)"
    raise UnreadableRuleError(f"the program of n rows depends on n in more than its sizes: {', '.join(words):.80}")


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
        texts = [Script(names[x]) if isinstance(x, Node) else script(x) for x in inputs]
        line = f"const v{len(names)} = {rule_script(node.op, texts, node.params)};"
        names[node] = f"v{len(names)}"
        if any(x in entries for x in inputs):
            entries[node] = names[node]
            each.append(line)
        else:
            once.append(line)
    each += [f"{entries[x]} = {names[y]};" for x, y in zip([p, *state], [new, *after], strict=False) if x is not y]
    loop = ["for (let i = 0; i < p.length; i++) {", *(f"  {line}" for line in each), "}"]
    return "\n".join(["(p, g, s, lr, step) => {", *(f"  {line}" for line in [*once, *loop]), "}"])
