"""Flatten arguments and results of recorded functions, and rebuild them.

Floats and arrays of numbers are inputs of a tape. All other arguments, such as Python integers and strings, are part of the
program: another value needs another program.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.base import tree
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import is_loaded, np
from autograd.tape.program import Input
from autograd.tape.recorder.captures import Captures


class Keywords(dict[str, Any]):
    """Keyword arguments of a call, its last argument, in the order of their names."""


def call_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Arguments of a call in one tuple.

    >>> call_arguments((1.0,), {"w": 2.0, "k": 3.0})
    (1.0, {'k': 3.0, 'w': 2.0})
    """
    return (*args, Keywords(sorted(kwargs.items()))) if kwargs else args


def call(f: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Result of f for arguments in one sequence."""
    return f(*args[:-1], **args[-1]) if args and isinstance(args[-1], Keywords) else f(*args)


class DifferentiableError(Exception):
    """An argument is a node that requires a gradient: its graph must be recorded, not replayed."""


def flatten_arguments(args: Any, scalars: bool) -> tuple[Any, list[Any]]:
    """(signature of a call, its floats and arrays); two calls of one signature share a tape.

    The signature holds structure, shapes and types, and every argument that is neither a float nor an array.

    Raises:
        TypeError: If an argument is not hashable
        DifferentiableError: If one is a node that requires a gradient
    """
    key: list[Any] = []
    leaves: list[Any] = []
    _flatten(args, scalars, key, leaves)
    return tuple(key), leaves


def _flatten(x: Any, scalars: bool, key: list[Any], leaves: list[Any]) -> None:
    kind = type(x)
    if kind is np.ndarray and (dtype := x.dtype).kind in "fiub":
        key += (x.shape, dtype)
        if scalars and dtype.kind != "f":
            key.append(x.tobytes())
        else:
            leaves.append(x)
    elif kind is float:
        key.append(float)
        leaves.append(x)
    elif kind is int:
        key += (int, x)
    elif kind is tuple or kind is list:  # the most frequent containers, faster without the questions below
        key += (kind, len(x))
        for part in x:
            _flatten(part, scalars, key, leaves)
    elif kind is dict:
        key += (dict, *x)
        for part in x.values():
            _flatten(part, scalars, key, leaves)
    elif tree.is_container(x):
        parts = tree.children(x)
        key += (kind, *x) if isinstance(x, dict) else (kind, x.shape if isinstance(x, np.ndarray) else len(parts))
        for part in parts:
            _flatten(part, scalars, key, leaves)
    else:
        _flatten_leaf(x, scalars, key, leaves)


def _flatten_leaf(x: Any, scalars: bool, key: list[Any], leaves: list[Any]) -> None:
    """Flatten a node, a NumPy number or an argument that is part of the program."""
    kind = type(x)
    if isinstance(x, Node):
        if x.requires_grad:
            raise DifferentiableError
        key.append(kind)
        _flatten(x._data, scalars, key, leaves)
    elif isinstance(x, np.floating):
        key.append(float)
        leaves.append(float(x))
    else:
        value = (x.start, x.stop, x.step) if isinstance(x, slice) else x
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"{x!r} of type {kind.__name__} cannot be an argument of a recorded function: pass numbers, arrays, containers "
                "of them, or an immutable hashable object"
            ) from None
        key += (kind, value)


class Slot:
    """Leaf of the arguments: an input of a shape, or, if `shape` is None, the constant `fixed` of the program."""

    __slots__ = ("fixed", "shape")

    def __init__(self, x: Any, scalars: bool) -> None:
        data = x._data if isinstance(x, Node) else x
        is_array = isinstance(data, np.ndarray) and not (scalars and data.dtype.kind != "f")
        self.shape = getattr(data, "shape", ()) if is_array or isinstance(data, float | np.floating) else None
        self.fixed = data if self.shape is None else None


def argument_slots(args: Any, scalars: bool) -> Any:
    """Tree of the arguments with a `Slot` at each leaf."""
    return tree.map(lambda x: Slot(x, scalars), args, init=False)


def make_inputs(names: list[str], args: tuple[Any, ...], scalars: bool) -> tuple[tuple[Any, ...], dict[Node, Input]]:
    """(arguments with a variable for each float and array, the input of each variable); `names` are those of the arguments."""
    leaves = [x._data if isinstance(x, Node) else x for x in tree.leaves(args)]
    names = tree.leaves([_leaf_names(name, x) for name, x in zip(names, args, strict=True)])
    variables = _Variables(scalars)
    return tree.unflatten(args, list(map(variables.argument, names, leaves))), variables.inputs


def _rows_type() -> Any:
    """`Rows`, imported when NumPy is loaded: its base class is one of NumPy."""
    from autograd.tape.recorder.rows import Rows

    return Rows


class _Variables:
    """Variables for arguments: Values for floats, and for arrays Tensors, or `Rows` of Values if `scalars`."""

    def __init__(self, scalars: bool) -> None:
        self.scalars = scalars
        self.inputs: dict[Node, Input] = {}

    def argument(self, name: str, x: Any) -> Any:
        if isinstance(x, float | np.floating) or (
            self.scalars and isinstance(x, np.ndarray) and not x.ndim and x.dtype.kind == "f"
        ):
            node: Node = Value(float(x))
            self.inputs[node] = Input(name, None)
            return node
        if not isinstance(x, np.ndarray):
            return x
        if self.scalars:
            rows = [self.argument(f"{name}[{i}]", row) for i, row in enumerate(x)]
            return _rows_type()(rows) if x.dtype.kind == "f" else x.tolist()
        node = Tensor(x, requires_grad=x.dtype.kind == "f")
        self.inputs[node] = Input(name, (x.shape, x.dtype))
        return node


def _leaf_names(name: str, x: Any) -> Any:
    """Tree of x with a name at each leaf: `w` in the argument `p` is p.w."""
    if isinstance(x, Keywords):
        return [_leaf_names(key, part) for key, part in x.items()]
    if isinstance(x, dict):
        return {key: _leaf_names(f"{name}.{key}", part) for key, part in x.items()}
    if tree.is_container(x):
        return [_leaf_names(f"{name}[{i}]", part) for i, part in enumerate(tree.children(x))]
    return name


class SymbolicOutputs(list[Any]):
    """Outputs without numbers, such as tracers: they go into the result as they are."""

    def stack(self, where: slice, shape: tuple[int, ...]) -> Any:
        """Stack a slice of float outputs into an array."""
        raise NotImplementedError


#: (outputs of a replay, many=False) -> result. If `many`, the outputs are those of n examples: (n, outputs).
Unflatten = Callable[..., Any]


def flatten_result(result: Any, scalars: bool, captures: Captures) -> tuple[list[Any], Unflatten]:
    """(nodes and numbers in a result, function that rebuilds the result from the outputs of a replay).

    Numbers of a function of `scalars` are floats, also those that it computed with arrays. Arrays that the function can reach
    are nodes.
    """
    result = tree.map(lambda x: captures.node(x, as_number=False) if captures.is_reachable(x) else x, result, init=False)
    outputs: list[Any] = []
    return outputs, _unflatten(result, outputs, scalars)


def _unflatten(x: Any, outputs: list[Any], scalars: bool) -> Unflatten:
    """Function that rebuilds x from the outputs of a replay; appends the nodes in x to `outputs`."""
    start = len(outputs)
    if (is_loaded() and isinstance(x, _rows_type())) or (tree.is_object_array(x) and all(map(_is_number, tree.leaves(x)))):
        outputs += tree.leaves(x)
        return _unflatten_array(slice(start, len(outputs)), x.shape)
    if isinstance(x, Node):
        outputs.append(x)
        return _unflatten_node(start, isinstance(x, Value) or (scalars and not x._data.ndim))
    if not tree.is_container(x):
        return lambda values, many=False: x.copy() if isinstance(x, np.ndarray) else x
    makers = [_unflatten(part, outputs, scalars) for part in tree.children(x)]
    if type(x) is tuple:
        return lambda values, many=False: tuple([make(values, many) for make in makers])
    if type(x) is dict:
        items = list(zip(x, makers, strict=True))
        return lambda values, many=False: {name: make(values, many) for name, make in items}
    template = tree.map(lambda leaf: None, x, init=False)
    return lambda values, many=False: tree.with_children(template, [make(values, many) for make in makers])


def _is_number(x: Any) -> bool:
    return isinstance(x, Node | float) and not np.ndim(x._data if isinstance(x, Node) else x)


def _unflatten_array(where: slice, shape: tuple[int, ...]) -> Unflatten:
    def make(values: Any, many: bool = False) -> Any:
        if isinstance(values, SymbolicOutputs):
            return values.stack(where, shape)
        if many:
            return values[:, where].reshape(-1, *shape)
        part = values[where]
        return (part if getattr(part, "dtype", None) is np.dtype(float) else np.asarray(part, dtype=float)).reshape(shape)

    return make


def _unflatten_node(i: int, is_float: bool) -> Unflatten:
    def make(values: Any, many: bool = False) -> Any:
        if isinstance(values, SymbolicOutputs):
            return values[i]
        return values[:, i] if many else float(values[i]) if is_float else values[i][()]

    return make


def batch_columns(
    args: tuple[Any, ...], axes: Any, scalars: bool, signature: Any, slots: Any
) -> tuple[list[np.ndarray[Any, Any]], int]:
    """(numbers of each input array or float, number of examples) of a batched call of a tape with these `slots`."""
    columns: list[np.ndarray[Any, Any]] = []
    counts: set[int] = set()
    first = []
    checked = _check_axes(axes, len(args))
    ordered = tree.unflatten(slots, [x for _, _, x in tree.pairs("arguments of the tape", slots, args)])
    for x, axis in zip(ordered, checked, strict=True):
        leaves = [np.asarray(leaf, float) for leaf in flatten_arguments(x, scalars)[1]]
        if axis is None:
            first.append(x)
            columns += [leaf.reshape(-1) for leaf in leaves]
            continue
        if not all(leaf.ndim for leaf in leaves):
            raise ValueError(f"an argument with axis 0 must hold arrays with an example in each row, got numbers: {x!r:.60}")
        counts |= {len(leaf) for leaf in leaves}
        columns += [leaf.reshape(len(leaf), -1) for leaf in leaves]
        first.append(tree.map(lambda leaf: float(leaf[0]) if np.ndim(leaf) == 1 else np.asarray(leaf[0]), x))
    if len(counts) != 1:
        raise ValueError(f"the arguments with axis 0 must have one number of examples, got {sorted(counts)}")
    (n,) = counts
    if n and flatten_arguments(tuple(first), scalars)[0] != signature:
        raise TypeError("an example of these arguments must have the structure and shapes that the tape was recorded for")
    return columns, n


def _check_axes(axes: Any, count: int) -> tuple[int | None, ...]:
    axes = (axes,) * count if axes in (0, None) else tuple(axes)
    if len(axes) != count or any(a not in (0, None) for a in axes):
        raise ValueError(f"axes {axes!r} must be 0 (each row an example) or None (shared by all) for each of {count} arguments")
    return axes
