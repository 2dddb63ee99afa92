"""LLVM source of a schedule: the function `kernel`, which computes all runs in a flat memory.

    i64 kernel(double* memory, void** functions)

A memory holds `lanes` examples side by side: the number at an address is an array of `lanes` floats. After the numbers of the
schedule follow copies of the outputs. The kernel returns the index of the first guard that fails, or −1.

A run is one loop, so the source grows with the number of runs, and functions have a bounded size: LLVM's time is linear.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from autograd.support.machine_code import literal
from autograd.tape.backends.llvm_loops import Carried, LoopWriter, widen
from autograd.tape.backends.llvm_rules import LIBM, Rule, letter, read
from autograd.tape.backends.schedule import Run, Schedule
from autograd.tape.passes.common_subexpressions import CommonSubexpressions
from autograd.tape.passes.sums import SUM_OF_PRODUCTS
from autograd.tape.program import Constant

#: Number of instructions after which another function begins.
_FUNCTION_SIZE = 1000
#: Number of outputs that one turn of a loop copies.
_COPIES = 4
#: Largest number of floats in a vector; LLVM splits it into the registers of the processor.
_WIDTH = 16

_PART = """\
define internal i64 @part{i}(ptr noalias %memory, ptr noalias %functions) #0 {{
entry:
{lines}
  ret i64 {result}
}}
"""

_KERNEL = """\
define i64 @kernel(ptr noalias %memory, ptr noalias %functions) #0 {{
{calls}
  ret i64 %last
}}
"""

#: Result of an op, or that of the function of the table at `slot` if the rule raises.
_EXACT = """\
define internal double @exact{slot}(i1 %raises, double %y, ptr %functions, {parameters}) #0 {{
  br i1 %raises, label %slow, label %fast
fast:
  ret double %y
slow:
  %place = getelementptr ptr, ptr %functions, i64 {slot}
  %function = load ptr, ptr %place
  %z = call double %function({parameters})
  ret double %z
}}
"""

_TAIL = """\
attributes #0 = { nounwind "no-trapping-math"="true" }
attributes #1 = { nounwind willreturn memory(none) }
!0 = !{}
"""


def write(schedule: Schedule, lanes: int, vectors: bool = True) -> tuple[str, list[Run]]:
    """(source, runs whose ops are evaluated by the functions of the table that follow those of LIBM)."""
    writer = _Writer(schedule, lanes, _WIDTH if vectors else 1)
    for run in schedule.runs:
        writer.add_run(run)
    return writer.source(), writer.called_back


class _Writer(LoopWriter):
    def __init__(self, schedule: Schedule, lanes: int, width: int) -> None:
        self.schedule, self.lanes, self.width = schedule, lanes, width
        self.constants = {i: literal(float(x.data)) for i, x in enumerate(schedule.leaves) if isinstance(x, Constant)}
        self.called_back: list[Run] = []
        self.rules: dict[Any, Rule | None] = {}
        self.slots: dict[Any, int] = {}
        self.params_key = CommonSubexpressions().key
        super().__init__()

    def source(self) -> str:
        """Source of the module, with the copies of the outputs and the checks of the guards at the end."""
        self.begin_part()
        self.copy_outputs()
        failed = self.check_guards()
        last = len(self.parts) - 1
        parts = [
            _PART.format(i=i, lines="\n".join(lines), result=failed if i == last else 0) for i, lines in enumerate(self.parts)
        ]
        names = [*[f"%done{i}" for i in range(last)], "%last"]
        calls = "\n".join(f"  {name} = call i64 @part{i}(ptr %memory, ptr %functions)" for i, name in enumerate(names))
        return "\n".join([*self.globals, *parts, _KERNEL.format(calls=calls), _TAIL])

    def copy_outputs(self) -> None:
        """Copy the outputs to the end of the memory, where they follow one another."""
        outputs, end = self.schedule.outputs, self.schedule.size
        turns = len(outputs) // _COPIES
        for first, count, copies in ((0, turns, _COPIES), (turns * _COPIES, len(outputs) % _COPIES, 1)):
            if count:
                with self.loop(count) as i, self.loop(self.lanes) as lane:
                    for j in range(first, first + copies):
                        source = self.entry(outputs[j : j + count * copies : copies], i)
                        x = self.load(self.affine(0, (source, self.lanes), (lane, 1)))
                        place = self.affine((end + j) * self.lanes, (i, copies * self.lanes), (lane, 1))
                        self.lines.append(f"store double {x}, ptr {self.pointer(place)}, align 8")

    def check_guards(self) -> str:
        """Name of the index of the first guard that fails, or −1."""
        guards = self.schedule.guards
        first = Carried("i64", "-1")
        if guards:
            with self.loop(len(guards), first) as i:
                address, truth = self.entry(guards, i), self.entry([int(truth) for truth in self.schedule.truths], i)
                with self.loop(self.lanes, first) as lane:
                    x = self.load(self.affine(0, (address, self.lanes), (lane, 1)))
                    holds = self.emit(f"fcmp une double {x}, {literal(0.0)}")
                    fails = self.emit(f"icmp ne i64 {self.emit(f'zext i1 {holds} to i64')}, {truth}")
                    is_first = self.emit(f"and i1 {fails}, {self.emit(f'icmp slt i64 {first.value}, 0')}")
                    first.value = self.emit(f"select i1 {is_first}, i64 {i}, i64 {first.value}")
        return first.value

    def pointer(self, place: str) -> str:
        return self.emit(f"getelementptr double, ptr %memory, i64 {place}")

    def load(self, place: str) -> str:
        if self.lanes == 1 and not place.startswith("%"):
            address = int(place)
            if name := self.constants.get(address) or self.known.get(address):
                return name
        return self.emit(f"load double, ptr {self.pointer(place)}, align 8")

    # Runs

    def add_run(self, run: Run) -> None:
        if len(self.lines) > _FUNCTION_SIZE:
            self.begin_part()
        is_sum = run.step.op is SUM_OF_PRODUCTS
        rule = None if is_sum else self.rule(run)
        widest = self.width if is_sum or (rule and not rule.has_calls) else 1
        rows, columns = (run.rows, self.lanes) if self.lanes > 1 else (1, run.rows)
        with self.loop(rows) as row:
            for first, blocks, width in _chunks(columns, widest):
                with self.loop(blocks) as block:
                    at = _Place(row, self.affine(first, (block, width)), width)
                    y = self.sum_products(run, at) if is_sum else self.apply(run, rule, at)
                    out = self.pointer(self.index(run.out, 1, at))
                    self.lines.append(f"store {at.type} {y}, ptr {out}, align 8")
        if run.rows == self.lanes == 1:
            self.known[run.out] = y

    def apply(self, run: Run, rule: Rule | None, place: "_Place") -> str:
        """Name of the result of the op of a run."""
        operands = [self.load_vector(address, stride, place) for address, stride in run.inputs]
        arguments = ", ".join([f"double {x}" for x in operands])
        if rule is None:
            slot = self.emit(f"getelementptr ptr, ptr %functions, i64 {self.slot(run)}")
            function = self.emit(f"load ptr, ptr {slot}, !invariant.load !0")
            return self.emit(f"call double {function}({arguments})")
        prefix = f"{self.fresh()}."

        def bind(text: str) -> str:
            for i, x in enumerate(operands):
                text = text.replace(f"%${letter(i)}", x)
            return text.replace("%$", prefix)

        self.lines += [bind(widen(line, place.width)) for line in rule.lines]
        result = bind(rule.result) if rule.result.startswith("%") else self.spread(rule.result, place.width)
        if rule.raises is None:
            return result
        call = f"call double @exact{self.slot(run)}(i1 {bind(rule.raises)}, double {result}, ptr %functions, {arguments})"
        return self.emit(call)

    def rule(self, run: Run) -> Rule | None:
        """Rule of an op; None if it is evaluated by a function of the table."""
        key = self.key(run)
        if key not in self.rules:
            self.rules[key] = read(run.step.op, run.step.params)
        return self.rules[key]

    def slot(self, run: Run) -> int:
        """Place in the table of the function that evaluates an op."""
        key = self.key(run)
        if key not in self.slots:
            self.slots[key] = slot = len(LIBM) + len(self.called_back)
            self.called_back.append(run)
            parameters = ", ".join(f"double %{letter(i)}" for i in range(len(run.inputs)))
            self.globals.append(_EXACT.format(slot=slot, parameters=parameters))
        return self.slots[key]

    def key(self, run: Run) -> Any:
        """The op and its parameters."""
        return run.step.op, self.params_key(run.step.params)

    def sum_products(self, run: Run, place: "_Place") -> str:
        """Name of the sums of a run."""
        (start, stride), *factors = run.inputs
        total = Carried(place.type, self.load_vector(start, stride, place))
        for segment in _segments(list(zip(factors[::2], factors[1::2], strict=True))):
            sides = [([address for address, _ in side], side[0][1]) for side in zip(*segment, strict=True)]
            even = len(segment) // 2 * 2
            if even:
                with self.loop(even // 2, total) as k:
                    for x, y in zip(*[self.load_two(a[:even], k, p, place) for a, p in sides], strict=True):
                        self.add_product(total, x, y)
            if even < len(segment):
                self.add_product(total, *[self.load_vector(a[-1], p, place) for a, p in sides])
        return total.value

    def add_product(self, total: "Carried", x: str, y: str) -> None:
        product = self.emit(f"fmul {total.kind} {x}, {y}")
        total.value = self.emit(f"fadd {total.kind} {total.value}, {product}")

    def load_two(self, addresses: list[int], k: str, stride: int, place: "_Place") -> list[str]:
        """Names of the numbers of a place at the addresses 2 k and 2 k + 1 of many."""
        firsts, seconds = addresses[::2], addresses[1::2]
        differences = {b - a for a, b in zip(firsts, seconds, strict=True)}
        if self.lanes == 1 and abs(stride) > 1 and place.width > 2 and differences == {1}:
            return self.transpose(self.index(self.entry(firsts, k), stride, place), stride, place)
        return [self.load_vector(self.entry(x, k), stride, place) for x in (firsts, seconds)]

    def transpose(self, index: str, stride: int, place: "_Place") -> list[str]:
        """Names of the numbers of a place from an index on, and of those that follow each of them."""
        pairs = [
            self.emit(f"load <2 x double>, ptr {self.pointer(self.affine(0, (index, 1), (str(i), stride)))}, align 8")
            for i in range(place.width)
        ]
        found: list[list[str]] = [[], []]
        for a, b, c, d in zip(*[pairs[i::4] for i in range(4)], strict=True):
            evens, odds = self.shuffle(2, a, c, range(4)), self.shuffle(2, b, d, range(4))
            for part, order in zip(found, ((0, 4, 2, 6), (1, 5, 3, 7)), strict=True):
                part.append(self.shuffle(4, evens, odds, order))
        return [self.join(part, 4) for part in found]

    def index(self, address: Any, stride: int, place: "_Place") -> str:
        """Index in memory of the first number of a place; addresses of rows differ by a stride."""
        if self.lanes == 1:
            return self.affine(0, (str(address), 1), (place.column, stride))
        return self.affine(0, (str(address), self.lanes), (place.row, stride * self.lanes), (place.column, 1))

    def load_vector(self, address: Any, stride: int, place: "_Place") -> str:
        """Name of the numbers of a place."""
        if not stride and str(address).isdigit() and (constant := self.constants.get(int(address))):
            return self.spread(constant, place.width)
        index, stride = self.index(address, stride, place), stride if self.lanes == 1 else 1
        if place.width == 1 or not stride:
            return self.spread(self.load(index), place.width)
        if stride in (1, -1):
            lowest = index if stride == 1 else self.affine(0, (index, 1), (str(place.width - 1), -1))
            vector = self.emit(f"load {place.type}, ptr {self.pointer(lowest)}, align 8")
            return vector if stride == 1 else self.shuffle(place.width, vector, "poison", reversed(range(place.width)))
        vector = "poison"
        for i in range(place.width):
            x = self.load(self.affine(0, (index, 1), (str(i), stride)))
            vector = self.emit(f"insertelement {place.type} {vector}, double {x}, i64 {i}")
        return vector


@dataclass(frozen=True)
class _Place:
    """Numbers that are computed at once: of a row, `width` columns from `column` on. Columns are lanes, or rows of one lane."""

    row: str
    column: str
    width: int

    @property
    def type(self) -> str:
        return widen("double", self.width)


def _chunks(count: int, widest: int) -> Iterator[tuple[int, int, int]]:
    """(first column, number of blocks, width of each) of the blocks of `count` columns."""
    first = 0
    while first < count:
        width = min(widest, 1 << ((count - first).bit_length() - 1))
        blocks = (count - first) // width
        yield first, blocks, width
        first += blocks * width


def _segments(pairs: list[Any]) -> Iterator[list[Any]]:
    """Products that follow one another and have equal strides."""
    for _, segment in groupby(pairs, lambda pair: [stride for _address, stride in pair]):
        yield list(segment)
