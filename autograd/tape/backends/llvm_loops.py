"""Functions in LLVM's language: names, loops, indices and vectors.

`text` of an instruction on numbers becomes one on vectors by `widen`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from typing import Any


class Carried:
    """A value of type `kind` that a loop changes."""

    def __init__(self, kind: str, value: str) -> None:
        self.kind, self.value = kind, value


class LoopWriter:
    """Instructions of functions, one after the other.

    Attributes:
        parts: Lines of each function
        lines: Lines of the function that is being written
        known: Names of numbers in registers, by their addresses
        globals: Constant arrays and helper functions
    """

    def __init__(self) -> None:
        self.globals: list[str] = []
        self.parts: list[list[str]] = []
        self.names = 0
        self.begin_part()

    def begin_part(self) -> None:
        """Begin another function."""
        self.lines: list[str] = []
        self.parts.append(self.lines)
        self.block = "entry"
        self.known: dict[int, str] = {}

    def emit(self, text: str) -> str:
        """Name of the result of an instruction."""
        name = self.fresh()
        self.lines.append(f"{name} = {text}")
        return name

    def fresh(self) -> str:
        """Name that no other result has."""
        self.names += 1
        return f"%v{self.names}"

    def entry(self, numbers: Sequence[int], index: str) -> str:
        """Entry of a constant array: by a formula if all differences are equal, or from a table."""
        steps = {b - a for a, b in pairwise(numbers)}
        if len(steps) < 2:
            return self.affine(numbers[0], (index, steps.pop() if steps else 0))
        name = f"@table{len(self.globals)}"
        entries = ", ".join([f"i64 {x}" for x in numbers])
        self.globals.append(f"{name} = private unnamed_addr constant [{len(numbers)} x i64] [{entries}]")
        return self.emit(f"load i64, ptr {self.emit(f'getelementptr i64, ptr {name}, i64 {index}')}")

    @contextmanager
    def loop(self, count: int | str, carried: "Carried | None" = None) -> Iterator[str]:
        """Loop whose index is the result; `carried` has another value in each turn. A count by name must not be 0."""
        if count == 1:
            yield "0"
            return
        label, index, following = self.fresh()[1:], self.fresh(), self.fresh()
        before = self.block
        self.lines += [f"br label %{label}", f"{label}:"]
        self.block = label
        head = len(self.lines)
        self.lines.append("")
        if carried:
            first, carried.value = carried.value, self.fresh()
            variable = carried.value
            self.lines.append("")
        yield index
        self.lines[head] = f"{index} = phi i64 [ 0, %{before} ], [ {following}, %{self.block} ]"
        if carried:
            self.lines[head + 1] = f"{variable} = phi {carried.kind} [ {first}, %{before} ], [ {carried.value}, %{self.block} ]"
        self.lines.append(f"{following} = add nuw nsw i64 {index}, 1")
        more = self.emit(f"icmp ult i64 {following}, {count}")
        self.lines += [f"br i1 {more}, label %{label}, label %after_{label}", f"after_{label}:"]
        self.block = f"after_{label}"

    def affine(self, start: Any, *terms: tuple[str, int]) -> str:
        """start + Σ index × stride, where an index is a name or a literal."""
        total, constant = None if isinstance(start, int) else start, start if isinstance(start, int) else 0
        for index, stride in terms:
            if not index.startswith("%"):
                constant += int(index) * stride
                continue
            if not stride:
                continue
            term = index if stride == 1 else self.emit(f"mul nsw i64 {index}, {stride}")
            total = term if total is None else self.emit(f"add nsw i64 {total}, {term}")
        if total is None:
            return str(constant)
        return self.emit(f"add nsw i64 {total}, {constant}") if constant else total

    def spread(self, x: str, width: int) -> str:
        """Name or literal of a vector of equal numbers."""
        if width == 1 or not x.startswith("%"):
            return widen(x, width)
        kind = widen("double", width)
        first = self.emit(f"insertelement {kind} poison, double {x}, i64 0")
        return self.shuffle(width, first, "poison", [0] * width)

    def shuffle(self, width: int, a: str, b: str, order: Iterable[int]) -> str:
        """Name of the vector of these entries of two vectors of a width, those of b after those of a."""
        kind, entries = widen("double", width), [f"i32 {i}" for i in order]
        return self.emit(f"shufflevector {kind} {a}, {kind} {b}, <{len(entries)} x i32> <{', '.join(entries)}>")

    def join(self, vectors: list[str], width: int) -> str:
        """Name of the vector of the entries of all vectors of a width; their number is a power of 2."""
        while len(vectors) > 1:
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors, width = [self.shuffle(width, a, b, range(2 * width)) for a, b in pairs], 2 * width
        return vectors[0]


@lru_cache(4096)
def widen(text: str, width: int) -> str:
    """Instruction on vectors from one on numbers.

    >>> widen("fcmp oeq double %a, 0x3FF0000000000000", 2)
    'fcmp oeq <2 x double> %a, <double 0x3FF0000000000000, double 0x3FF0000000000000>'
    """
    if width == 1:
        return text

    def vector(kind: str, x: str) -> str:
        return f"<{', '.join([f'{kind} {x}'] * width)}>"

    text = re.sub(r"\b(double|i1)\b", rf"<{width} x \1>", text).replace(".f64", f".v{width}f64")
    text = re.sub(r"\b(true|false)\b", lambda x: vector("i1", x[0]), text)
    return re.sub(r"\b0x\w+", lambda x: vector("double", x[0]), text)
