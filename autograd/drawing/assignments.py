"""Names of results from the lines that made them: `total = a + b` names the sum."""

import ast
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from autograd.engine.anomaly import line_of
from autograd.engine.node import Node
from autograd.ops.operators import OPERATORS

#: Ops by the class of the syntax tree of their operator.
_OPS = {operator.syntax: operator.op for operator in OPERATORS if operator.syntax}


def assigned_names(nodes: Iterable[Any]) -> dict[Node, str]:
    """The variables of the lines stored by `remember_lines`, by the result that they hold; nodes are in order of creation."""
    names: dict[Node, str] = {}
    for line, run in groupby((node for node in nodes if node.op is not None), key=line_of):
        if code := re.search(r":\d+: (.*)", line):
            *_, last = made = list(run)
            names[last] = _variable(code[1], made)
    return names


def _variable(code: str, made: list[Any]) -> str:
    """The variable to which a line of code assigns the last of the nodes made on it, or "" if that is not certain."""
    try:
        statements = ast.parse(code.strip()).body
    except (SyntaxError, ValueError):  # a part of a statement
        return ""
    match statements:
        case [ast.AugAssign(target=ast.Name(name), op=op)]:
            certain = _OPS.get(type(op)) == made[-1].op.name
        case [ast.Assign(targets=[ast.Name(name)], value=value)] | [ast.AnnAssign(target=ast.Name(name), value=value)]:
            certain = _is_result(value, made)
        case _:
            return ""
    return name if certain else ""


def _is_result(value: Any, made: list[Any]) -> bool:
    """True if the last node is the value of an expression: that of its operator, or the only result of its calls."""
    if isinstance(value, ast.BinOp | ast.UnaryOp):
        return _OPS.get(type(value.op)) == made[-1].op.name
    used = {id(x) for node in made for x in node.inputs}
    return isinstance(value, ast.Call) and [id(node) not in used for node in made].count(True) == 1
