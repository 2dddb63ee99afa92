"""Layout of a picture: shapes and edges, with folds for numbers that are too many or too deep."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from autograd.drawing.box_text import HeatMap, box_of
from autograd.drawing.events import Slopes
from autograd.drawing.folding import Fold, Frames, Items, contents, fold_frames, inner_name
from autograd.drawing.formulas import edge_label
from autograd.drawing.options import View
from autograd.engine.graph import Graph, GraphNode

_NONE: Slopes = {}

#: Position of the edge from a fold to an output that it computes.
OUTSIDE = -1

#: Most parallel edges from one fold to one number that are drawn one by one.
PARALLEL = 8


class Edge(NamedTuple):
    """An edge to a shape or its sign: the position of the input, a width up to 1, and if it lies on the marked path."""

    tail: str
    position: int = 0
    label: str = ""
    weight: float | None = None
    marked: bool = False


@dataclass(eq=False)
class DrawnNode:
    """A box with its fields, or a fold of `count` numbers (role "folded"); edges are in the order of the arguments."""

    name: str
    role: str
    fields: list[str]
    kinds: str = ""
    frames: Frames = ()
    heat: Sequence[HeatMap] = ()
    alarm: str = ""
    sign: str = ""
    edges: list[Edge] = field(default_factory=list)
    count: int = 1
    marked: bool = False
    weight: float | None = None
    item: Any = None


@dataclass
class Sketch:
    """Shapes in order of computation, numbers of nodes drawn one by one and in all, and the shape of each number by name."""

    shapes: list[DrawnNode]
    shown: int
    total: int
    places: dict[Any, str]

    def frames(self) -> "Frame":
        """The nested frames around the shapes, as a tree."""
        root = Frame("", "", [], {})
        numbers = count()
        for shape in self.shapes:
            place, around = root, list[tuple[Any, str]]()
            for frame in shape.frames:
                if frame not in place.within:
                    place.within[frame] = Frame(f"cluster_{next(numbers)}", inner_name(frame[1], around), [], {})
                place = place.within[frame]
                around.append(frame)
            place.shapes.append(shape)
        return root


class Frame(NamedTuple):
    """A frame with its shapes and the frames inside it."""

    name: str
    title: str
    shapes: list[DrawnNode]
    within: dict[tuple[Any, str], "Frame"]


def sketch(graph: Graph, view: View, slopes: Slopes = _NONE, rankdir: str = "LR") -> Sketch:
    """The shapes to draw of a graph; `slopes` are the labels of edges, and the order of shapes is that of the layout.

    Beyond `max_nodes`, frames are folded, the innermost first. If that is not enough, only the numbers nearest the outputs are
    drawn, and one shape represents the others.
    """
    items = _nearest_first(graph.outputs)
    near = items if view.around is None else _neighbours(items, view.around, view.hops)
    targets, depth = fold_frames(near, view.max_nodes, view.depth)
    outer = {y: fold for y in graph.unfolded if isinstance(fold := targets.get(y), Fold)}
    targets |= {y: y for y in outer}  # drawn next to the fold of its frame
    outer = {y: fold for y, fold in outer.items() if y.inputs}
    order = list(dict.fromkeys(target for item in near for target in (targets[item], outer.get(item)) if target is not None))
    kept, hidden = order[: view.max_nodes], set(order[view.max_nodes :])
    names = {target: f"n{i}" for i, target in enumerate(kept)} | dict.fromkeys(hidden, "folded")
    places = {item: names[targets[item]] for item in near}
    omitted = sum(targets[item] in hidden for item in near)
    rest = [DrawnNode("folded", "folded", [f"… {_nodes(omitted, 'more ')}"], count=omitted)] if omitted else []
    ordered = _inputs_first(near, iter)
    if rankdir in ("LR", "RL"):  # renderers begin a column at its top, but inside of a frame at its bottom
        inside = {item for item in near if item.frames[:depth]}
        ordered = [x for x in ordered if x not in inside] + [x for x in _inputs_first(near, reversed) if x in inside]
    seen = {item: targets[item] for item in ordered if targets[item] not in hidden}
    shown = sum(not isinstance(target, Fold) for target in kept)
    folds = {fold: DrawnNode(name, "folded", [inner_name(fold.title, fold.frames)], frames=fold.frames, count=0, item=fold)
             for fold, name in names.items() if isinstance(fold, Fold) and fold not in hidden}  # fmt: skip
    shapes = list(_shapes(graph, view, slopes, seen, places, depth, outer, folds))
    for fold, shape in folds.items():
        shape.fields += contents(fold.items, shape.count)
    return Sketch(rest + list(dict.fromkeys(shapes)), shown, len(items), places)


def _shapes(
    graph: Graph, view: View, slopes: Slopes, targets: dict[GraphNode, Any], places: dict[GraphNode, str], depth: int,
    outer: dict[GraphNode, Fold], folds: dict[Fold, DrawnNode],
) -> Iterator[DrawnNode]:  # fmt: skip
    """The boxes and folds of the drawn numbers, in their order; a fold that computes an output gets the edges of that."""
    names = {"folded", *(shape.name for shape in folds.values())}
    for item, target in targets.items():
        fold = folds.get(outer.get(item, target))
        edges = _edges(item, places, view, {} if fold else slopes)
        if fold:
            fold.count += target is not item
            _add_to_fold(fold, edges)
            yield fold
            edges = [Edge(fold.name, OUTSIDE, marked=any(edge.marked for edge in edges))]
        if target is item:
            yield _shape(graph, item, places[item], _bundle(edges, names), view, depth)


def _edges(item: GraphNode, places: dict[GraphNode, str], view: View, slopes: Slopes) -> list[Edge]:
    """The edges into an item from its drawn inputs."""
    return [
        Edge(places[x], i, edge_label(slopes[item, i], view.format) if (item, i) in slopes else "", view.weights.get(x),
             (x, item) in view.marked)
        for i, x in enumerate(item.inputs)
        if x in places
    ]  # fmt: skip


def _shape(graph: Graph, item: GraphNode, name: str, edges: list[Edge], view: View, depth: int) -> DrawnNode:
    """The box of a single number."""
    box, frames = box_of(graph, item, view.format, view.arrays), item.frames[:depth]
    sign = item.sign if any(edge.position != OUTSIDE for edge in edges) else ""
    if box.kinds.startswith("l"):
        box.fields[0] = inner_name(box.fields[0], frames)
    return DrawnNode(name, box.role, box.fields, box.kinds, frames, box.heat, box.alarm, sign, edges,
                 marked=item in view.marked, weight=view.weights.get(item), item=item)  # fmt: skip


def _add_to_fold(shape: DrawnNode, edges: list[Edge]) -> None:
    """Add the edges of a number to a fold, one from each input outside of it."""
    known = {edge.tail for edge in shape.edges} | {shape.name}
    shape.edges += [edge for tail, edge in {edge.tail: edge for edge in edges}.items() if tail not in known]


def _bundle(edges: list[Edge], folds: set[str]) -> list[Edge]:
    """The edges into a number; more than `PARALLEL` from one fold become one edge, labelled with their count."""
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
    """The outputs and everything they were computed from, nearest the outputs first."""
    items: Items = list(dict.fromkeys(outputs))
    seen = set(items)
    for item in items:  # breadth-first search: the list grows during iteration
        fresh = [x for x in dict.fromkeys(item.inputs) if x not in seen]
        seen.update(fresh)
        items += fresh
    return items


def _inputs_first(items: Items, in_order: Callable[[Any], Iterator[GraphNode]]) -> Items:
    """The items in the order of a formula: the inputs of each, in some order, before it."""
    near, done = set(items), dict[GraphNode, None]()
    for output in items:
        stack = [(output, in_order(output.inputs))] if output not in done else []
        while stack:
            item, inputs = stack[-1]
            fresh = next((x for x in inputs if x in near and x not in done), None)
            if fresh is None:
                done[item] = None
                stack.pop()
            else:
                stack.append((fresh, in_order(fresh.inputs)))
    return list(done)


def _neighbours(items: Items, middle: GraphNode, hops: int) -> Items:
    """The items within `hops` edges of `middle`, in either direction."""
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
