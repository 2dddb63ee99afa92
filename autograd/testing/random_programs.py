"""Random programs as data: lines on registers, drawn from any source of choices, printed as Python that runs.

The source of choices is either NumPy's generator, for many programs a second, or Hypothesis, whose choices shrink: fewer
lines, earlier registers, the calls that stand first in the catalogue, numbers near 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from autograd.testing.call_catalogue import ELEMENTWISE, HELPERS, LINES, NAMES, SCALAR_LINES, ExampleCall

#: A result that would be larger is put through tanh, so that nothing grows out of hand.
LARGE = 4.0
#: How many arguments are drawn, for lines to choose from.
ARGUMENTS = 3


class Choices(Protocol):
    """Where a program's choices come from."""

    def integer(self, low: int, high: int) -> int:
        """A whole number, both ends included."""

    def more(self, drawn: int, low: int, high: int) -> bool:
        """Whether there is to be another, of from `low` to `high`, when so many are drawn."""

    def numbers(self, shape: tuple[int, ...]) -> Any:
        """An array of numbers of a moderate size."""


class Generator:
    """Choices by NumPy's generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def more(self, drawn: int, low: int, high: int) -> bool:
        return drawn < low or (drawn < high and self.rng.random() < 0.8)

    def numbers(self, shape: tuple[int, ...]) -> Any:
        return self.rng.uniform(-2.0, 2.0, shape)


@dataclass(frozen=True)
class RandomProgram:
    """Lines on registers, of which the first are the arguments; the result adds up the registers in `outputs`.

    >>> p = RandomProgram((ELEMENTWISE["multiply"][0], *ELEMENTWISE["sin"]), ((0,), (1,)), (2,), (np.array(1.0),))
    >>> print(p)
    from autograd import sin
    def program(x0):
        v1 = x0 * 2.0
        v2 = sin(v1)
        return v2
    program(1.0)
    """

    calls: tuple[ExampleCall, ...]
    registers: tuple[tuple[int, ...], ...]
    outputs: tuple[int, ...]
    arguments: tuple[Any, ...]

    def __call__(self, *inputs: Any, names: dict[str, Any] = NAMES) -> Any:
        """The result on inputs of any kind, with `names` for the functions."""
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
        """Whether every line works entry by entry on single numbers, so that Values can run it."""
        return all(np.ndim(x) == 0 for x in self.arguments) and all(call in _SCALAR_LINES for call in self.calls)

    def __str__(self) -> str:
        n = len(self.arguments)
        names = [f"x{i}" for i in range(n)] + [f"v{i}" for i in range(n, n + len(self.calls))]
        used: set[str] = set() if self.scalar else {"sum"}
        lines = []
        for k, (call, registers) in enumerate(zip(self.calls, self.registers, strict=True)):
            used |= {name for name in call.code.co_names if name in NAMES and name not in HELPERS} - {"slice"}
            lines.append(f"    {names[n + k]} = {renamed(call.text, [names[i] for i in registers])}")
        result = " + ".join(names[i] if self.scalar else f"sum({names[i]})" for i in self.outputs)
        shown = ", ".join(_shown(np.asarray(x), self.scalar) for x in self.arguments)
        head = ["import numpy as np"] * ("np." in shown) + [f"from autograd import {', '.join(sorted(used))}"] * bool(used)
        helpers = {name for call in self.calls for name in call.code.co_names if name in HELPERS}
        head += [f"from autograd.testing.call_catalogue import {', '.join(sorted(helpers))}"] * bool(helpers)
        return "\n".join([*head, f"def program({', '.join(names[:n])}):", *lines, f"    return {result}", f"program({shown})"])

    def __repr__(self) -> str:
        return f"<program of {len(self.calls)} lines:\n{self}>"


def _shown(x: Any, scalar: bool) -> str:
    """An array as Python in one line; a number if all are."""
    if scalar:
        return repr(x.item())
    return f"np.array({x.tolist()})" if x.size else f"np.zeros({x.shape})"


_SCALAR_LINES = set(SCALAR_LINES)


def renamed(text: str, registers: list[str]) -> str:
    """A call's text with its registers' names for a, b and c."""
    pieces = []
    word = ""
    for character in text + " ":
        if character.isalnum() or character in "_'":
            word += character
            continue
        pieces.append(registers["abc".index(word)] if word in ("a", "b", "c") else word)
        pieces.append(character)
        word = ""
    return "".join(pieces).rstrip()


#: The shapes of arguments: the simplest first, and those with axes of length 0 and 1 among them.
SHAPES: tuple[tuple[int, ...], ...] = (
    (), (1,), (2,), (3,), (2, 2), (2, 3), (3, 3), (1, 3), (3, 1), (0,), (2, 0), (2, 1, 3), (2, 3, 3), (1, 1),
)  # fmt: skip


def drawn(
    choices: Choices, lines: tuple[int, int] = (1, 8), scalar: bool = False, shapes: Sequence[Any] = SHAPES
) -> RandomProgram:
    """A program, drawn line by line, then its numbers, so that a smaller array leaves all other choices what they were.

    Lines are first run on stand-ins, as only shapes decide what fits. Of three arguments, those stay that a line reads.
    """
    catalogue = SCALAR_LINES if scalar else LINES
    shapes = ((),) if scalar else shapes
    chosen = [shapes[choices.integer(0, len(shapes) - 1)] for _ in range(ARGUMENTS)]
    known: list[Any] = [np.full(s, 0.5) for s in chosen]
    drafts: list[tuple[ExampleCall, tuple[int, ...]]] = []
    count = 0
    while choices.more(count, *lines):
        count += 1
        call = catalogue[choices.integer(0, len(catalogue) - 1)]
        used = tuple(choices.integer(0, len(known) - 1) for _ in range(call.arity))
        value = value_of(call, [known[i] for i in used])
        if value is not None:
            drafts.append((call, used))
            known.append(np.clip(value, -LARGE, LARGE))
    outputs = [choices.integer(0, len(known) - 1) for _ in range(choices.integer(0, 2))]
    read = {i for _, used in drafts for i in used} | {*outputs, len(known) - 1}
    arguments = [np.asarray(choices.numbers(s)) if i in read else None for i, s in enumerate(chosen)]
    return _with_numbers(drafts, outputs, arguments)


def _with_numbers(drafts: list[tuple[ExampleCall, tuple[int, ...]]], outputs: list[int], arguments: list[Any]) -> RandomProgram:
    """The program of these lines, up to one that is not finite, with a tanh after each whose numbers are large."""
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
    """The value of a call, or None if it cannot be run on these inputs, is not finite, or is of another precision."""
    try:
        value = np.asarray(call(*map(np.asarray, inputs)))
    except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
        return None
    fits = value.ndim <= 3 and value.size <= 64 and any(value.dtype == x.dtype for x in inputs)
    return value if fits and np.isfinite(value).all() else None
