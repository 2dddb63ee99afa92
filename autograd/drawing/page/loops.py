"""JavaScript loops over entries of arrays: every place in a buffer is a number that is known when the text is written.

An array is a buffer and an integer array of places, so that reshaping, transposing, slicing and broadcasting are done by NumPy,
on the places, and take no time in the page. Places that grow evenly along every axis become sums of products in the text;
others become a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from autograd.ops.rules.axes import Shape
from autograd.support.lazy_numpy import NDArray, np

Places: TypeAlias = "NDArray[np.int64]"

#: Names of loop variables, outermost first; NumPy's arrays have at most 64 axes.
_VARIABLES = [*"ijklm", *(f"i{k}" for k in range(5, 64))]


@dataclass(frozen=True)
class Entries:
    """Entries of a buffer in a loop nest.

    Attributes:
        name: The buffer, or a table of places in it with a buffer, such as "b0[t1[…]]", whose … is the place
        start: The place of the first entry
        steps: The steps of the place, for every loop
    """

    name: str
    start: int
    steps: tuple[int, ...]

    def at(self, variables: Sequence[str]) -> str:
        """Text of the entry at these loop variables."""
        terms = [v if step == 1 else f"{v} * {step}" for v, step in zip(variables, self.steps, strict=True) if step]
        return self.name.replace("…", " + ".join([str(self.start)] * (self.start != 0 or not terms) + terms))


@dataclass
class LoopWriter:
    """Program that is being written.

    Attributes:
        functions: The namespace in which forward rules are read
        lines: The statements so far
        sizes: The length of every buffer by its name
        tables: Tables of places
        constants: Names of the arrays that the program gets as arguments, and these arrays, by their bytes
    """

    functions: Any
    lines: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=lambda: {"n": 0})
    tables: dict[str, str] = field(default_factory=dict)
    constants: dict[bytes, tuple[str, NDArray[np.float64]]] = field(default_factory=dict)

    def buffer(self, shape: Shape, fill: str = "") -> tuple[str, Places]:
        """A new buffer and the places of an array of `shape` in it; `fill` is the number in it before every run."""
        places = dense_places(shape)
        if places.size == 1:  # numbers share one buffer
            at = self.sizes["n"]
            self.sizes["n"] += 1
            self.lines += [f"n[{at}] = {fill};"] * bool(fill)
            return "n", places + at
        name = f"b{len(self.sizes) - 1}"
        self.sizes[name] = places.size
        self.lines += [f"{name}.fill({fill});"] * bool(fill)
        return name, places

    def constant(self, x: NDArray[np.float64]) -> str:
        """Name of a constant array, which is stored once."""
        return self.constants.setdefault(x.tobytes(), (f"c{len(self.constants)}", x))[0]

    def loop(self, lengths: Shape, arrays: Sequence[tuple[str, Places, Sequence[int]]], body: Callable[..., str]) -> None:
        """Write the loops over all indices below `lengths` of a statement on entries of arrays.

        Args:
            arrays: The buffer, the places, and the loop of every axis; an axis of length 1 does not move
            body: The statement, from the texts of the entries
        """
        if 0 in lengths:
            return
        lengths, entries = _merge_loops(lengths, [self._entries(*array, len(lengths)) for array in arrays])
        variables = _VARIABLES[: len(lengths)]
        heads = [f"for (let {v} = 0; {v} < {n}; {v}++) " for v, n in zip(variables, lengths, strict=True)]
        self.lines.append("".join(heads) + body(*[x.at(variables) for x in entries]) + ";")

    def _entries(self, name: str, places: Places, axes: Sequence[int], loops: int) -> Entries:
        if places.size == 1:
            return Entries(f"{name}[…]", int(places.flat[0]), (0,) * loops)
        steps = _even_steps(places)
        if steps is None:
            text = ",".join(map(str, places.ravel()))
            name = f"{name}[{self.tables.setdefault(text, f't{len(self.tables)}')}[…]]"
            places = dense_places(places.shape)
            steps = _even_steps(places) or ()
        else:
            name = f"{name}[…]"
        by_loop = dict(zip(axes, steps, strict=True))
        return Entries(name, int(places.flat[0]), tuple(by_loop.get(loop, 0) for loop in range(loops)))


def dense_places(shape: Shape) -> Places:
    """Places of an array in row-major order."""
    return np.arange(int(np.prod(shape, dtype=int))).reshape(shape)


def _even_steps(places: Places) -> tuple[int, ...] | None:
    """Steps of the places along the axes, or None if they are not even.

    >>> _even_steps(dense_places((2, 3)).T), _even_steps(np.array([0, 1, 3]))
    ((1, 3), None)
    """
    first = places[(0,) * places.ndim]
    steps = [int(np.take(places, min(1, n - 1), axis).flat[0] - first) for axis, n in enumerate(places.shape)]
    expected = first
    for step, n in zip(steps, places.shape, strict=True):
        expected = np.add.outer(expected, step * np.arange(n))
    return tuple(steps) if np.array_equal(expected, places) else None


def _merge_loops(lengths: Shape, entries: list[Entries]) -> tuple[Shape, list[Entries]]:
    """Loops in the order of large steps first, with neighbours merged where all arrays step through both evenly."""
    order = sorted([i for i, n in enumerate(lengths) if n > 1], key=lambda i: -sum(abs(x.steps[i]) for x in entries))
    merged: list[tuple[int, tuple[int, ...]]] = []  # length, step of every array
    for i in order:
        inner = tuple(x.steps[i] for x in entries)
        if merged and merged[-1][1] == tuple(step * lengths[i] for step in inner):
            merged[-1] = (merged[-1][0] * lengths[i], inner)
        else:
            merged.append((lengths[i], inner))
    steps = [tuple(step[k] for _, step in merged) for k in range(len(entries))]
    moved = [Entries(x.name, x.start, own) for x, own in zip(entries, steps, strict=True)]
    return tuple(n for n, _ in merged), moved
