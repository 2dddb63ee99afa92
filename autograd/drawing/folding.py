"""Folding: numbers in deep frames, in too many frames or in repeated frames are drawn as one shape."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from autograd.engine.graph import GraphNode

Items = list[GraphNode]
Frames = tuple[tuple[Any, str], ...]

#: Most arrays of a fold that are listed.
FEW = 3


class Fold:
    """Numbers drawn as one shape."""

    def __init__(self, title: str, frames: Frames) -> None:
        self.title, self.frames = title, frames
        self.items: Items = []

    @property
    def signs(self) -> list[str]:
        """The signs of the ops."""
        return [item.sign for item in self.items]

    @property
    def kind(self) -> str:
        """The title without the path in a module or the number: "Linear(4, 4)" or "block"."""
        path, _, what = self.title.partition(": ")
        return what or re.sub(r"(?<=\w)[ _.#-]*\d+$", "", path)


def contents(items: Iterable[GraphNode], count: int) -> list[str]:
    """Lines on what a fold holds: its parameters, with names and shapes if they are few, or else `count` nodes."""
    primals = (item.source if isinstance(item.source, GraphNode) else item for item in items)
    found = {x: getattr(x.value, "shape", ()) for x in primals if x.role in ("parameter", "frozen")}
    total, frozen = (sum(math.prod(shape) for x, shape in found.items() if x.role in roles)
                     for roles in (("parameter", "frozen"), ("frozen",)))  # fmt: skip
    if not found:
        return [f"{count:,} node{'s' * (count != 1)}"] * (count > 0)
    names = [f"{inner_name(x.label, x.frames)} {shape}" for x, shape in found.items() if shape]
    few = [", ".join(names)] * (len(names) == len(found) <= FEW)
    return [*few, f"{total:,} parameter{'s' * (total != 1)}" + f", {frozen:,} frozen" * bool(frozen)]


def inner_name(name: str, frames: Sequence[tuple[Any, str]]) -> str:
    """A name without the path of the frames around it, also after ∂.

    >>> inner_name("layers.0.weight", ((None, "MLP"), (None, "layers.0: Linear(2, 3)")))
    'weight'
    """
    for _, title in reversed(frames):
        path = f"{title.partition(': ')[0]}."
        if name.startswith(path) or f"∂{path}" in name:
            return name.removeprefix(path).replace(f"∂{path}", "∂")
    return name


def fold_frames(items: Items, most: int, depth: int | None) -> tuple[dict[GraphNode, Any], int]:
    """(shape of each item: itself or a fold, open depth); without a `depth` it is as large as `most` shapes allow."""
    if depth is not None:
        return _at_depth(items, depth), depth
    depth = max((len(item.frames) for item in items), default=0)
    targets = _at_depth(items, depth)
    while depth > 0 and len(set(targets.values())) > most:
        depth -= 1
        targets = _at_depth(items, depth)
    return targets, depth


def _at_depth(items: Items, depth: int) -> dict[GraphNode, Any]:
    folds: dict[Frames, Fold] = {}
    for item in items:
        if len(item.frames) > depth:
            key = item.frames[: depth + 1]
            fold = folds.setdefault(key, Fold(key[-1][1], key[:-1]))
            fold.items.append(item)
    _merge_repeats(folds)
    return {item: folds[item.frames[: depth + 1]] if len(item.frames) > depth else item for item in items}


def _merge_repeats(folds: dict[Frames, Fold]) -> None:
    """Merge three or more equal folds in a row, or equal groups of up to four: "3 × (Linear(4, 4), ReLU())"."""
    rows: dict[Frames, list[Frames]] = {}
    for key in folds:
        rows.setdefault(key[:-1], []).append(key)
    for parent, keys in rows.items():
        keys.sort(key=lambda key: key[-1][0].first)
        kinds = [(folds[key].kind, folds[key].signs) for key in keys]
        start = 0
        while start < len(keys):
            period, times = max(((p, _repeats(kinds, start, p)) for p in range(1, 5)), key=lambda found: found[0] * found[1]
                                if found[1] >= 3 else 0)  # fmt: skip
            if times < 3:
                start += 1
                continue
            group = ", ".join(kind for kind, _ in kinds[start : start + period])
            whole = Fold(f"{times:,} × {group if period == 1 else f'({group})'}", parent)
            for key in keys[start : start + period * times]:
                whole.items += folds[key].items
                folds[key] = whole
            start += period * times


def _repeats(kinds: list[Any], start: int, period: int) -> int:
    times = 1
    while kinds[start : start + period] == kinds[start + period * times : start + period * (times + 1)]:
        times += 1
        if start + period * times >= len(kinds):
            break
    return times
