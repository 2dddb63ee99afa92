"""Checks of `detect_anomaly()`: op, source line and inputs of the first non-finite number."""

import math
import os
import sys
from typing import Any

from autograd.engine.node import Node
from autograd.engine.node_texts import NodeTexts
from autograd.ops.op import Op
from autograd.support.lazy_numpy import np

#: Path prefixes of this library and of its generated code, which are skipped in the search for the user's line.
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_OURS = (*(os.path.join(_ROOT, name, "") for name in ("autograd", "nn")), "<autograd")

#: Source line that made each node.
_lines = NodeTexts("")


def _is_finite(x: Any) -> bool:
    return math.isfinite(x) if isinstance(x, float) else bool(np.all(np.isfinite(x)))


def check_value_finite(op: Op, y: Any, inputs: list[Any]) -> None:
    """Raise if the result `y` of `op` is not finite."""
    if not _is_finite(y):
        raise FloatingPointError(f"{op.name} gave {_describe(y)}, from {_describe_inputs(inputs)}{_location(user_line())}")


def remember_line(node: Node) -> None:
    """Store the line of the user's program that made `node`."""
    _lines.set(node, user_line())


def line_of(node: Node) -> str:
    """Stored line of a node as "file:number: text", or ""."""
    return _lines.get(node)


def check_gradient_finite(node: Node, op: Op, g: Any, cotangent: Any) -> None:
    """Raise if `cotangent`, from the pullback of `op` on the cotangent `g` of `node`, is not finite."""
    data = cotangent._data if isinstance(cotangent, Node) else cotangent
    if not _is_finite(data):
        inputs = [x._data if isinstance(x, Node) else x for x in node.inputs]
        incoming = g._data if isinstance(g, Node) else g
        raise FloatingPointError(
            f"the gradient of {op.name} is {_describe(data)}, from the incoming gradient {_describe(incoming)} and "
            f"{_describe_inputs(inputs)}{_location(line_of(node))}"
        )


def user_line() -> str:
    """Innermost line of the program outside this library, as "file:number: text"."""
    import traceback  # not loaded with the package, because that takes time

    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    summary = traceback.extract_stack(frame, limit=1)[0]
    return f"{summary.filename}:{summary.lineno}: {summary.line}" if summary.line else ""


def _location(line: str) -> str:
    return f"\n    {line}" if line else ""


def _describe_inputs(inputs: list[Any]) -> str:
    return f"{len(inputs)} input{'s' * (len(inputs) != 1)}: " + ", ".join(map(_describe, inputs))


def _describe(x: Any) -> str:
    """Range of the finite numbers of an array, and counts of the others."""
    if isinstance(x, float):
        return f"{x}"
    array = np.asarray(x)
    if array.ndim == 0:
        return f"{array.item()}"
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array.ravel()
    span = f"[{finite.min():.6g}, {finite.max():.6g}]" if finite.size else "no finite number"
    other = "".join(f", {n} {name}" for name, n in (("nan", np.isnan(array).sum()), ("inf", np.isinf(array).sum())) if n)
    return f"{span}{other} (shape {array.shape})"
