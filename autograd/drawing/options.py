"""Options of a drawing in two groups: the part of a graph that is shown, and the look of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.box_text import ARRAYS
from autograd.drawing.text import FORMAT, check_format
from autograd.drawing.themes import FONT, THEMES
from autograd.engine.graph import GraphNode

#: Where arrows leave a box and enter one, and where the first and the last of several inputs enter an op.
PORTS = {"LR": "e w nw sw", "RL": "w e ne se", "TB": "s n nw ne", "BT": "n s sw se"}


@dataclass(frozen=True)
class View:
    """The part of a graph that is shown, and the texts in it.

    Attributes:
        depth: frames inside frames that are opened, or None for all
        around: the number in the middle, and hops: how many steps from it are shown
        weights: how thick the arrow that leaves a number is, from 0 to 1
        marked: numbers, and pairs of tail and head of an arrow, on a path

    Raises:
        ValueError: if an option is unknown
    """

    max_nodes: int = 300
    format: str = FORMAT
    arrays: str = "shape"
    depth: int | None = None
    hops: int = 2
    around: GraphNode | None = None
    weights: Mapping[GraphNode, float] = field(default_factory=dict)
    marked: frozenset[Any] = frozenset()

    def __post_init__(self) -> None:
        check_one_of("arrays", self.arrays, ARRAYS)
        check_count("max_nodes", self.max_nodes, 1)
        check_format("draw", self.format)
        check_count("hops", self.hops, 0)
        if self.depth is not None:
            check_count("depth", self.depth, 0)


@dataclass(frozen=True)
class Look:
    """The look of a drawing; caption: lines below it.

    Raises:
        ValueError: if an option is unknown
    """

    rankdir: str = "LR"
    theme: str = "light"
    font: str = FONT
    size: tuple[float, float] | None = None
    caption: Sequence[str] = ()

    def __post_init__(self) -> None:
        check_one_of("rankdir", self.rankdir, tuple(PORTS))
        check_one_of("theme", self.theme, tuple(THEMES))
        if not isinstance(self.font, str) or not self.font:
            raise ValueError(f"draw: font is the name of a font, such as {FONT!r}, not {self.font!r}")
        if self.size is not None and not _is_size(self.size):
            raise ValueError(f"draw: size is the most width and height, in inches, such as (6, 4), not {self.size!r}")


def check_one_of(name: str, given: Any, known: tuple[Any, ...]) -> None:
    """Raise if an option is not among those that are known."""
    if given not in known:
        raise ValueError(f"draw: {name} is one of {', '.join(map(str, known))}, not {given!r}")


def check_count(name: str, given: Any, least: int) -> None:
    """Raise if an option is no whole number from `least`."""
    if isinstance(given, bool) or not isinstance(given, int) or given < least:
        raise ValueError(f"draw: {name} is a whole number from {least}, not {given!r}")


def _is_size(given: Any) -> bool:
    sides = given if isinstance(given, tuple | list) else ()
    return len(sides) == 2 and all(isinstance(x, int | float) and 0 < x < math.inf for x in sides)
