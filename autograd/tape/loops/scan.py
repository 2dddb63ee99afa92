"""`scan`: a loop whose body is recorded once."""

from collections.abc import Callable
from typing import Any, TypeVar

from autograd.base import tree
from autograd.base.grad_mode import is_recording
from autograd.base.trace_state import graph_requested
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor, lift_value
from autograd.engine.value import Value
from autograd.ops.rules.shape import lower
from autograd.support.lazy_numpy import np
from autograd.support.validation import check_integer
from autograd.tape.loops.body import Body
from autograd.tape.loops.scan_op import Loop, ScanOp
from autograd.tape.recorder.effects import EffectGuard
from autograd.transforms.calls import check_plain_function
from autograd.transforms.grad_vjp_jvp import has_variable, to_plain

C = TypeVar("C")


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]], carry: C, xs: Any = None, length: int | None = None, *, reverse: bool = False
) -> tuple[C, Any]:
    """Loop that carries a state from step to step: (the last carry, the results of all steps).

        for t in range(length): carry, y[t] = f(carry, x[t])

    f is run once, on the first step, and its graph is computed for all steps: a tape has one instruction for the loop,
    whatever its length. Derivatives of every order are such loops again, and keep the carries of all steps. Nodes from
    outside that f reads get gradients. In f, floats of the carry are Values and arrays are Tensors. A long loop of numbers runs
    in machine code if llvmlite is installed, with the same bits.

    Args:
        carry: Float, array, node, or container of them; f must return one of the same structure, shapes and dtypes
        xs: Array, or container of arrays, with a row for each step; f gets None if it is None
        length: Number of steps, needed if `xs` is None
        reverse: If true, the steps run from the last row to the first

    Shapes:
        carry (…), xs (n, …) -> carry (…), results (n, …) for (…) of f
    Raises:
        TypeError: If f does not return (carry, result), the carry has another structure or dtype, or a branch or plain number
            in f depends on the step
        ValueError: If the carry has another shape, or the numbers of steps differ
        RuntimeError: If f draws random numbers: draw them outside, and pass them in `xs`
    Source:
        Frostig, Johnson & Leary, Compiling machine learning programs via high-level tracing, SysML 2018

    >>> scan(lambda total, x: (total + x, total * x), 0.0, np.array([1.0, 2.0, 3.0]))
    (6.0, array([0., 2., 9.]))
    >>> from autograd import grad
    >>> grad(lambda r: scan(lambda x, _: (r * x * (1 - x), None), 0.5, length=3)[0])(2.0)
    0.25
    """
    check_plain_function("scan", f)
    n = _number_of_steps(xs, length)
    starts, rows = tree.numbers(carry), tree.numbers(xs)
    are_numbers = all(_is_number(x) for x in starts)
    examples = [_start(x) for x in starts] + [_row(x, are_numbers) for x in rows]
    structure: list[Any] = []

    def step(variables: list[Any]) -> list[Node]:
        c = tree.replace_numbers(carry, variables[: len(starts)])
        x = tree.replace_numbers(xs, variables[len(starts) :])
        new, y = _check_pair(f(c, x))
        structure[:] = [y]
        return [*_matching_carry(c, new), *map(_result_node, tree.numbers(y))]

    body = EffectGuard(f).check(lambda: Body(step, examples))
    inputs = [*starts, *rows, *body.captured]
    active = [isinstance(x, Node) and x.requires_grad for x in inputs]
    active[: len(starts)] = [any(active)] * len(starts)
    results = len(body.outputs) - len(starts)
    op = ScanOp(Loop(body, (len(starts), len(rows)), results, n, reverse, saves=any(active)), active)
    as_nodes = graph_requested() or has_variable([*starts, *rows, *(body.captured if is_recording() else ())])
    final, ys, _, _ = op.on_inputs(inputs)
    final = [lower(x) if isinstance(v, Value) else x for v, x in zip(body.inputs, final, strict=False)]
    pair = tree.replace_numbers(carry, final), tree.replace_numbers(structure[0], ys)
    return tree.map(lambda x: _plain(x, as_nodes), pair)


def _plain(x: Any, as_nodes: bool) -> Any:
    """A result as a node if `as_nodes`, else as a float or an array in its own memory."""
    if isinstance(x, np.float64) or not isinstance(x, Node | np.ndarray):
        return float(x) if isinstance(x, np.float64) else x
    return to_plain(x, as_nodes) if isinstance(x, Node) else x.copy()[()]


def _number_of_steps(xs: Any, length: Any) -> int:
    """Number of steps of a loop over `xs`."""
    rows = tree.numbers(xs)
    for x in rows:
        if not isinstance(x, Tensor | np.ndarray) or not x.ndim:
            cure = "write autograd.stack, or compile with backend='numpy'" if isinstance(x, Value) else "write np.array([…])"
            raise TypeError(f"scan: xs must hold arrays with a row for each step, got {x!r:.60}: {cure}")
    counts = {len(x) for x in rows}
    if length is not None:
        counts.add(check_integer("scan: length", length, least=0))
    if len(counts) != 1:
        lengths = ", ".join(str(x.shape) for x in rows)
        raise ValueError(
            f"scan: xs and length must agree on one number of steps, got xs of shapes {lengths} and length={length}"
            if counts
            else f"scan: the number of steps is missing: pass arrays as xs, or length=n, got xs={xs!r:.60}"
        )
    return counts.pop()


def _is_number(x: Any) -> bool:
    return isinstance(x, Value | float)


def _start(x: Any) -> Any:
    """Data of a leaf of the carry."""
    data = x._data if isinstance(x, Node) else x
    if isinstance(data, float) or (isinstance(data, np.ndarray | np.generic) and data.dtype.kind == "f"):
        return data if type(data) is float else np.asarray(data)
    raise TypeError(f"scan: the carry must hold floats and floating-point arrays, got {x!r:.60}: write 0.0 or .astype(float)")


def _row(x: Any, are_numbers: bool) -> Any:
    """Data of the first row of an array: a float in a loop of numbers; ones without rows."""
    data = x._data if isinstance(x, Tensor) else x
    if data.dtype.kind not in "fiub":
        raise TypeError(f"scan: xs must hold arrays of real numbers, got an array of dtype {data.dtype}")
    first = data[0] if len(data) else np.ones(data.shape[1:], data.dtype)
    return float(first) if are_numbers and first.shape == () and first.dtype == float else np.asarray(first)


def _check_pair(result: Any) -> tuple[Any, Any]:
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(f"scan: f must return a pair (carry, result of the step), got {result!r:.80}: write carry, None")
    return result


def _matching_carry(carry: Any, new: Any) -> list[Node]:
    """Nodes of the carry after a step, with the types and shapes of those before it."""
    nodes = []
    for path, x, y in tree.pairs("scan: the carry that f returns", carry, new):
        if not isinstance(x, Value | Tensor):
            if x is not y and x != y:
                raise TypeError(f"{path} must stay {x!r:.60}, since it is not a number, got {y!r:.60}: write it to the results")
            continue
        data = np.asarray(y._data if isinstance(y, Node) else y)
        shape = () if isinstance(x, Value) else x.shape
        if data.shape != shape:
            raise ValueError(f"{path} must have the shape {shape} of the carry before the step, got {data.shape}")
        if isinstance(x, Value):
            nodes.append(lower(y) if isinstance(y, Tensor) else _result_node(y))
            continue
        if isinstance(y, Tensor | np.ndarray) and y.dtype != x.dtype:
            raise TypeError(f"{path} must have the dtype {x.dtype} of the carry before the step, got {y.dtype}: use .astype")
        nodes.append(_array_node(y, x.dtype))
    return nodes


def _array_node(y: Any, dtype: Any) -> Node:
    if isinstance(y, Tensor):
        return y
    return lift_value(y, dtype) if isinstance(y, Value) else Tensor(y, dtype=dtype)


def _result_node(y: Any) -> Node:
    """Node of a leaf of the result of a step."""
    if isinstance(y, Node):
        return y
    return Tensor(y) if isinstance(y, np.ndarray | np.generic) else Value(float(y), requires_grad=False)
