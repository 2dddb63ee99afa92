"""Options of a drawing: `View`, the part of the graph to draw, and `Look`, its style."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from autograd.drawing.box_text import Arrays
from autograd.drawing.text import FORMAT, check_format
from autograd.drawing.themes import FONT, FONT_SIZE, THEMES, ThemeName
from autograd.engine.graph import GraphNode
from autograd.support.validation import check_choice

Rankdir = Literal["LR", "RL", "TB", "BT"]

#: Compass points at which edges leave a box and enter one, and at which the first and the last input enter an op.
PORTS: dict[Rankdir, str] = {"LR": "e w nw sw", "RL": "w e ne se", "TB": "s n nw ne", "BT": "n s sw se"}


#: Sides to which gradients go.
OPPOSITE: dict[Rankdir, Rankdir] = {"LR": "RL", "RL": "LR", "TB": "BT", "BT": "TB"}


@dataclass(frozen=True)
class View:
    """The part of a graph to draw, and the texts in it.

    Attributes:
        depth: The number of nested frames to open; all if None
        around: The number in the centre of the neighbourhood, and hops: its radius in edges
        weights: The width of the edges that leave a number, from 0 to 1
        marked: Numbers, and (tail, head) pairs of edges, on a path
    """

    max_nodes: int = 300
    format: str = FORMAT
    arrays: Arrays = "shape"
    depth: int | None = None
    hops: int = 2
    around: GraphNode | None = None
    weights: Mapping[GraphNode, float] = field(default_factory=dict)
    marked: frozenset[Any] = frozenset()

    def __post_init__(self) -> None:
        check_choice("arrays", self.arrays, get_args(Arrays))
        check_count("max_nodes", self.max_nodes, 1)
        check_format("draw", self.format)
        check_count("hops", self.hops, 0)
        if self.depth is not None:
            check_count("depth", self.depth, 0)


@dataclass(frozen=True)
class Look:
    """The style of a drawing; caption: lines below it."""

    rankdir: Rankdir = "LR"
    theme: ThemeName = "light"
    font: str = FONT
    font_size: float = FONT_SIZE
    size: tuple[float, float] | None = None
    caption: Sequence[str] = ()

    def __post_init__(self) -> None:
        check_choice("rankdir", self.rankdir, tuple(PORTS))
        check_choice("theme", self.theme, tuple(THEMES))
        if not isinstance(self.font, str) or not self.font:
            raise ValueError(f"font must be the name of a font, such as {FONT!r}, got {self.font!r}")
        if not isinstance(self.font_size, int | float) or not 2 <= self.font_size < math.inf:
            least = f"a number of points of at least 2, such as {FONT_SIZE}"
            raise ValueError(f"font_size must be {least}, got {self.font_size!r}")
        if self.size is not None and not _is_size(self.size):
            raise ValueError(f"size must be the largest width and height in inches, such as (6, 4), got {self.size!r}")


def rankdir_of(size: Any) -> Rankdir:
    """The side to which a computation goes on a stage of some width and height: down if that is higher than wide."""
    return "TB" if _is_size(size) and size[1] > size[0] else "LR"


def check_count(name: str, value: Any, least: int) -> None:
    """Raise ValueError if an option is not an integer of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")


def _is_size(value: Any) -> bool:
    sides = value if isinstance(value, tuple | list) else ()
    return len(sides) == 2 and all(isinstance(x, int | float) and 0 < x < math.inf for x in sides)
