"""Program by which a page computes its numbers again, with the data that it needs."""

import base64
import struct
from collections.abc import Sequence
from typing import Any

from autograd.drawing.page.array_program import page_program
from autograd.drawing.page.source import short_line
from autograd.drawing.text import constant, visible
from autograd.engine.compared import latest_comparisons
from autograd.engine.graph import Graph
from autograd.ops.op import OPS
from autograd.support.lazy_numpy import np

#: Most nodes of a program that is computed again in the page, and most entries of its leaves.
NODES, ENTRIES = 2000, 200_000

#: Most comparisons that a page evaluates.
GUARDS = 200


def live_program(graph: Graph) -> tuple[str, dict[str, Any]]:
    """The JavaScript program of a graph, or "", and its data: leaves by node, constants, and the reason if there is none."""
    given = [node for node in graph.nodes.values() if node.op is None]
    size = sum(1 if isinstance(node.value, float) else np.size(node.value) for node in given)
    if len(graph.outputs) != 1:
        return "", live_data(reason=f"{len(graph.outputs)} outputs")
    if len(graph.nodes) > NODES or size > ENTRIES:
        return "", live_data(reason=f"more than {NODES:,} nodes, or {ENTRIES:,} entries of leaves")
    program, leaves = page_program(graph)
    if program.missing:
        return "", live_data(reason=f"no JavaScript for {', '.join(program.missing)}")
    if not leaves:
        return "", live_data(reason="no leaf has floating-point numbers")
    places = {node: i for i, node in enumerate(graph.nodes.values())}
    encoded = [[places[x], encode(x.value)] for x in leaves]
    return program.script, live_data(encoded, [encode(x) for x in program.constants]) | {"guards": _guards(graph)}


def live_data(leaves: Sequence[Any] = (), constants: Sequence[str] = (), reason: str = "") -> dict[str, Any]:
    """Data of the program of a page; by default those of a page that only plays what was recorded."""
    return {"leaves": list(leaves), "constants": list(constants), "reason": reason, "guards": []}


def _guards(graph: Graph) -> list[tuple[int, str, list[int] | float, bool, str]]:
    """The latest comparisons of numbers of a graph: place, sign, place of a node in a list or number, outcome, text."""
    places = {id(node.source): (i, node.name) for i, node in enumerate(graph.nodes.values())}
    guards: list[tuple[int, str, list[int] | float, bool, str]] = []
    for node, operator, operand, outcome, line in latest_comparisons():
        j, name = (None, constant(operand)) if isinstance(operand, float) else places.get(id(operand), (None, ""))
        if id(node) in places and name and len(guards) < GUARDS:
            i, left = places[id(node)]
            sign = OPS[operator.op].symbol
            text = f"{left} {sign} {name}" + f" ({short_line(line)})" * bool(line)
            guards.append((i, sign, operand if j is None else [j], outcome, visible(text, 200)))
    return guards


def encode(x: Any) -> str:
    """The entries of an array in base64: 64-bit floats, or after "f:" 32-bit floats if those have the same numbers.

    >>> encode(1.0), encode(np.float32([0.5, 1.0])), len(encode(np.array(0.1)))
    ('AAAAAAAA8D8=', 'f:AAAAPwAAgD8=', 12)
    """
    if isinstance(x, float):
        return base64.b64encode(struct.pack("<d", x)).decode()
    wide, short = np.asarray(x, "<f8"), np.asarray(x, "<f4")
    fits = np.array_equal(short.astype(float), wide, equal_nan=True)
    return "f:" * fits + base64.b64encode((short if fits else wide).tobytes()).decode()
