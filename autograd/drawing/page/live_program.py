"""Program by which a page computes its numbers again, with the data that it needs."""

import base64
from typing import Any

import numpy as np

from autograd.drawing.page.array_program import page_program
from autograd.engine.graph import Graph

#: Most nodes of a program that is computed again in the page, and most entries of its leaves.
NODES, ENTRIES = 2000, 200_000

#: Data of a page without a program.
NO_PROGRAM: dict[str, Any] = {"leaves": [], "constants": [], "missing": []}


def live_program(graph: Graph) -> tuple[str, dict[str, Any]]:
    """The JavaScript program of a graph, or "", and its data: leaves by node, constants, and names of ops without JavaScript.

    A graph has no program if it is large, has several outputs, or has an op without JavaScript.
    """
    size = sum(np.size(node.value) for node in graph.nodes.values() if node.op is None)
    if len(graph.outputs) != 1 or len(graph.nodes) > NODES or size > ENTRIES:
        return "", NO_PROGRAM
    program, leaves = page_program(graph)
    if not leaves or not program.script:
        return "", NO_PROGRAM | {"missing": list(program.missing)}
    places = {node: i for i, node in enumerate(graph.nodes.values())}
    return program.script, {
        "leaves": [[places[x], encode(x.value)] for x in leaves],
        "constants": [encode(x) for x in program.constants],
        "missing": [],
    }


def encode(x: Any) -> str:
    """The entries of an array in base64: 64-bit floats, or after "f:" 32-bit floats if those have the same numbers.

    >>> encode(1.0), encode(np.float32([0.5, 1.0])), len(encode(0.1))
    ('f:AACAPw==', 'f:AAAAPwAAgD8=', 12)
    """
    wide, short = np.asarray(x, "<f8"), np.asarray(x, "<f4")
    fits = np.array_equal(short.astype(float), wide, equal_nan=True)
    return "f:" * fits + base64.b64encode((short if fits else wide).tobytes()).decode()
