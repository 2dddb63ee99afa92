"""Random containers of numbers, functions between them, and the flat computation that they must agree with."""

import collections
import dataclasses
import enum
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from autograd import Tensor, Value


class Pair(NamedTuple):
    x: Any
    y: Any


@dataclasses.dataclass
class Block:
    w: Any
    b: Any


@dataclasses.dataclass(frozen=True)
class Settings:
    """A frozen container of numbers and of what cannot be one, with a field that is not an argument."""

    w: Any
    b: Any
    name: str = "settings"
    rate: Any = dataclasses.field(init=False, default=1.5)


class Mode(enum.Enum):
    FAST = 1.5


#: Leaves of containers that cannot be numbers.
STATIC = (None, True, False, "tanh", b"tanh", Mode.FAST, abs, float, np.exp, np.dtype("f4"), slice(1), lambda x: x, ...)


def is_static(x):
    return any(x is s for s in (*STATIC, "settings"))


def object_array(entries, shape):
    array = np.empty(len(entries), object)
    for i, x in enumerate(entries):
        array[i] = x
    return array.reshape(shape)


numbers = st.floats(0.5, 2.0)
object_arrays = st.sampled_from([(), (1,), (2,), (2, 2), (0,)]).flatmap(
    lambda shape: st.lists(numbers, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))).map(
        lambda entries: object_array(entries, shape)
    )
)
arrays = st.lists(numbers, min_size=1, max_size=2).map(np.array)


def containers(leaves, children):
    """Containers of `leaves`, nested, at least one deep."""
    inside = st.recursive(leaves, lambda parts: wrapped(parts, 0), max_leaves=5) if children else leaves
    return wrapped(inside | st.sampled_from(STATIC), 1)


def wrapped(parts, least):
    dicts = st.dictionaries(st.sampled_from("abcd"), parts, min_size=least, max_size=3)
    return st.one_of(
        dicts, dicts.map(collections.OrderedDict), dicts.map(lambda d: collections.defaultdict(list, d)),
        st.tuples(parts, parts).map(lambda t: Settings(*t)),
        st.lists(parts, min_size=least, max_size=2), st.lists(parts, min_size=least, max_size=2).map(tuple),
        st.tuples(parts, parts).map(lambda t: Pair(*t)),
        st.tuples(parts, parts).map(lambda t: Block(*t)),
    )  # fmt: skip


#: Trees of floats, and of floats and arrays; each with arrays of objects.
of_floats = st.one_of(object_arrays, containers(st.one_of(numbers, object_arrays), True))
of_arrays = containers(st.one_of(numbers, arrays, object_arrays), True)


def fields(tree):
    """(key, part) for each direct part of a container in an order that does not depend on that of a dict, or None."""
    if isinstance(tree, dict):
        return sorted(tree.items())
    if isinstance(tree, Block | Settings):
        return [(name, getattr(tree, name)) for name in tree.__dataclass_fields__]
    if isinstance(tree, list | tuple) or (isinstance(tree, np.ndarray) and tree.dtype == object):
        return list(enumerate(tree.ravel() if isinstance(tree, np.ndarray) else tree))
    return None


def entries(tree):
    """All numbers of a tree: nodes, or floats, each array read entry by entry."""
    parts = [] if is_static(tree) else fields(tree)
    if parts is not None:
        return [x for _, part in parts for x in entries(part)]
    if isinstance(tree, np.ndarray | Tensor) and tree.ndim:
        return [x for row in tree for x in entries(row)]
    return [tree]


def flat(tree):
    """All numbers of a tree of plain results, as a vector."""
    assert not any(isinstance(x, Value | Tensor) for x in entries(tree)), f"a node in a plain result {tree!r}"
    return np.array(entries(tree), float)


def shuffled(tree, rng):
    """Equal tree with other orders of the keys of its dicts, and float arrays in place of those of objects."""
    if isinstance(tree, dict):
        keys = list(tree)
        return like(tree, {keys[i]: shuffled(tree[keys[i]], rng) for i in rng.permutation(len(keys))})
    if isinstance(tree, Block | Pair | Settings):
        return like(tree, {key: shuffled(part, rng) for key, part in fields(tree)})
    if isinstance(tree, np.ndarray):
        return tree.astype(float)
    return type(tree)(shuffled(part, rng) for part in tree) if isinstance(tree, list | tuple) else tree


def replaced(tree, new):
    """Copy of a tree with the numbers taken from the iterator `new`, in the order of `entries`."""
    if isinstance(tree, dict):
        parts = {key: replaced(part, new) for key, part in fields(tree)}
        return like(tree, {key: parts[key] for key in tree})
    if isinstance(tree, np.ndarray):
        found = [next(new) for _ in range(tree.size)]
        return object_array(found, tree.shape) if tree.dtype == object else np.array(found).reshape(tree.shape)
    if isinstance(tree, Block | Pair | Settings):
        return like(tree, {key: replaced(part, new) for key, part in fields(tree)})
    if isinstance(tree, list | tuple):
        return type(tree)(replaced(part, new) for part in tree)
    return tree if is_static(tree) else next(new)


def like(tree, parts):
    """Container of the type of `tree` with these parts by key."""
    if isinstance(tree, collections.defaultdict):
        return collections.defaultdict(tree.default_factory, parts)
    if isinstance(tree, dict):
        return type(tree)(parts)
    if isinstance(tree, Settings):
        new = Settings(parts["w"], parts["b"], parts["name"])
        object.__setattr__(new, "rate", parts["rate"])
        return new
    return type(tree)(*parts.values())


class Map:
    """y = A x² from the numbers of a tree to those of a tree of another structure, and its derivatives in NumPy."""

    def __init__(self, arguments, outputs, rng):
        self.arguments, self.outputs = arguments, outputs
        self.x, self.m = flat(arguments), len(flat(outputs))
        self.a = rng.integers(1, 9, (self.m, self.x.size)).astype(float)

    def __call__(self, arguments):
        x = entries(arguments)
        rows = [sum([c * u * u for c, u in zip(row, x, strict=True)], 0.0 * x[0]) for row in self.a.tolist()]
        return replaced(self.outputs, iter(rows))

    def __repr__(self):
        return f"Map({self.arguments!r} -> {self.outputs!r})"

    def total(self, arguments):
        """Sum of all numbers, each cubed."""
        return sum(y * y * y for y in entries(self(arguments)))

    def y(self, x):
        return self.a @ x**2

    def jacobian(self, x):
        return 2 * self.a * x

    def gradient(self, x):
        return 3 * self.y(x) ** 2 @ self.jacobian(x)

    def hessian(self, x):
        j = self.jacobian(x)
        return (6 * self.y(x) * j.T) @ j + np.diag(6 * self.y(x) ** 2 @ self.a)
