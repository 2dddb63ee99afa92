"""Machine code of update rules by llvmlite: one loop over the entries in place of a pass of NumPy for each operation.

Results have NumPy's bits: the same operations, each rounded to the dtype of the parameter. NumPy's warnings are not shown.
"""

from collections.abc import Callable, Sequence
from contextvars import Context
from functools import cache
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from autograd import Value, graph_nodes
from autograd.support.lazy_numpy import np
from autograd.support.machine_code import Kernel, literal

#: Number of entries, in all steps of a parameter, after which its rule is compiled: NumPy has taken as long as the compiler.
MANY = 30_000_000

_OPERATIONS = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv", "sqrt": "call"}
_TYPES = {"f": "float", "d": "double"}
#: Number of entries in a vector; LLVM splits it into the registers of the processor.
_WIDTH = 16

_KERNEL = """\
define i64 @update(ptr %arrays, ptr %numbers, i64 %n) {{
start:
{head}
  %whole = and i64 %n, -{width}
  br label %loop.{width}
{vectors}
{rest}
  ret i64 -1
}}
"""
_LOOP = """\
loop.{width}:
  %i.{width} = phi i64 [{first}, %{entry}], [%next.{width}, %body.{width}]
  %more.{width} = icmp ult i64 %i.{width}, {end}
  br i1 %more.{width}, label %body.{width}, label %end.{width}
body.{width}:
{lines}
  %next.{width} = add i64 %i.{width}, {width}
  br label %loop.{width}
end.{width}:"""


@cache
def update_kernel(
    updated: Callable[..., Any], options: tuple[tuple[str, Any], ...], scales: tuple[str, ...], memories: int, dtype: str
) -> Kernel | None:
    """Return machine code of a rule, or None without llvmlite, or if the rule has more than arithmetic on entries.

        kernel.function(arrays, numbers, n)

    `arrays` has the addresses of parameter, gradient, states and new parameter, `numbers` the settings that are `scales`.
    """
    arrays, numbers = [Value(0.5) for _ in range(2 + memories)], [Value(0.5) for _ in scales]
    p, g, *state = arrays
    settings = SimpleNamespace(**dict(options), **dict(zip(scales, numbers, strict=True)))
    new, after = Context().run(updated, p, g, tuple(state), settings)  # outside of `no_grad()`, which may be around the step
    steps = sorted({x for y in (new, *after) for x in graph_nodes(y) if x.op is not None}, key=attrgetter("serial"))
    entries = set(arrays)
    for x in steps:
        on_entries = any(isinstance(y, Value) and y in entries for y in x.inputs)
        if x.op.name not in _OPERATIONS or not on_entries:  # Python computes with settings alone in float64
            return None
        entries.add(x)
    results = [(2 + memories, new), *((2 + k, y) for k, (x, y) in enumerate(zip(state, after, strict=True)) if x is not y)]
    names = {x: f"%{letter}{k}" for letter, group in (("a", arrays), ("s", numbers), ("y", steps)) for k, x in enumerate(group)}
    kind, vector = _TYPES[dtype], f"<{_WIDTH} x {_TYPES[dtype]}>"
    head = [line for k in range(3 + memories) for line in _load(f"%p{k}", "ptr", "%arrays", k)]
    for k in range(len(scales)):
        head += _load(f"%s{k}.1", kind, "%numbers", k)
        head += [
            f"%t{k} = insertelement {vector} poison, {kind} %s{k}.1, i64 0",
            f"%s{k}.{_WIDTH} = shufflevector {vector} %t{k}, {vector} poison, <{_WIDTH} x i32> zeroinitializer",
        ]
    lines = [_update(steps, results, names, 2 + memories, dtype, width) for width in (_WIDTH, 1)]
    vectors = _LOOP.format(width=_WIDTH, first=0, entry="start", end="%whole", lines=lines[0]) + "\n  br label %loop.1"
    rest = _LOOP.format(width=1, first="%whole", entry=f"end.{_WIDTH}", end="%n", lines=lines[1])
    source = _KERNEL.format(head=_text(head), width=_WIDTH, vectors=vectors, rest=rest)
    try:
        return Kernel(source, "update", 1, 2)
    except ImportError:
        return None


def _text(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _load(name: str, kind: str, array: str, index: Any, entry: str = "") -> list[str]:
    """Lines that load an entry of an array, or a vector of entries of the type `entry`."""
    return [
        f"{name}.at = getelementptr {entry or kind}, ptr {array}, i64 {index}", f"{name} = load {kind}, ptr {name}.at, align 1",
    ]  # fmt: skip


def _update(
    steps: list[Any], results: list[tuple[int, Any]], names: dict[Any, str], inputs: int, dtype: str, width: int
) -> str:
    """Lines that update `width` entries; `results` are pairs of an array and its new entries."""
    scalar = _TYPES[dtype]
    kind, suffix = (scalar, "") if width == 1 else (f"<{width} x {scalar}>", f"v{width}")
    function = f"@llvm.sqrt.{suffix}f{8 * np.dtype(dtype).itemsize}"
    lines = []
    for k in range(inputs):
        lines += _load(f"%a{k}.{width}", kind, f"%p{k}", f"%i.{width}", scalar)

    def operand(x: Any) -> str:
        if isinstance(x, Value):
            return f"{names[x]}.{width}"
        number = literal(float(np.dtype(dtype).type(x)))
        return number if width == 1 else f"<{', '.join([f'{scalar} {number}'] * width)}>"

    for x in steps:
        operands = [operand(y) for y in x.inputs]
        arguments = f"{function}({kind} {operands[0]})" if x.op.name == "sqrt" else ", ".join(operands)
        lines.append(f"{names[x]}.{width} = {_OPERATIONS[x.op.name]} {kind} {arguments}")
    for k, y in results:
        at = f"%r{k}.{width}"
        lines += [
            f"{at} = getelementptr {scalar}, ptr %p{k}, i64 %i.{width}", f"store {kind} {operand(y)}, ptr {at}, align 1",
        ]  # fmt: skip
    return _text(lines)
