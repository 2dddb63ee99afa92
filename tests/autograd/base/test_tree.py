"""Trees of containers: copies keep the type, and two trees pair by key or are refused with the path."""

import collections
import dataclasses

import numpy as np
import pytest

from autograd import Value
from autograd.base import tree

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass(frozen=True)
class Layer:
    w: object
    b: object = 0.0


TREES = [
    {"b": 1.0, "a": [2.0, (3.0,)]}, collections.OrderedDict(b=1.0, a=2.0), collections.defaultdict(list, a=1.0),
    Point(1.0, [2.0]), Layer({"k": 1.0}), [], (), np.array([[Value(1.0), 2.0]], dtype=object),
]  # fmt: skip


@pytest.mark.parametrize("x", TREES, ids=lambda x: type(x).__name__)
def test_a_copy_has_the_type_and_the_selectors_of_the_original(x):
    copy = tree.map(lambda leaf: "new", x)
    assert type(copy) is type(x)
    assert tree.selectors(copy) == tree.selectors(x)
    assert set(tree.leaves(copy)) <= {"new"}
    assert [a is b for _, a, b in tree.pairs("x", x, copy)] == [False] * len(tree.leaves(x))
    if isinstance(x, collections.defaultdict):
        assert copy.default_factory is list


def test_paths_select_their_leaves():
    x = {"p": [Layer(1.0, Point(2.0, np.array([[3.0, Value(4.0)]], dtype=object)))]}
    for path, leaf, _ in tree.pairs("x", x, x):
        assert eval(path, {"x": x}) is leaf


def test_an_array_of_numbers_has_dtype_float_and_one_of_nodes_keeps_them():
    x = np.array([[Value(1.0), Value(2.0)]])
    assert tree.map(lambda leaf: leaf.item(), x).tolist() == [[1.0, 2.0]]
    assert tree.map(lambda leaf: leaf.item(), x).dtype == np.float64
    assert tree.map(lambda leaf: leaf, x)[0, 1] is x[0, 1]


@pytest.mark.parametrize(
    ("expected", "given", "words"),
    [
        ({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}, "structure {'a': leaf, 'b': leaf}, got {'a': leaf, 'c': leaf}"),
        ({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}, ": missing ['b'], unknown ['c']"),
        ({"a": {"k": 1.0}}, {"a": {}}, "p['a'] must have the structure {'k': leaf}, got {}"),
        ({"a": 1.0}, (1.0,), "p must have the structure {'a': leaf}, got (leaf,)"),
        ([1.0, 2.0], (1.0, 2.0), "p must have the structure [leaf, leaf], got (leaf, leaf)"),
        (((1.0, 2.0),), (np.ones(2),), "p[0] must have the structure (leaf, leaf), got array of shape (2,)"),
        ([1.0], [[1.0]], "p[0] must have the structure leaf, got [leaf]"),
        (Point(1.0, 2.0), (1.0, 2.0), "p must have the structure Point(x=leaf, y=leaf), got (leaf, leaf)"),
        ([Layer(1.0, [2.0])], [Layer(1.0, 2.0)], "p[0].b must have the structure [leaf], got leaf"),
        ([Layer(1.0)], [{"w": 1.0, "b": 2.0}], "p[0] must have the structure Layer(w=leaf, b=leaf), got {"),
        (np.array([Value(1.0), 2.0]), np.ones(3), "structure array of objects of shape (2,), got array of shape (3,)"),
        (np.ones(2), np.array([Value(1.0), 2.0]), "got array of objects of shape (2,): join nodes with autograd.stack"),
    ],
)  # fmt: skip
def test_other_structures_are_refused_with_path_and_both_structures(expected, given, words):
    with pytest.raises(TypeError) as error:
        list(tree.pairs("p", expected, given))
    assert words in str(error.value)


def test_an_array_of_objects_pairs_with_an_array_of_its_shape():
    x = np.array([[Value(1.0), Value(2.0)]])
    assert [(path, b) for path, _, b in tree.pairs("x", x, np.array([[3.0, 4.0]]))] == [("x[0, 0]", 3.0), ("x[0, 1]", 4.0)]


@dataclasses.dataclass
class Computed:
    w: object
    double: object = dataclasses.field(init=False)

    def __post_init__(self):
        self.double = self.w + self.w


@dataclasses.dataclass(frozen=True, slots=True)
class Stateful:
    w: object
    state: object = dataclasses.field(init=False)


def test_fields_that_are_not_arguments_are_computed_again_or_copied():
    assert tree.map(lambda x: 3 * x, Computed(1.0)) == Computed(3.0)
    assert tree.leaves(Computed(1.0)) == [1.0]
    x = Stateful(1.0)
    assert tree.leaves(x) == [1.0]
    object.__setattr__(x, "state", 2.0)
    copy = tree.map(lambda leaf: 3 * leaf, x)
    assert (copy.w, copy.state, tree.selectors(x)) == (3.0, 6.0, [".w", ".state"])
    assert [path for path, _, _ in tree.pairs("x", x, copy)] == ["x.w", "x.state"]


def test_static_leaves_are_kept():
    x = {"a": [1, 2.5, np.float32(1.0)], "b": (None, True, np.True_, "text", abs, int, slice(1), Value(2.0), np.ones(2))}
    numbers = tree.numbers(x)
    assert [type(leaf) for leaf in numbers] == [int, float, np.float32, Value, np.ndarray]
    copy = tree.replace_numbers(x, list("vwxyz"))
    assert copy == {"a": ["v", "w", "x"], "b": (None, True, np.True_, "text", abs, int, slice(1), "y", "z")}
