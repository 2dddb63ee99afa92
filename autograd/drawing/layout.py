"""A picture reduced to what is drawn: shapes and edges, with what was too much or too deep folded away."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple, Protocol

from autograd.drawing.folding import Fold, Frames, Items, folded
from autograd.drawing.forward_model import Box, Constant, Made

#: Most edges from one fold to one number that are drawn one by one.
PARALLEL = 8


class Picture(Protocol):
    """What can be drawn: outputs, how each number is made and of which, a box for it and the frames around it.

    What is `unfolded` stands by itself even if the frame that it is in is folded.

    Numbers are whatever can be told apart: nodes of a graph, steps of a tape.
    """

    @property
    def outputs(self) -> Sequence[Any]: ...
    @property
    def unfolded(self) -> Sequence[Any]: ...
    def made(self, item: Any) -> Made | None: ...
    def box(self, item: Any) -> Box: ...
    def labels(self, item: Any) -> Sequence[str]: ...
    def frames(self, item: Any) -> Frames: ...


class Edge(NamedTuple):
    """An arrow from one shape to another, or to the sign before it.

    position  which input it is; weight: how much stands behind it, from 0 to 1, or None
    marked    whether it is on a path that is shown
    """

    tail: str
    position: int = 0
    label: str = ""
    weight: float | None = None
    marked: bool = False


@dataclass
class Shape:
    """A box with its fields, or a fold (role "folded") that stands for `count` numbers; `edges` come in argument order.

    weight  how much stands behind the arrow from the sign to the box, from 0 to 1, or None
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

    places  the name of the shape in which a number stands
    """

    shapes: list[Shape]
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
    shapes: list[Shape]
    within: dict[tuple[Any, str], "Frame"]


@dataclass(frozen=True)
class View:
    """How much of a picture is shown.

    depth     frames inside frames that are opened, or None for all
    around    the number in the middle, and hops: how many steps from it are shown
    weight    how thick the edge that leaves a number is, from 0 to 1; marked: numbers and edges on a path
    """

    max_nodes: int = 300
    depth: int | None = None
    around: Any = None
    hops: int = 2
    weight: Callable[[Any], float | None] = lambda item: None
    marked: frozenset[Any] = frozenset()


def sketch(picture: Picture, view: View) -> Sketch:
    """What is drawn of a picture.

    Beyond `max_nodes`, frames are folded, the innermost first; if that is not enough, those nearest the outputs are shown, and
    one shape stands for the others.
    """
    items, made = _nearest_first(picture)
    total = len(items)
    if view.around is not None:
        items = _neighbours(items, made, view.around, view.hops)
    inside = set(items)
    frames = {item: tuple(picture.frames(item)) for item in items}
    for item in items:  # a constant has no place of its own: it is drawn beside what uses it
        for x in made[item].inputs if item in made else ():
            if x in inside and isinstance(x, Constant):
                frames[x] = frames[item]
    stands, depth = folded(items, made, frames, view.max_nodes, view.depth)
    for item in inside & set(picture.unfolded):  # it stands beside the fold that it would be in
        stands[item], frames[item] = item, frames[item][:depth]
    order = list(dict.fromkeys(stands[item] for item in items))
    kept, hidden = order[: view.max_nodes], order[view.max_nodes :]
    names = {s: f"n{i}" for i, s in enumerate(kept)} | dict.fromkeys(hidden, "folded")
    shapes: list[Shape] = []
    gone = set(hidden)
    if hidden:
        behind = sum(stands[item] in gone for item in items)
        shapes.append(Shape("folded", "folded", [f"… {_nodes(behind, 'more ')}"], count=behind))
    folds: dict[Any, Shape] = {}
    for item in reversed(items):
        stand = stands[item]
        if stand in gone:
            continue
        how = made.get(item)
        sources = [(i, x) for i, x in enumerate(how.inputs if how else ()) if x in inside]
        labels = [] if isinstance(stand, Fold) or not sources else [*picture.labels(item)]
        edges = [
            Edge(names[stands[x]], i, labels[i] if labels else "", view.weight(x), (x, item) in view.marked) for i, x in sources
        ]
        if isinstance(stand, Fold):
            shape = folds.get(stand)
            if shape is None:
                shape = folds[stand] = Shape(names[stand], "folded", [stand.title], stand.frames, count=0, item=stand)
                shapes.append(shape)
            shape.count += 1
            known = {edge.tail for edge in shape.edges} | {shape.name}
            shape.edges += [edge for tail, edge in {edge.tail: edge for edge in edges}.items() if tail not in known]
            continue
        if len(edges) > PARALLEL:
            edges = _bundled(edges, {"folded", *(names[fold] for fold in folds)})
        box = picture.box(item)
        sign = how.sign if how and sources else ""
        shapes.append(Shape(names[stand], box.role, box.fields, frames[item], box.heat, box.alarm, sign, edges,
                            marked=item in view.marked, weight=view.weight(item), item=item))  # fmt: skip
    for shape in folds.values():
        shape.fields.append(_nodes(shape.count))
    shown = sum(not isinstance(s, Fold) for s in kept)
    return Sketch(shapes, shown, total, {item: names[stands[item]] for item in items})


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


def _nearest_first(picture: Picture) -> tuple[Items, dict[Any, Made]]:
    """Every number of a picture, nearest the outputs first, and how it was made."""
    items: Items = list(dict.fromkeys(picture.outputs))
    seen = set(items)
    made: dict[Any, Made] = {}
    for item in items:  # the list grows as it is read: a search breadth first
        how = picture.made(item)
        if how is None:
            continue
        made[item] = how
        fresh = [x for x in dict.fromkeys(how.inputs) if x not in seen]
        seen.update(fresh)
        items += fresh
    return items, made


def _neighbours(items: Items, made: dict[Any, Made], middle: Any, hops: int) -> Items:
    """Those of the items that are at most so many steps from the middle one, in either direction."""
    links: dict[Any, list[Any]] = {item: [] for item in items}
    for item, how in made.items():
        for x in how.inputs:
            links[item].append(x)
            links[x].append(item)
    near = {middle}
    edge = [middle]
    for _ in range(hops):
        edge = list(dict.fromkeys(x for item in edge for x in links[item] if x not in near))
        near.update(edge)
    return [item for item in items if item in near]
