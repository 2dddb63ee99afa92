"""Hypothesis strategies for numbers, arrays, containers and programs; `autograd.strategies` is their public path."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.base.domain import REALS, Domain, OpenSet
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.op import OPS, Op
from autograd.support.optional import require
from autograd.testing.call_catalogue import ELEMENTWISE, NAMES, SCALAR_LINES, ExampleCall
from autograd.testing.random_programs import SHAPES, RandomProgram, drawn, renamed

if require("hypothesis", "autograd.strategies"):
    from hypothesis import strategies as st

#: How far out unbounded numbers are drawn.
FAR = 1e3

Numbers = st.SearchStrategy[float]


def reals(low: float | None = None, high: float | None = None, *, domain: OpenSet | Domain | None = None) -> Numbers:
    """Floats from `low` to `high`, both included, or of the open set `domain`; up to ±1000 where there is no bound.

    Raises:
        ValueError: if the interval is empty or a bound is not finite

    >>> from hypothesis import find
    >>> find(reals(0.5, 2), lambda x: True)
    1.0
    """
    for name, bound in (("low", low), ("high", high)):
        if bound is not None and not math.isfinite(bound):
            raise ValueError(f"reals: {name} is {bound!r}; leave it out for no bound")
    if domain is None:
        first, last = -FAR if low is None else float(low), FAR if high is None else float(high)
        if first > last:
            raise ValueError(f"reals: there are no numbers from {low!r} to {high!r}")
        return st.floats(first, last, allow_subnormal=False)
    openset = domain.sets[0] if isinstance(domain, Domain) else domain
    parts = []
    for start, end in openset.intervals:
        first = max(start, -FAR if low is None else low)
        last = min(end, FAR if high is None else high)
        if first < last:
            at_ends = first == start, last == end
            parts.append(st.floats(first, last, allow_subnormal=False, exclude_min=at_ends[0], exclude_max=at_ends[1]))
    if not parts:
        raise ValueError(f"reals: there are no numbers of {openset.name} from {low!r} to {high!r}")
    return st.one_of(parts)


def values(numbers: Numbers | None = None) -> st.SearchStrategy[Value]:
    """Values of `numbers`, or of any reals.

    >>> from hypothesis import find
    >>> find(values(), lambda v: True)
    Value(data=0.0, grad=0.0)
    """
    return (reals() if numbers is None else numbers).map(Value)


def arrays(shape: Any = None, dtype: Any = float, numbers: Numbers | None = None) -> st.SearchStrategy[Any]:
    """NumPy arrays of a shape, or of a strategy of shapes; of small shapes, those of size 0 among them, if it is None.

    Raises:
        TypeError: if `dtype` is not floating-point

    >>> from hypothesis import find
    >>> find(arrays((2,)), lambda a: True)
    array([0., 0.])
    """
    shapes = _shapes(shape)
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise TypeError(f"arrays of derivatives are floating-point, not {kind}: pass dtype float64 or float32")
    elements = reals(-2.0, 2.0) if numbers is None else numbers

    def of(found: tuple[int, ...]) -> st.SearchStrategy[Any]:
        count = math.prod(found)
        return st.lists(elements, min_size=count, max_size=count).map(lambda xs: np.array(xs, kind).reshape(found))

    return shapes.flatmap(of)


def tensors(shape: Any = None, dtype: Any = float, domain: Any = None) -> st.SearchStrategy[Tensor]:
    """Tensors that require a gradient; `domain` is a strategy of numbers, an (low, high) pair, or an open set.

    Shapes:
        `shape`, or one drawn from a strategy of shapes, or a small one if None

    >>> from hypothesis import find
    >>> find(tensors((2,)), lambda t: True)
    Tensor([0., 0.], requires_grad=True)
    """
    return arrays(shape, dtype, _numbers(domain)).map(lambda a: Tensor(a, requires_grad=True))


def broadcastable(count: int, dtype: Any = float, domain: Any = None) -> st.SearchStrategy[tuple[Tensor, ...]]:
    """So many tensors, whose shapes broadcast against each other.

    >>> from hypothesis import find
    >>> [t.shape for t in find(broadcastable(2), lambda pair: True)]
    [(), ()]
    """
    numbers = _numbers(domain)

    @st.composite
    def several(draw: Any) -> tuple[Tensor, ...]:
        shape = tuple(draw(st.lists(st.integers(1, 3), max_size=3)))
        made = []
        for _ in range(count):
            kept = [n if draw(st.booleans()) else 1 for n in shape][draw(st.integers(0, len(shape))) :]
            made.append(draw(tensors(tuple(kept), dtype, numbers)))
        return tuple(made)

    return several()


def containers(leaves: st.SearchStrategy[Any] | None = None, size: int = 3) -> st.SearchStrategy[Any]:
    """Dicts, lists and tuples of `leaves` (of reals if None), in each other, as parameters come.

    >>> from hypothesis import find
    >>> isinstance(find(containers(), lambda p: isinstance(p, dict)), dict)
    True
    """
    keys = st.text("abcw", min_size=1, max_size=2)
    leaves = reals(-2.0, 2.0) if leaves is None else leaves

    def wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=1, max_size=size)
        return several | several.map(tuple) | st.dictionaries(keys, inner, min_size=1, max_size=size)

    return wrapped(st.recursive(leaves, wrapped, max_leaves=6))


@dataclass(frozen=True)
class Expression:
    """An expression in x0, x1, …, that can be printed, and called on numbers, arrays and nodes alike."""

    text: str
    arity: int

    def __call__(self, *xs: Any) -> Any:
        names = {f"x{i}": x for i, x in enumerate(xs)}
        return eval(self.text, NAMES, names)

    def __repr__(self) -> str:
        return f"lambda {', '.join(f'x{i}' for i in range(self.arity))}: {self.text}"


def expressions(ops: Sequence[Op | str] | None = None, depth: int = 4, leaves: int = 2) -> st.SearchStrategy[Expression]:
    """Expressions of elementwise ops in `leaves` variables, up to `depth` deep; only of `ops` if they are given.

    Raises:
        ValueError: if an op is not one that expressions are made of

    >>> from hypothesis import find
    >>> find(expressions(["sin", "multiply"]), lambda e: True)
    lambda x0, x1: x0
    >>> print(find(expressions(["sin"], depth=1), lambda e: e.text != "x0" and e.text != "x1"))
    lambda x0, x1: sin(x0)
    """
    calls = SCALAR_LINES if ops is None else [call for op in ops for call in _calls_of(op)]
    return _part(calls, depth, leaves).map(lambda text: Expression(text, leaves))


@st.composite
def _part(draw: Any, calls: list[ExampleCall], depth: int, leaves: int) -> str:
    """An expression as text; a part is drawn as the whole is, so that the whole can shrink to one of its parts."""
    if not draw(st.integers(0, 1 if depth else 0)):
        return f"x{draw(st.integers(0, leaves - 1))}"
    call = draw(st.sampled_from(calls))
    return _filled_in(call, tuple(draw(_part(calls, depth - 1, leaves)) for _ in range(call.arity)))


def programs(
    lines: tuple[int, int] = (1, 8), *, scalar: bool = False, shapes: Sequence[tuple[int, ...]] = SHAPES
) -> st.SearchStrategy[RandomProgram]:
    """Programs over the whole table of ops, with arguments: p(*p.arguments) is one number, print(p) is Python that runs.

    `scalar` ones have numbers for arguments, and ops that work entry by entry, so that Values run them.

    >>> from hypothesis import find
    >>> print(find(programs(), lambda p: True))
    def program(x0):
        v1 = x0 * 2.0
        return v1
    program(0.0)
    """
    return st.composite(lambda draw: drawn(_Drawn(draw), lines, scalar, shapes))()


class _Drawn:
    """Choices by Hypothesis."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def integer(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def more(self, drawn: int, low: int, high: int) -> bool:
        return drawn < high and (bool(self.draw(st.booleans())) or drawn < low)

    def numbers(self, shape: tuple[int, ...]) -> Any:
        number = st.integers(-2000, 2000).map(lambda k: k / 1000.0)
        if 0 in shape:
            self.draw(number)  # fewer choices count as simpler, and an empty array is not simpler than a number
        return self.draw(arrays(shape, numbers=number))


def _numbers(domain: Any) -> Numbers | None:
    if domain is None or isinstance(domain, st.SearchStrategy):
        return domain
    if isinstance(domain, OpenSet | Domain):
        return reals(-3.0, 3.0, domain=domain) if domain is not REALS else reals(-3.0, 3.0)
    if isinstance(domain, tuple) and len(domain) == 2:
        return reals(*domain)
    raise TypeError(f"domain is a strategy of numbers, a pair (low, high) or an open set, not {domain!r}")


def _shapes(shape: Any) -> st.SearchStrategy[tuple[int, ...]]:
    if isinstance(shape, st.SearchStrategy):
        return shape
    if shape is None:
        return st.lists(st.integers(0, 3), max_size=3).map(tuple)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError(f"a shape is made of whole numbers from 0, not {shape!r}")
    return st.just(shape)


def _calls_of(op: Op | str) -> list[ExampleCall]:
    name = op if isinstance(op, str) else op.name
    if name not in ELEMENTWISE:
        known = "is an op, but none that expressions are made of" if name in OPS else "is no op"
        raise ValueError(f"{name!r} {known}: name elementwise ones, such as 'sin' and 'multiply'")
    return ELEMENTWISE[name]


def _filled_in(call: ExampleCall, parts: tuple[str, ...]) -> str:
    apart = re.fullmatch(r"\w+\([abc](, [abc])*\)", call.text)  # commas and brackets keep the parts apart
    return renamed(call.text, [p if p.isalnum() or apart else f"({p})" for p in parts])


st.register_type_strategy(RandomProgram, programs())
