"""How arguments and results travel: taken apart into what changes from call to call and what does not.

Floats and arrays of numbers are inputs of a tape. Everything else, Python integers and strings among it, is part of the
program: another value of it is another program.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.tape.program import Input


class Rows(list[Any]):
    """An array as a function of scalars sees it while it is recorded: the list of its rows, which are lists or Values."""

    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return (len(self), *(self[0].shape() if self and isinstance(self[0], Rows) else ()))


class DifferentiableError(Exception):
    """An argument is a node that requires a gradient: its function is to be seen, not replayed."""


def flatten_arguments(args: Any, scalars: bool) -> tuple[Any, list[Any]]:
    """(what two calls must have in common to be served by one tape, the floats and arrays that change from call to call).

    In common are structure, shapes and types, and every argument that is neither a float nor an array.

    Raises:
        TypeError: if an argument is of a kind that cannot be told from others
        DifferentiableError: if one is a node that requires a gradient
    """
    key: list[Any] = []
    leaves: list[Any] = []
    _flatten(args, scalars, key, leaves)
    return tuple(key), leaves


def _flatten(x: Any, scalars: bool, key: list[Any], leaves: list[Any]) -> None:
    kind = type(x)
    if kind is np.ndarray and x.dtype.kind in "fiub":
        key += (x.shape, x.dtype)
        if scalars and x.dtype.kind != "f":
            key.append(x.tobytes())
        else:
            leaves.append(x)
    elif kind is float:
        key.append(float)
        leaves.append(x)
    elif kind is dict:
        key += (dict, *x)
        for part in x.values():
            _flatten(part, scalars, key, leaves)
    elif tree.is_container(x):
        parts = tree.children(x)
        key += (kind, len(parts))
        for part in parts:
            _flatten(part, scalars, key, leaves)
    elif isinstance(x, Node):
        if x.requires_grad:
            raise DifferentiableError
        key.append(kind)
        _flatten(x._data, scalars, key, leaves)
    elif isinstance(x, np.floating):
        key.append(float)
        leaves.append(float(x))
    else:
        try:
            hash(x)
        except TypeError:
            raise TypeError(
                f"{x!r} of type {kind.__name__} cannot be an argument of a recorded function: pass numbers, arrays, containers "
                "of them, or something hashable that does not change"
            ) from None
        key += (kind, x)


class Place:
    """What a leaf of the arguments is to a tape: an input of this shape, or if that is None part of the program, as `fixed`."""

    __slots__ = ("fixed", "shape")

    def __init__(self, x: Any, scalars: bool) -> None:
        data = x._data if isinstance(x, Node) else x
        is_array = isinstance(data, np.ndarray) and not (scalars and data.dtype.kind != "f")
        self.shape = np.shape(data) if is_array or isinstance(data, float | np.floating) else None
        self.fixed = data if self.shape is None else None


def places(args: Any, scalars: bool) -> Any:
    """The tree of the arguments with a `Place` at each leaf."""
    return tree.map(lambda x: Place(x, scalars), args)


def zip_leaves(where: Any, x: Any) -> Iterator[tuple[Place, Any]]:
    """(place, leaf) for each place of the tree `where`, with the leaf of x there, whatever the order of the keys of a dict.

    Raises:
        TypeError: if the two differ in structure
    """
    if isinstance(where, Place):
        if tree.is_container(x):
            raise TypeError(f"a {type(x).__name__} stands where the recorded function was given a single leaf")
        yield where, x
        return
    if not tree.is_container(x) or isinstance(where, dict) is not isinstance(x, dict):
        raise TypeError(f"a {type(x).__name__} stands where the recorded function was given a {type(where).__name__}")
    keys = list(where) if isinstance(where, dict) else range(len(tree.children(where)))
    if (set(x) != set(keys)) if isinstance(where, dict) else len(tree.children(x)) != len(keys):
        raise TypeError(
            f"the recorded function was given a {type(where).__name__} with the entries {list(keys)}, not with "
            f"{list(x) if isinstance(x, dict) else list(range(len(x)))}"
        )
    for key, place in zip(keys, tree.children(where), strict=True):
        yield from zip_leaves(place, x[key] if isinstance(where, dict) else tree.children(x)[key])


def make_inputs(args: dict[str, Any], scalars: bool) -> tuple[dict[str, Any], dict[Node, Input]]:
    """(the arguments as the recorded function is to see them, the input that each of its nodes stands for)."""
    inputs: dict[Node, Input] = {}
    leaves = [x._data if isinstance(x, Node) else x for x in tree.leaves(args)]
    floats = [x.dtype for x in leaves if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    dtype = np.result_type(*floats) if floats else np.dtype(float)  # of a float beside arrays: it must not change their type

    def variable(name: str, data: Any) -> Node:
        if scalars:
            node: Node = Value(float(data))
            inputs[node] = Input(name, None)
        else:
            array = np.asarray(data, dtype if isinstance(data, float) else None)
            node = Tensor(array, requires_grad=array.dtype.kind == "f")
            inputs[node] = Input(name, (array.shape, array.dtype))
        return node

    def seen(name: str, x: Any) -> Any:
        if isinstance(x, np.ndarray) and scalars and (x.ndim or x.dtype.kind != "f"):
            if x.dtype.kind != "f":
                return x.tolist()
            return Rows([seen(f"{name}[{i}]", row) for i, row in enumerate(x)])
        return variable(name, x) if isinstance(x, float | np.floating | np.ndarray) else x

    names = tree.leaves({name: _names(name, x) for name, x in args.items()})
    return tree.unflatten(args, [seen(name, x) for name, x in zip(names, leaves, strict=True)]), inputs


def _names(name: str, x: Any) -> Any:
    """The tree of x with a name at each leaf: `w` in the argument `p` is p.w."""
    if isinstance(x, dict):
        return {key: _names(f"{name}.{key}", part) for key, part in x.items()}
    if tree.is_container(x):
        return [_names(f"{name}[{i}]", part) for i, part in enumerate(tree.children(x))]
    return name


class SymbolicOutputs(list[Any]):
    """Outputs that stand for numbers which come later: they go into the result as they are."""

    def stacked(self, where: slice, shape: tuple[int, ...]) -> Any:
        """Those of one array of floats, as that array."""
        raise NotImplementedError


#: Makes a result of the outputs of a replay; of those of n examples, (n, outputs), if it is told so.
Unflatten = Callable[..., Any]


def flatten_result(result: Any) -> tuple[list[Any], Unflatten]:
    """(the nodes and numbers in a result, what makes a result of the numbers that a replay gives in their place)."""
    found: list[Any] = []
    return found, _maker(result, found)


def _maker(x: Any, found: list[Any]) -> Unflatten:
    """What makes x of the outputs of a replay; adds to `found` what those are."""
    start = len(found)
    if isinstance(x, Rows):
        found += tree.leaves(x)
        return _array(slice(start, len(found)), x.shape())
    if isinstance(x, Node):
        found.append(x)
        return _number(start, isinstance(x, Value))
    if not tree.is_container(x):
        return lambda values, many=False: x.copy() if isinstance(x, np.ndarray) else x
    makers = [_maker(part, found) for part in tree.children(x)]
    if type(x) is tuple:
        return lambda values, many=False: tuple([make(values, many) for make in makers])
    if type(x) is dict:
        named = list(zip(x, makers, strict=True))
        return lambda values, many=False: {name: make(values, many) for name, make in named}
    hollow = tree.map(lambda leaf: None, x)
    return lambda values, many=False: tree.with_children(hollow, [make(values, many) for make in makers])


def _array(where: slice, shape: tuple[int, ...]) -> Unflatten:
    def make(values: Any, many: bool = False) -> Any:
        if isinstance(values, SymbolicOutputs):
            return values.stacked(where, shape)
        if many:
            return values[:, where].reshape(-1, *shape)
        return np.asarray(values[where], dtype=float).reshape(shape)

    return make


def _number(i: int, is_float: bool) -> Unflatten:
    def make(values: Any, many: bool = False) -> Any:
        if isinstance(values, SymbolicOutputs):
            return values[i]
        return values[:, i] if many else float(values[i]) if is_float else values[i][()]

    return make


def batch_columns(args: tuple[Any, ...], axes: Any, scalars: bool, wanted: Any) -> tuple[list[np.ndarray[Any, Any]], int]:
    """(the numbers of each input array or float, the number of examples) of a call that has many, along axis 0 of some.

    Raises:
        ValueError: if `axes` does not say 0 or None for each argument, or the numbers of examples differ
        TypeError: if an example does not fit the tape, whose signature is `wanted`
    """
    axes = (axes,) * len(args) if axes in (0, None) else tuple(axes)
    if len(axes) != len(args) or any(a not in (0, None) for a in axes):
        raise ValueError(
            f"axes {axes!r} must be 0 (an example a row) or None (the same for all) for each of {len(args)} arguments"
        )
    found: list[np.ndarray[Any, Any]] = []
    counts: set[int] = set()
    first = []
    for x, axis in zip(args, axes, strict=True):
        leaves = [np.asarray(leaf, float) for leaf in flatten_arguments(x, scalars)[1]]
        if axis is None:
            first.append(x)
            found += [leaf.reshape(-1) for leaf in leaves]
            continue
        if not all(leaf.ndim for leaf in leaves):
            raise ValueError(
                "an argument with axis 0 must be made of arrays with an example a row: this one has single numbers"
            )
        counts |= {len(leaf) for leaf in leaves}
        found += [leaf.reshape(len(leaf), -1) for leaf in leaves]
        first.append(tree.map(lambda leaf: float(leaf[0]) if np.ndim(leaf) == 1 else np.asarray(leaf[0]), x))
    if len(counts) != 1:
        raise ValueError(f"the arguments with axis 0 must have one number of examples, and have {sorted(counts)}")
    (n,) = counts
    if n and flatten_arguments(tuple(first), scalars)[0] != wanted:
        raise TypeError("an example of these arguments does not have the structure or shapes that the tape was recorded for")
    return found, n
