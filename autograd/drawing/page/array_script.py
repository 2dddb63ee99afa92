"""JavaScript of op rules on arrays: a rule evaluated on `ArrayScript` writes loops over entries.

An elementwise rule is one loop around the expression that `javascript.py` reads; forward rules of the other kinds are read in
the namespace of `array_functions.py`, and pullbacks call ops.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from autograd.drawing.page.javascript import Script, functions, operator_script, script
from autograd.drawing.page.loops import LoopWriter, Places, dense_places
from autograd.ops.op import Op
from autograd.ops.operators import Operator
from autograd.ops.rules.axes import Shape, shape_of
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule
from autograd.support.lazy_numpy import NDArray, np

#: Entry of an operand in the expression of a rule.
_MARK = re.compile(r"«(\d+)»")


class ArrayScript(Tracer):
    """Array in a JavaScript program: a buffer, and the places of the entries in it.

    Numbers are arrays without axes. All arrays have 64-bit floats; `dtype` tells truth values, 0 and 1, from other numbers.
    """

    __slots__ = ("dtype", "name", "places", "writer")

    def __init__(self, writer: LoopWriter, name: str, places: Places, dtype: Any = float) -> None:
        self.writer, self.name, self.places, self.dtype = writer, name, places, np.dtype(dtype)

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if op.kind == "elementwise":
            return elementwise(lambda *xs: read_rule(op.forward, op, functions, *xs, **params), *inputs)
        return read_rule(op.forward, op, writer_of(inputs).functions, *inputs, **params)

    @property
    def shape(self) -> Shape:
        return self.places.shape

    @property
    def ndim(self) -> int:
        return self.places.ndim

    @property
    def mT(self) -> ArrayScript:
        return self.at(np.matrix_transpose(self.places))

    def at(self, places: Places) -> ArrayScript:
        """Array of the entries at other places."""
        return ArrayScript(self.writer, self.name, places, self.dtype)

    def reshape(self, *shape: Any) -> ArrayScript:
        return self.at(self.places.reshape(*shape))

    def astype(self, dtype: Any) -> ArrayScript:
        kind = np.dtype(dtype).kind
        if kind == self.dtype.kind or kind == "f":
            return ArrayScript(self.writer, self.name, self.places)
        return elementwise(operator.ne, self, 0.0) if kind == "b" else elementwise(functions.trunc, self)

    def __getitem__(self, index: Any) -> ArrayScript:  # type: ignore[override]
        return self.at(np.asarray(self.places[index]))

    def __len__(self) -> int:  # type: ignore[override]
        return len(self.places)


def elementwise(f: Callable[..., Any], *operands: Any) -> ArrayScript:
    """Array of f, a function of `Script`s, of the entries of arrays and numbers, which are broadcast."""
    writer = writer_of(operands)
    inputs = [x if isinstance(x, ArrayScript) else _number_or_array(x, writer) for x in operands]
    given = [x for x in inputs if isinstance(x, ArrayScript)]
    shape = np.broadcast_shapes(*map(shape_of, operands))

    marks = [f"«{k}»" for k in range(len(given))]
    rest = map(Script, marks)
    rule = script(f(*[next(rest) if isinstance(x, ArrayScript) else x for x in inputs]))
    if rule.text in marks:  # an entry itself
        x = given[marks.index(rule.text)]
        return x.at(np.broadcast_to(x.places, shape))
    y = new_array(writer, shape)
    y.dtype = np.dtype(bool if rule.is_truth else float)
    text = rule.as_number()
    write_loop(shape, [y, *given], lambda out, *entries: f"{out} = {_MARK.sub(lambda m: entries[int(m[1])], text)}")
    return y


def _number_or_array(x: Any, writer: LoopWriter) -> Script | ArrayScript:
    """A constant as one number in the text if all its entries are that number."""
    numbers = _numbers(x)
    bits = numbers.ravel().view(np.int64)
    return script(numbers.flat[0]) if bits.size and (bits == bits[0]).all() else as_array(x, writer)


def _numbers(x: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(x, float)
    except (TypeError, ValueError):
        raise UnreadableRuleError(f"the rule must compute with numbers, got {type(x).__name__}") from None


def as_array(x: Any, writer: LoopWriter) -> ArrayScript:
    """x, or an array with its numbers, which is a constant of the program."""
    if isinstance(x, ArrayScript):
        return x
    numbers, is_truth = _numbers(x), np.asarray(x).dtype.kind == "b"
    return ArrayScript(writer, writer.constant(numbers), dense_places(numbers.shape), bool if is_truth else float)


def writer_of(operands: Sequence[Any]) -> LoopWriter:
    """Program of the first array of operands."""
    return next(x.writer for x in operands if isinstance(x, ArrayScript))


def new_array(writer: LoopWriter, shape: Shape, fill: str = "") -> ArrayScript:
    """Array in a new buffer of a program."""
    return ArrayScript(writer, *writer.buffer(shape, fill))


def write_loop(lengths: Shape, operands: Sequence[ArrayScript], body: Callable[..., str], *axes: Sequence[int]) -> None:
    """Write the loops of a statement on entries; without `axes`, the loops are the last axes of every array."""
    n = len(lengths)
    own = axes or [range(n - x.ndim, n) for x in operands]
    operands[0].writer.loop(lengths, [(x.name, x.places, a) for x, a in zip(operands, own, strict=True)], body)


def assign(y: ArrayScript, x: ArrayScript, sign: str = "=") -> None:
    """Write the assignment of the entries of x, broadcast, to those of y."""
    write_loop(y.shape, [y, x], lambda out, entry: f"{out} {sign} {entry}")


def contract(terms: Sequence[Sequence[int]], output: Sequence[int], lengths: Shape, *operands: Any) -> ArrayScript:
    """Product of arrays, whose axes are given as loops, summed over the loops that are not those of `output`."""
    inputs = [as_array(x, writer_of(operands)) for x in operands]
    is_sum = any(n != 1 for i, n in enumerate(lengths) if i not in output)
    y = new_array(writer_of(inputs), tuple(lengths[i] for i in output), "0" * is_sum)
    write_loop(lengths, [y, *inputs], lambda out, *entries: f"{out} {'+' * is_sum}= {' * '.join(entries)}", output, *terms)
    return y


def dense(x: ArrayScript) -> ArrayScript:
    """x, or a copy of it if its entries are not consecutive in a buffer of the program."""
    places = x.places.ravel()
    if x.name in x.writer.sizes and np.array_equal(places, np.arange(places[0], places[0] + places.size)):
        return x
    y = new_array(x.writer, x.shape)
    assign(y, x)
    return y


def whole(x: ArrayScript) -> str:
    """The entries of x in row-major order as a JavaScript array."""
    if not x.places.size:
        return "new Float64Array(0)"
    x = dense(x)
    if x.name != "n" and x.places.size == x.writer.sizes[x.name]:
        return x.name
    first = int(x.places.flat[0])
    if x.places.size == 1 and x.name == "n":
        return f"number({first})"
    return f"{x.name}.subarray({first}, {first + x.places.size})"


def _operator(row: Operator) -> Callable[..., Any]:
    if row.op == "matmul":
        return lambda a, b: writer_of([a, b]).functions.matmul(a, b)
    return lambda *operands: elementwise(operator_script(row), *operands)


define_operators(ArrayScript, _operator)
