"""Random programs: lines on registers, printed as Python that runs.

Choices come from Hypothesis, whose choices shrink: to fewer lines, earlier registers, earlier calls of the catalogue, and
numbers near 0; or from a NumPy generator, which is fast, in the benchmarks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograd.support.lazy_numpy import np
from autograd.testing.call_catalogue import ELEMENTWISE, HELPERS, LINES, NAMES, SCALAR_LINES, ExampleCall

#: Larger results are passed through tanh, so that numbers stay moderate.
LARGE = 4.0
#: Number of arguments from which lines choose.
ARGUMENTS = 3

#: Lines of a program: (call, registers of its arguments).
Drafts = list[tuple[ExampleCall, tuple[int, ...]]]


class Choices(Protocol):
    """Source of the random choices of a program."""

    def integer(self, low: int, high: int) -> int:
        """Integer from `low` to `high`, both included."""

    def more(self, count: int, low: int, high: int) -> bool:
        """True if a collection of `count` items gets another one; its final size is from `low` to `high`."""

    def numbers(self, shape: tuple[int, ...]) -> Any:
        """Array of numbers of moderate size."""


@dataclass(frozen=True)
class RandomProgram:
    """Lines on registers, which begin with the arguments; the result is the sum of the registers in `outputs`."""

    calls: tuple[ExampleCall, ...]
    registers: tuple[tuple[int, ...], ...]
    outputs: tuple[int, ...]
    arguments: tuple[Any, ...]

    def __call__(self, *inputs: Any, names: dict[str, Any] = NAMES) -> Any:
        """Run the program on inputs of any type, with the functions in `names`."""
        known = list(inputs)
        for call, registers in zip(self.calls, self.registers, strict=True):
            known.append(call(*[known[i] for i in registers], names=names))
        total = None
        for i in self.outputs:
            one = known[i] if self.scalar else names["sum"](known[i])
            total = one if total is None else total + one
        return total

    @property
    def scalar(self) -> bool:
        """True if all lines are elementwise and all arguments single numbers, so that Values can run the program."""
        return all(np.ndim(x) == 0 for x in self.arguments) and all(call in _SCALAR_LINES for call in self.calls)

    def __str__(self) -> str:
        n = len(self.arguments)
        names = [f"x{i}" for i in range(n)] + [f"v{i}" for i in range(n, n + len(self.calls))]
        lines = [
            f"    {name} = {substitute_registers(call.text, [names[i] for i in registers])}"
            for name, call, registers in zip(names[n:], self.calls, self.registers, strict=True)
        ]
        result = " + ".join(names[i] if self.scalar else f"sum({names[i]})" for i in self.outputs)
        arguments = ", ".join(_array_text(np.asarray(x), self.scalar) for x in self.arguments)
        head, tail = f"def program({', '.join(names[:n])}):", f"    return {result}"
        return "\n".join([*self._imports(arguments), head, *lines, tail, f"program({arguments})"])

    def _imports(self, arguments: str) -> list[str]:
        used = {name for call in self.calls for name in call.code.co_names if name in NAMES} - {"slice"}
        ops, helpers = used - HELPERS.keys() | (set() if self.scalar else {"sum"}), used & HELPERS.keys()
        lines = ["import numpy as np"] * ("np." in arguments)
        lines += [f"from autograd import {', '.join(sorted(ops))}"] * bool(ops)
        return lines + [f"from autograd.testing.call_catalogue import {', '.join(sorted(helpers))}"] * bool(helpers)

    def __repr__(self) -> str:
        return f"<program of {len(self.calls)} lines:\n{self}>"


def _array_text(x: Any, scalar: bool) -> str:
    """Python expression of an array, or of a number if `scalar`."""
    if scalar:
        return repr(x.item())
    return f"np.array({x.tolist()})" if x.size else f"np.zeros({x.shape})"


_SCALAR_LINES = set(SCALAR_LINES)


def substitute_registers(text: str, registers: list[str]) -> str:
    """Text of a call with the names of registers in place of a, b and c."""
    return re.sub(r"(?<![\w'])[abc](?![\w'])", lambda name: registers["abc".index(name[0])], text)


#: Shapes of arguments, the simplest first; some have axes of length 0 and 1.
SHAPES: tuple[tuple[int, ...], ...] = (
    (), (1,), (2,), (3,), (2, 2), (2, 3), (3, 3), (1, 3), (3, 1), (0,), (2, 0), (2, 1, 3), (2, 3, 3), (1, 1),
)  # fmt: skip


def draw_program(
    choices: Choices, lines: tuple[int, int] = (1, 8), scalar: bool = False, shapes: Sequence[Any] = SHAPES
) -> RandomProgram:
    """Random program: first its lines, then its numbers, so that a smaller array leaves all other choices unchanged.

    Lines are first run on placeholders, since only shapes decide which ones fit. Arguments that no line reads are dropped.
    """
    shapes = ((),) if scalar else shapes
    arrays = [shapes[choices.integer(0, len(shapes) - 1)] for _ in range(ARGUMENTS)]
    drafts, count = _draw_lines(choices, lines, SCALAR_LINES if scalar else LINES, [np.full(s, 0.5) for s in arrays])
    outputs = [choices.integer(0, count - 1) for _ in range(choices.integer(0, 2))]
    read = {i for _, used in drafts for i in used} | {*outputs, count - 1}
    arguments = [np.asarray(choices.numbers(s)) if i in read else None for i, s in enumerate(arrays)]
    return _with_numbers(drafts, outputs, arguments)


def _draw_lines(
    choices: Choices, lines: tuple[int, int], catalogue: Sequence[ExampleCall], known: list[Any]
) -> tuple[Drafts, int]:
    """(lines that can be run on the registers `known` and earlier lines, number of registers)."""
    drafts: Drafts = []
    count = 0
    while choices.more(count, *lines):
        count += 1
        call = catalogue[choices.integer(0, len(catalogue) - 1)]
        used = tuple(choices.integer(0, len(known) - 1) for _ in range(call.arity))
        value = value_of(call, [known[i] for i in used])
        if value is not None:
            drafts.append((call, used))
            known.append(np.clip(value, -LARGE, LARGE))
    return drafts, len(known)


def _with_numbers(drafts: Drafts, outputs: list[int], arguments: list[Any]) -> RandomProgram:
    """Program of these lines, up to the first non-finite result, with a tanh after each large result."""
    known = [x for x in arguments if x is not None]
    place = dict(zip([i for i, x in enumerate(arguments) if x is not None], range(len(known)), strict=True))
    inputs, calls, registers = tuple(known), [], []
    for k, (call, used) in enumerate(drafts, len(arguments)):
        value = value_of(call, [known[place[i]] for i in used])
        if value is None:
            break
        calls.append(call)
        registers.append(tuple(place[i] for i in used))
        known.append(value)
        if np.max(np.abs(value), initial=0.0) > LARGE:
            calls.append(_TANH)
            registers.append((len(known) - 1,))
            known.append(np.tanh(value))
        place[k] = len(known) - 1
    results = (*(place[i] for i in outputs if i in place), len(known) - 1)
    return RandomProgram(tuple(calls), tuple(registers), results, inputs)


_TANH = ELEMENTWISE["tanh"][0]


def value_of(call: ExampleCall, inputs: list[Any]) -> Any:
    """Value of a call, or None if it cannot be run on these inputs, is not finite, is large, or has another dtype."""
    try:
        value = np.asarray(call(*map(np.asarray, inputs)))
    except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
        return None
    fits = value.ndim <= 3 and value.size <= 64 and any(value.dtype == x.dtype for x in inputs)
    return value if fits and np.isfinite(value).all() else None
