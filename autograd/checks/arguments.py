"""The arguments of a function under check: which numbers vary, what these are called, and others in their place."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.transforms.grad_vjp_jvp import argument_numbers


class Arguments:
    """The arguments, taken apart into leaves; the floats and floating-point arrays among them are the variables.

    `arrays` holds the variables as they were given, `sizes` how many numbers each has, `point` all of them as one vector.

    Raises:
        ValueError: if there is no variable among them
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], argnums: int | Sequence[int] | None = None) -> None:
        self.given = args
        chosen = range(len(args)) if argnums is None else [n % len(args) for n in argument_numbers(argnums, args)]
        self.leaves = tree.leaves(list(args))
        named = [(i, name) for i, arg in enumerate(args) for name in _paths(_parameter(f, i), arg)]
        self.positions = [k for k, (x, (i, _)) in enumerate(zip(self.leaves, named, strict=True)) if i in chosen and varies(x)]
        if not self.positions:
            raise ValueError(
                f"there is nothing to differentiate among the arguments {args!r}: pass floats, floating-point arrays, Values "
                "or Tensors, or containers of them"
            )
        self.labels = [named[k][1] for k in self.positions]
        self.arrays = [_array(self.leaves[k]) for k in self.positions]
        self.sizes = [a.size for a in self.arrays]
        self.point = np.concatenate([a.astype(float).ravel() for a in self.arrays])
        self.with_arrays = any(isinstance(x, Tensor | np.ndarray) for x in self.leaves)
        self.single = any(a.dtype.itemsize < 8 for a in self.arrays)

    @property
    def scales(self) -> Any:
        """How far it is sensible to move each number: its own size, and for zeros that of the others, or 1."""
        sizes = np.abs(self.point)
        usual = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 1.0
        return np.where(sizes > 0, sizes, min(max(usual, 1e-3), 1.0))

    def pieces(self, vector: Any) -> list[Any]:
        """A vector of all variables, as one array a variable, each in its shape."""
        parts = np.split(np.asarray(vector), np.cumsum(self.sizes)[:-1])
        return [part.reshape(a.shape) for part, a in zip(parts, self.arrays, strict=True)]

    def rebuilt(self, new: list[Any]) -> list[Any]:
        """The arguments with their variables replaced by `new`."""
        leaves = list(self.leaves)
        for k, x in zip(self.positions, new, strict=True):
            leaves[k] = x
        return list(tree.unflatten(list(self.given), leaves))

    def plain(self, vector: Any, dtypes: bool = False) -> list[Any]:
        """The arguments as floats and arrays, at another point; in double precision unless `dtypes` are kept."""
        new: list[Any] = []
        for k, a, part in zip(self.positions, self.arrays, self.pieces(vector), strict=True):
            scalar = not isinstance(self.leaves[k], np.ndarray | Tensor)
            new.append(float(part) if scalar else np.array(part, a.dtype if dtypes else float))
        return self.rebuilt(new)

    def variables(self, vector: Any = None) -> list[Node]:
        """Fresh nodes for the variables: in their own type, or at another point in double precision."""
        arrays = self.arrays if vector is None else self.pieces(vector)
        made: list[Node] = []
        for k, a in zip(self.positions, arrays, strict=True):
            of_array = isinstance(self.leaves[k], Tensor | np.ndarray) or (
                self.with_arrays and not isinstance(self.leaves[k], Value)
            )
            made.append(Tensor(a, requires_grad=True) if of_array else Value(float(a)))
        return made

    def entry(self, i: int) -> str:
        """What number i of the vector is called."""
        for label, a in zip(self.labels, self.arrays, strict=True):
            if i < a.size:
                index = ", ".join(str(int(n)) for n in np.unravel_index(i, a.shape)) if a.ndim else ""
                return f"{label}[{index}]" if index else label
            i -= a.size
        raise IndexError(i)


def varies(x: Any) -> bool:
    """True if a derivative with respect to x exists: x is a node, or floating-point."""
    if isinstance(x, Value):
        return True
    if isinstance(x, Tensor | np.ndarray | np.generic):
        return bool(x.dtype.kind == "f")
    return isinstance(x, float)


def _array(x: Any) -> Any:
    return np.array(x._data if isinstance(x, Node) else x)


def _parameter(f: Callable[..., Any], i: int) -> str:
    """The name of the argument at position i."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    if i < len(parameters) and parameters[i].kind in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):
        return parameters[i].name
    return f"argument {i}"


def _paths(name: str, x: Any) -> Iterator[str]:
    """The names of the leaves of x, as Python would write them."""
    if not tree.is_container(x):
        yield name
    elif isinstance(x, dict):
        for key, part in x.items():
            yield from _paths(f"{name}[{key!r}]", part)
    elif isinstance(x, list | tuple):
        fields = getattr(x, "_fields", None)
        for i, part in enumerate(x):
            yield from _paths(f"{name}.{fields[i]}" if fields else f"{name}[{i}]", part)
    else:
        for key, part in zip(x.__dataclass_fields__, tree.children(x), strict=True):
            yield from _paths(f"{name}.{key}", part)


def numbers_in(result: Any) -> list[Any]:
    """The real numbers that a function gave back, as a list of nodes, floats and arrays; texts and such are left out."""
    return [
        x
        for x in tree.leaves(result)
        if isinstance(x, Node)
        or (isinstance(x, int | float | np.ndarray | np.generic) and np.asarray(x).dtype.kind in "fiubc" and x is not None)
        or hasattr(x, "detach")
    ]


def flat(result: list[Any]) -> Any:
    """Numbers as one vector."""
    parts = [np.ravel(np.asarray(x._data if isinstance(x, Node) else x)) for x in result]
    vector = np.concatenate(parts) if parts else np.zeros(0)
    return vector if vector.dtype.kind == "c" else vector.astype(float)
