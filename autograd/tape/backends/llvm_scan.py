"""LLVM source of a loop of steps: the function `steps`, which calls the kernel of one step again and again.

    i64 steps(double* memory, void** functions, double* columns, i64 length, i64 first, i64 stride)

The kernel's inputs are (carry, rows, shared inputs), its outputs (carry, results, terms of sums). The memory of the kernel is
followed by the sums. A column has a number for each step; the columns of rows come first, then results, then saved carries.
"""

from dataclasses import dataclass

from autograd.tape.backends.llvm_loops import LoopWriter
from autograd.tape.backends.schedule import Schedule

_STEPS = """\
define i64 @steps(ptr %memory, ptr %functions, ptr %columns, i64 %length, i64 %first, i64 %stride) #0 {{
entry:
{lines}
  ret i64 -1
}}
"""


@dataclass(frozen=True)
class StepCounts:
    """Numbers of carries, rows, results and sums of a step, and of the carries that are saved before it."""

    carries: int
    rows: int
    results: int
    sums: int
    saved: int

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self.rows + self.results + self.saved


def write_steps(schedule: Schedule, counts: StepCounts) -> str:
    """Source of `steps`, to follow that of the kernel; the number of steps must not be 0."""
    writer = LoopWriter()
    outputs, sums = schedule.size, schedule.size + len(schedule.outputs)

    def number(address: int) -> str:
        return writer.emit(f"getelementptr double, ptr %memory, i64 {address}")

    def copy(source: str, target: str) -> None:
        writer.lines.append(f"store double {writer.emit(f'load double, ptr {source}')}, ptr {target}")

    with writer.loop("%length") as turn:
        step = writer.emit(f"add i64 %first, {writer.emit(f'mul i64 {turn}, %stride')}")

        def column(i: int) -> str:
            place = writer.emit(f"add i64 {step}, {writer.emit(f'mul i64 %length, {i}')}")
            return writer.emit(f"getelementptr double, ptr %columns, i64 {place}")

        for i in range(counts.saved):
            copy(number(i), column(counts.rows + counts.results + i))
        for i in range(counts.rows):
            copy(column(i), number(counts.carries + i))
        writer.emit("call i64 @kernel(ptr %memory, ptr %functions)")
        for i in range(counts.carries):
            copy(number(outputs + i), number(i))
        for i in range(counts.results):
            copy(number(outputs + counts.carries + i), column(counts.rows + i))
        for i in range(counts.sums):
            total, term = number(sums + i), number(sums - counts.sums + i)
            x, y = (writer.emit(f"load double, ptr {place}") for place in (total, term))
            writer.lines.append(f"store double {writer.emit(f'fadd double {x}, {y}')}, ptr {total}")
    return _STEPS.format(lines="\n".join(writer.lines))
