"""The latest comparisons of numbers, on which branches of a program may depend: pages tell those that changed numbers turn."""

import sys
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple
from weakref import ref

from autograd.ops.operators import Operator

#: Most comparisons that are remembered.
LATEST = 5000


class Comparison(NamedTuple):
    """A comparison of a node with a finite number or another node; `line` is "" where lines are not remembered."""

    node: Any
    operator: Operator
    operand: Any
    outcome: bool
    line: str


#: References to nodes keep no node alive.
_latest: deque[tuple[Any, ...]] = deque(maxlen=LATEST)


def remember_comparison(node: Any, operator: Operator, operand: Any, outcome: bool, line: str) -> None:
    """Store a comparison of `node` with a number or a node."""
    if operand.__class__ is not float:
        operand = ref(operand) if hasattr(operand, "serial") else operand.item() if hasattr(operand, "item") else operand
    _latest.append((ref(node), operator, operand, outcome, line))


def latest_comparisons() -> Iterator[Comparison]:
    """The comparisons, each once, that hold for the numbers of now; those of nodes that are gone are left out.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> x > 1.0, x < Value(3.0)  # nothing else holds the second node
    (True, True)
    >>> [(c.operator.op, c.operand, c.outcome) for c in latest_comparisons() if c.node is x]
    [('greater', 1.0, True)]
    """
    known = set()
    for reference, operator, operand, outcome, line in tuple(_latest):
        node: Any = reference()
        b: Any = operand() if isinstance(operand, ref) else operand
        is_number = isinstance(b, int | float) and abs(b) <= sys.float_info.max
        key = (id(node), operator.op, float(b) if is_number else id(b), line)
        if node is None or key in known or not (is_number or hasattr(b, "serial")):
            continue
        if bool(operator.function(node._data, b if is_number else b._data)) == outcome:
            known.add(key)
            yield Comparison(node, operator, float(b) if is_number else b, outcome, line)
