"""Arguments of a function under check: its variables, their names, and new values for them."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.base import tree
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import Selection, positional_parameters


class Arguments:
    """Arguments as leaves; the floats and floating-point arrays among them are the variables.

    Attributes:
        arrays: The variables as arrays; `sizes` holds their numbers of entries
        point: All variables as one vector
        chosen: The arguments that contain the variables
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], argnums: int | Sequence[int] | None = None) -> None:
        self.args = args
        self.leaves = tree.leaves(list(args))
        chosen: Any = range(len(args)) if argnums is None else Selection(f, argnums, args, {}).keys
        self.chosen = tuple([args[n] for n in chosen])
        names = _variable_names(f, args, chosen)
        if not names:
            raise ValueError(
                f"nothing to differentiate among the arguments {args!r}: pass floats, floating-point arrays, Values, Tensors "
                "or containers of them"
            )
        self.positions, self.labels = list(names), list(names.values())
        self.arrays = [data_of(self.leaves[k]).copy() for k in self.positions]
        self.sizes = [a.size for a in self.arrays]
        self.point = np.concatenate([a.astype(float).ravel() for a in self.arrays])
        self.eps = max(float(np.finfo(a.dtype).eps) for a in self.arrays)

    @property
    def scales(self) -> Any:
        """Step size of each number: its absolute value; for zeros the median of the others, within 0.001 … 1."""
        sizes = np.abs(self.point)
        median = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 1.0
        return np.where(sizes > 0, sizes, min(max(median, 1e-3), 1.0))

    def pieces(self, vector: Any) -> list[Any]:
        """A vector of all variables split into one array per variable."""
        return split_vector(vector, self.arrays)

    def unflatten(self, new: list[Any]) -> list[Any]:
        """The arguments with `new` in place of the variables."""
        leaves = list(self.leaves)
        for k, x in zip(self.positions, new, strict=True):
            leaves[k] = x
        return list(tree.unflatten(list(self.args), leaves))

    def plain_arguments(self, vector: Any, dtypes: bool = False) -> list[Any]:
        """The arguments as floats and arrays at the point `vector`; in double precision unless `dtypes` is true."""
        new: list[Any] = []
        for k, a, part in zip(self.positions, self.arrays, self.pieces(vector), strict=True):
            scalar = not isinstance(self.leaves[k], np.ndarray | Tensor)
            new.append(float(part) if scalar else np.array(part, a.dtype if dtypes else float))
        return self.unflatten(new)

    def variables(self, vector: Any = None) -> list[Node]:
        """New nodes for the variables: in their own dtype, or at the point `vector` in double precision."""
        arrays = self.arrays if vector is None else self.pieces(vector)
        nodes: list[Node] = []
        for k, a in zip(self.positions, arrays, strict=True):
            of_array = isinstance(self.leaves[k], Tensor | np.ndarray)
            nodes.append(Tensor(a, requires_grad=True) if of_array else Value(float(a)))
        return nodes

    def entry(self, i: int) -> str:
        """The name of number i of the vector, for example `w[0, 1]`."""
        for label, a in zip(self.labels, self.arrays, strict=True):
            if i < a.size:
                index = ", ".join(str(int(n)) for n in np.unravel_index(i, a.shape)) if a.ndim else ""
                return f"{label}[{index}]" if index else label
            i -= a.size
        raise IndexError(i)


def varies(x: Any) -> bool:
    """True if x is a node, a float or a floating-point array."""
    if isinstance(x, Value):
        return True
    if isinstance(x, Tensor | np.ndarray | np.generic):
        return bool(x.dtype.kind == "f")
    return isinstance(x, float)


def has_gradient(x: Any) -> bool:
    """True if x is a node that requires a gradient."""
    return isinstance(x, Node) and x.requires_grad


def data_of(x: Any) -> Any:
    """The data of a node, number or array, as an array."""
    return np.asarray(x._data if isinstance(x, Node) else x)


def _variable_names(f: Callable[..., Any], args: tuple[Any, ...], chosen: Sequence[int]) -> dict[int, str]:
    """The names of the variables, by their positions among the leaves of the arguments."""
    names = positional_parameters(f)
    names += [f"argument {i}" for i in range(len(names), len(args))]
    leaves = [(i, name, x) for i, arg in enumerate(args) for name, x, _ in tree.pairs(names[i], arg, arg)]
    return {k: name for k, (i, name, x) in enumerate(leaves) if i in chosen and varies(x)}


def numeric_leaves(result: Any) -> list[Any]:
    """The nodes, numbers and numeric arrays in the result of a function; other leaves are ignored."""
    return [
        x
        for x in tree.leaves(result)
        if isinstance(x, Node)
        or (isinstance(x, int | float | np.ndarray | np.generic) and np.asarray(x).dtype.kind in "fiubc")
        or hasattr(x, "detach")
    ]


def flatten(result: list[Any]) -> Any:
    """Nodes, numbers and arrays concatenated into one vector."""
    parts = [np.ravel(data_of(x)) for x in result]
    vector = np.concatenate(parts) if parts else np.zeros(0)
    return vector if vector.dtype.kind == "c" else vector.astype(float)


def split_vector(vector: Any, like: Sequence[Any]) -> list[Any]:
    """A vector split into parts with the shapes of nodes, numbers or arrays."""
    shapes = [np.shape(data_of(x)) for x in like]
    parts = np.split(np.asarray(vector), np.cumsum([math.prod(shape) for shape in shapes])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
