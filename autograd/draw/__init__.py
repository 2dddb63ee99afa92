"""Pictures of graphs: `draw` gives a `Drawing`, which a notebook shows and a file keeps.

labels    any text made fit for a picture, and numbers
picture   which numbers are shown, in which role, and what is written in them
dot       the picture as DOT text
render    a program that makes SVG or PNG of it
drawing   what `draw` gives back
"""

import math
from collections.abc import Sequence
from typing import Any

from autograd.draw.dot import PORTS, Picture, dot_of
from autograd.draw.drawing import Drawing
from autograd.draw.picture import Backward, Forward
from autograd.draw.render import RenderError
from autograd.node import Node
from autograd.tensor import Tensor

__all__ = ["Drawing", "RenderError", "draw"]


def draw(
    y: Node | Sequence[Node], *, direction: str = "forward", max_nodes: int = 300, rankdir: str = "LR", digits: int = 4
) -> Drawing:
    """A picture of how y was computed, or of how its gradient is.

        forward   x → op → y
        backward  ȳ → pullback → x̄, with x̄ written ∂y/∂x

    y is a node, or forward a list of nodes. Boxes are numbers: label, data and gradient of a Value, label, shape and dtype
    of a Tensor. Round signs are ops, between their inputs (the first enters above the second) and their result.

        parameter   square, thick blue outline: a leaf that requires a gradient
        constant    square, grey, no outline
        computed    rounded, thin outline
        cotangent   rounded, orange; the gradient of a leaf is square, with a thick outline
        primal      dashed: a number of the forward graph that a pullback uses, an input of the backward one

    Of a graph with more than `max_nodes` numbers, those nearest the outputs are drawn and one node stands for the rest.
    `rankdir` is Graphviz's: LR, RL, TB or BT; `digits` is the number of decimals. No `.grad` is touched; the hooks of a
    tensor are called by the backward sweep, as by any other.

    Raises  TypeError     if y is no node, or no list of nodes
            ValueError    if an option is unknown; backward, if y is a constant or has more than one element
            RuntimeError  backward, if a leaf's data changed since it was used
    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> draw(x * x)
    <Drawing of 2 nodes: .save('graph.svg'), .svg(), .png(), .dot>
    """
    check_options(direction, max_nodes, rankdir, digits)
    picture: Picture = Forward(_outputs(y), digits) if direction == "forward" else Backward(_one_number(y), digits)
    return Drawing(*dot_of(picture, max_nodes=max_nodes, rankdir=rankdir))


def check_options(direction: Any, max_nodes: Any, rankdir: Any, digits: Any) -> None:
    """Raise if an option of a picture is unknown."""
    if direction not in ("forward", "backward"):
        raise ValueError(f"draw: direction is 'forward' or 'backward', not {direction!r}")
    if rankdir not in PORTS:
        raise ValueError(f"draw: rankdir is one of {', '.join(PORTS)}, not {rankdir!r}")
    for name, number, least, most in [("max_nodes", max_nodes, 1, math.inf), ("digits", digits, 0, 17)]:
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise ValueError(f"draw: {name} is a whole number from {least} to {most}, not {number!r}")


def _outputs(y: Any) -> list[Node]:
    nodes = list(y) if isinstance(y, list | tuple) else [y]
    if not nodes:
        raise ValueError("draw: there is nothing to draw in an empty list; pass at least one node")
    for node in nodes:
        if not isinstance(node, Node):
            raise TypeError(
                f"draw takes a Value or a Tensor, or a list of them, not {node!r} of type {type(node).__name__}: "
                "pass the result of the computation"
            )
    return nodes


def _one_number(y: Any) -> Node:
    if not isinstance(y, Node):
        raise TypeError(
            f"draw(…, direction='backward') takes one Value or Tensor of one element, not {y!r} of type {type(y).__name__}"
        )
    if isinstance(y, Tensor) and y.size != 1:
        raise ValueError(
            f"draw(…, direction='backward') takes one number, and this tensor has shape {y.shape}: draw its sum, or a loss"
        )
    if not y.requires_grad:
        raise ValueError(f"draw(…, direction='backward'): {y!r} is a constant, and has no gradient to draw")
    return y
