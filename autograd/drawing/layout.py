"""A picture reduced to what is drawn: shapes and edges, with what was too much or too deep folded away."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from autograd.drawing.box_text import box_of
from autograd.drawing.events import Slopes
from autograd.drawing.folding import Fold, Frames, Items, folded
from autograd.drawing.formulas import edge_label
from autograd.drawing.options import View
from autograd.engine.graph import Graph, GraphNode

_NONE: Slopes = {}

#: Most edges from one fold to one number that are drawn one by one.
PARALLEL = 8


class Edge(NamedTuple):
    """An arrow from one shape to another, or to the sign before it.

    Attributes:
        position: which input it is; weight: how much stands behind it, from 0 to 1, or None
        marked: whether it is on a path that is shown
    """

    tail: str
    position: int = 0
    label: str = ""
    weight: float | None = None
    marked: bool = False


@dataclass
class DrawnNode:
    """A box with its fields, or a fold (role "folded") that stands for `count` numbers; `edges` come in argument order.

    Attributes:
        weight: how much stands behind the arrow from the sign to the box, from 0 to 1, or None
    """

    name: str
    role: str
    fields: list[str]
    frames: Frames = ()
    heat: Sequence[Sequence[float | None]] = ()
    alarm: str = ""
    sign: str = ""
    edges: list[Edge] = field(default_factory=list)
    count: int = 1
    marked: bool = False
    weight: float | None = None
    item: Any = None


@dataclass
class Sketch:
    """Shapes, inputs before what was made of them; how many numbers they show one by one, and how many there are.

    Attributes:
        places: the name of the shape in which a number stands
    """

    shapes: list[DrawnNode]
    shown: int
    total: int
    places: dict[Any, str]

    def frames(self) -> "Frame":
        """The frames around the shapes, one within another."""
        root = Frame("", "", [], {})
        numbers = count()
        for shape in self.shapes:
            place = root
            for frame in shape.frames:
                if frame not in place.within:
                    place.within[frame] = Frame(f"cluster_{next(numbers)}", frame[1], [], {})
                place = place.within[frame]
            place.shapes.append(shape)
        return root


class Frame(NamedTuple):
    """Shapes that stand together: directly, and in frames within."""

    name: str
    title: str
    shapes: list[DrawnNode]
    within: dict[tuple[Any, str], "Frame"]


def sketch(graph: Graph, view: View, slopes: Slopes = _NONE) -> Sketch:
    """The shapes that are drawn of a graph; `slopes` stand beside the arrows.

    Beyond `max_nodes`, frames are folded, the innermost first; if that is not enough, those nearest the outputs are shown, and
    one shape stands for the others.
    """
    items = _nearest_first(graph.outputs)
    near = items if view.around is None else _neighbours(items, view.around, view.hops)
    stands, depth = folded(near, view.max_nodes, view.depth)
    stands |= {item: item for item in graph.unfolded if item in stands}  # it stands beside the fold that it would be in
    order = list(dict.fromkeys(stands[item] for item in near))
    kept, hidden = order[: view.max_nodes], set(order[view.max_nodes :])
    names = {stand: f"n{i}" for i, stand in enumerate(kept)} | dict.fromkeys(hidden, "folded")
    places = {item: names[stands[item]] for item in near}
    behind = sum(stands[item] in hidden for item in near)
    rest = [DrawnNode("folded", "folded", [f"… {_nodes(behind, 'more ')}"], count=behind)] if behind else []
    seen = {item: stands[item] for item in reversed(near) if stands[item] not in hidden}
    shown = sum(not isinstance(stand, Fold) for stand in kept)
    return Sketch(rest + _shapes(graph, view, slopes, seen, places, depth), shown, len(items), places)


def _shapes(
    graph: Graph, view: View, slopes: Slopes, stands: dict[GraphNode, Any], places: dict[GraphNode, str], depth: int
) -> list[DrawnNode]:
    """The boxes and folds that stand for the numbers that are seen, farthest from the outputs first."""
    shapes: list[DrawnNode] = []
    folds: dict[Fold, DrawnNode] = {}
    for item, stand in stands.items():
        edges = _edges(item, places, view, {} if isinstance(stand, Fold) else slopes)
        if not isinstance(stand, Fold):
            edges = _bundled(edges, {"folded", *(shape.name for shape in folds.values())})
            shapes.append(_shape(graph, item, places[item], edges, view, depth))
            continue
        if stand not in folds:
            folds[stand] = DrawnNode(places[item], "folded", [stand.title], stand.frames, count=0, item=stand)
            shapes.append(folds[stand])
        _add_to_fold(folds[stand], edges)
    for shape in folds.values():
        shape.fields.append(_nodes(shape.count))
    return shapes


def _edges(item: GraphNode, places: dict[GraphNode, str], view: View, slopes: Slopes) -> list[Edge]:
    """The arrows into an item, from those of its inputs that are shown."""
    return [
        Edge(places[x], i, edge_label(slopes[item, i], view.format) if (item, i) in slopes else "", view.weights.get(x),
             (x, item) in view.marked)
        for i, x in enumerate(item.inputs)
        if x in places
    ]  # fmt: skip


def _shape(graph: Graph, item: GraphNode, name: str, edges: list[Edge], view: View, depth: int) -> DrawnNode:
    """The box of an item that is drawn by itself."""
    box = box_of(graph, item, view.format, view.arrays)
    return DrawnNode(name, box.role, box.fields, item.frames[:depth], box.heat, box.alarm, item.sign if edges else "", edges,
                 marked=item in view.marked, weight=view.weights.get(item), item=item)  # fmt: skip


def _add_to_fold(shape: DrawnNode, edges: list[Edge]) -> None:
    """Let a fold stand for one number more, with one arrow from each shape that it needs."""
    shape.count += 1
    known = {edge.tail for edge in shape.edges} | {shape.name}
    shape.edges += [edge for tail, edge in {edge.tail: edge for edge in edges}.items() if tail not in known]


def _bundled(edges: list[Edge], folds: set[str]) -> list[Edge]:
    """The edges into a number; of many that come from one fold, the first stands for all, and says how many there are."""
    counts = Counter(edge.tail for edge in edges)
    many = {tail for tail, count in counts.items() if count > PARALLEL and tail in folds}
    kept: list[Edge] = []
    for edge in edges:
        if edge.tail not in many:
            kept.append(edge)
        elif all(known.tail != edge.tail for known in kept):
            kept.append(edge._replace(label=f"{counts[edge.tail]:,} edges"))
    return kept


def _nodes(count: int, which: str = "") -> str:
    return f"{count:,} {which}node{'s' * (count != 1)}"


def _nearest_first(outputs: Sequence[GraphNode]) -> Items:
    """The outputs and every number that they come from, nearest the outputs first."""
    items: Items = list(dict.fromkeys(outputs))
    seen = set(items)
    for item in items:  # the list grows as it is read: a search breadth first
        fresh = [x for x in dict.fromkeys(item.inputs) if x not in seen]
        seen.update(fresh)
        items += fresh
    return items


def _neighbours(items: Items, middle: GraphNode, hops: int) -> Items:
    """Those of the items that are at most so many steps from the middle one, in either direction."""
    links: dict[GraphNode, list[GraphNode]] = {item: [] for item in items}
    for item in items:
        for x in item.inputs:
            links[item].append(x)
            links[x].append(item)
    near = {middle}
    edge = [middle]
    for _ in range(hops):
        edge = list(dict.fromkeys(x for item in edge for x in links[item] if x not in near))
        near.update(edge)
    return [item for item in items if item in near]
