"""Degree of a graph as a polynomial, from the kinds of its ops."""

import math
from typing import Any

from autograd.checks.oracles.replay import GraphReplay
from autograd.engine.node import Node

#: Elementwise ops whose degree is the largest of their inputs.
_SUMS = {"add", "subtract", "negative", "positive"}


def degree(replay: GraphReplay) -> float:
    """The degree of the outputs as polynomials in the variables; ∞ if the kinds of the ops do not show one.

    For a polynomial of degree 2 the central difference is the derivative, at any step: (f(x + v) − f(x − v))/2 = J v.
    """
    degrees: dict[Node, float] = dict.fromkeys(replay.variables, 1.0)
    for node, inputs in replay.steps:
        of_inputs = [degrees.get(x, 0.0) if isinstance(x, Node) else 0.0 for x in inputs]
        degrees[node] = _degree(node, of_inputs)
    return max((degrees.get(y, 0.0) for y in replay.outputs), default=0.0)


def _degree(node: Node, of_inputs: list[float]) -> float:
    op: Any = node.op
    if op.kind == "linear" or op.name in _SUMS:
        return max(of_inputs)
    if op.kind == "bilinear" or op.name == "multiply":
        return sum(of_inputs)
    if op.name == "square":
        return 2 * of_inputs[0]
    if op.name == "divide" and not of_inputs[1]:
        return of_inputs[0]
    return math.inf
