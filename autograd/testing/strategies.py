"""Hypothesis strategies for numbers, arrays, containers and programs; public as `autograd.strategies`."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.base.domain import REALS, Domain, OpenSet
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.op import OPS, Op
from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from autograd.testing.call_catalogue import ELEMENTWISE, NAMES, SCALAR_LINES, ExampleCall
from autograd.testing.random_programs import SHAPES, RandomProgram, draw_program, substitute_registers

if require("hypothesis", "autograd.strategies"):
    from hypothesis import strategies as st

#: Bound of the absolute value of unbounded numbers.
FAR = 1e3

Numbers = st.SearchStrategy[float]


def reals(low: float | None = None, high: float | None = None, *, domain: OpenSet | Domain | None = None) -> Numbers:
    """Floats from `low` to `high`, both included, within the open set `domain`; bounds default to ±1000.

    Raises:
        ValueError: If the interval is empty or a bound is not finite

    >>> from hypothesis import find
    >>> find(reals(0.5, 2), lambda x: True)
    1.0
    """
    first, last = -FAR if low is None else float(low), FAR if high is None else float(high)
    for name, bound in (("low", first), ("high", last)):
        if not math.isfinite(bound):
            raise ValueError(f"reals: {name} must be finite, got {bound!r}: leave it out for no bound")
    if domain is None:
        if first > last:
            raise ValueError(f"reals: low must not exceed high, got {low!r} and {high!r}")
        return st.floats(first, last, allow_subnormal=False)
    openset = domain.sets[0] if isinstance(domain, Domain) else domain
    bounds = [(max(first, start), min(last, end), start, end) for start, end in openset.intervals]
    parts = [
        st.floats(a, b, allow_subnormal=False, exclude_min=a == start, exclude_max=b == end)
        for a, b, start, end in bounds
        if a < b
    ]
    if not parts:
        raise ValueError(f"reals: no number from {low!r} to {high!r} is in {openset.name}")
    return st.one_of(parts)


def values(numbers: Numbers | None = None) -> st.SearchStrategy[Value]:
    """Values of `numbers`, or of reals if None.

    >>> from hypothesis import find
    >>> find(values(), lambda v: True)
    Value(data=0.0, grad=0.0)
    """
    return (reals() if numbers is None else numbers).map(Value)


def arrays(shape: Any = None, dtype: Any = float, numbers: Numbers | None = None) -> st.SearchStrategy[Any]:
    """NumPy arrays of a shape, of shapes from a strategy, or of small shapes (size 0 included) if None.

    Half of them have a pattern on purpose, at which rules with guards fail: one or two zeros, two or all entries equal, a
    negative entry. Zeros and signs are left as they are if `numbers` is given.

    Raises:
        TypeError: If `dtype` is not floating-point

    >>> from hypothesis import find
    >>> find(arrays((2,)), lambda a: True)
    array([0., 0.])
    """
    return _patterned_arrays(shape, dtype, numbers, lambda x: numbers is None)


def _patterned_arrays(shape: Any, dtype: Any, numbers: Numbers | None, allows: Callable[[float], bool]) -> Any:
    """Strategy of arrays, half of them with a pattern; `allows` says which other numbers may be entries."""
    elements = reals(-2.0, 2.0) if numbers is None else numbers
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise TypeError(f"dtype must be floating-point, got {kind}: pass float64 or float32")

    def with_pattern(xs: list[float], pattern: Callable[..., Any], i: int, j: int) -> list[float]:
        fill, places = pattern(xs, i % len(xs), j % len(xs))
        return [fill if k in places and (allows(fill) or fill in xs) else x for k, x in enumerate(xs)]

    def arrays_of(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
        count = math.prod(shape)
        plain = st.lists(elements, min_size=count, max_size=count)
        places = st.integers(0, max(count - 1, 0))
        patterned = st.builds(with_pattern, plain, st.sampled_from(PATTERNS), places, places)
        return (plain | patterned if count else plain).map(lambda xs: np.array(xs, kind).reshape(shape))

    return _shapes(shape).flatmap(arrays_of)


#: (number, places) of entries that get a number on purpose, from the entries and two places.
PATTERNS: tuple[Callable[[list[float], int, int], tuple[float, Sequence[int]]], ...] = (
    lambda xs, i, j: (0.0, [i]),
    lambda xs, i, j: (0.0, [i, j if j != i else (i + 1) % len(xs)]),
    lambda xs, i, j: (xs[i], [j if j != i else (i + 1) % len(xs)]),
    lambda xs, i, j: (xs[i], range(len(xs))),
    lambda xs, i, j: (-abs(xs[i]), [i]),
)


def tensors(shape: Any = None, dtype: Any = float, domain: Any = None) -> st.SearchStrategy[Tensor]:
    """Tensors that require a gradient; `domain` is a strategy of numbers, a (low, high) pair, or an open set.

    Shapes:
        `shape`, one drawn from a strategy of shapes, or a small one if None

    >>> from hypothesis import find
    >>> find(tensors((2,)), lambda t: True)
    Tensor([0., 0.], requires_grad=True)
    """
    found = _patterned_arrays(shape, dtype, _numbers(domain), _membership(domain))
    return found.map(lambda a: Tensor(a, requires_grad=True))


def broadcastable(count: int, dtype: Any = float, domain: Any = None) -> st.SearchStrategy[tuple[Tensor, ...]]:
    """Tuples of `count` tensors whose shapes broadcast against each other.

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
    """Nested dicts, lists and tuples of `leaves` (reals if None), like those of parameters.

    >>> from hypothesis import find
    >>> isinstance(find(containers(), lambda p: isinstance(p, dict)), dict)
    True
    """
    keys = st.text("abcw", min_size=1, max_size=2)
    leaves = reals(-2.0, 2.0) if leaves is None else leaves

    def containers_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=1, max_size=size)
        return several | several.map(tuple) | st.dictionaries(keys, inner, min_size=1, max_size=size)

    return containers_of(st.recursive(leaves, containers_of, max_leaves=6))


@dataclass(frozen=True)
class Expression:
    """An expression in x0, x1, …, that can be printed, and called on numbers, arrays and nodes."""

    text: str
    arity: int

    def __call__(self, *xs: Any) -> Any:
        names = {f"x{i}": x for i, x in enumerate(xs)}
        return eval(self.text, NAMES, names)

    def __repr__(self) -> str:
        return f"lambda {', '.join(f'x{i}' for i in range(self.arity))}: {self.text}"


def expressions(ops: Sequence[Op | str] | None = None, depth: int = 4, leaves: int = 2) -> st.SearchStrategy[Expression]:
    """Expressions of elementwise ops (all if `ops` is None) in `leaves` variables, up to `depth` levels deep.

    Raises:
        ValueError: If an op is not elementwise

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
    """Text of an expression; its parts are drawn recursively, so that it can shrink to one of them."""
    if not draw(st.integers(0, 1 if depth else 0)):
        return f"x{draw(st.integers(0, leaves - 1))}"
    call = draw(st.sampled_from(calls))
    return _substitute(call, tuple(draw(_part(calls, depth - 1, leaves)) for _ in range(call.arity)))


def programs(
    lines: tuple[int, int] = (1, 8), *, scalar: bool = False, shapes: Sequence[tuple[int, ...]] = SHAPES
) -> st.SearchStrategy[RandomProgram]:
    """Random programs of all ops, with arguments: `p(*p.arguments)` is one number, `print(p)` is Python that runs.

    Args:
        scalar: If True, arguments are numbers and ops elementwise, so that Values can run the programs

    >>> from hypothesis import find
    >>> print(find(programs(), lambda p: True))
    def program(x0):
        v1 = x0 * 2.0
        return v1
    program(0.0)
    """
    return st.composite(lambda draw: draw_program(_HypothesisChoices(draw), lines, scalar, shapes))()


class _HypothesisChoices:
    """Choices by Hypothesis."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def integer(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def more(self, count: int, low: int, high: int) -> bool:
        return count < high and (bool(self.draw(st.booleans())) or count < low)

    def numbers(self, shape: tuple[int, ...]) -> Any:
        number = st.integers(-2000, 2000).map(lambda k: k / 1000.0)
        if 0 in shape:
            self.draw(number)  # without this draw, an empty array would have fewer choices and be simpler than a number
        return self.draw(arrays(shape, numbers=number))


def _numbers(domain: Any) -> Numbers | None:
    if domain is None or isinstance(domain, st.SearchStrategy):
        return domain
    if isinstance(domain, OpenSet | Domain):
        return reals(-3.0, 3.0, domain=domain) if domain is not REALS else reals(-3.0, 3.0)
    if isinstance(domain, tuple) and len(domain) == 2:
        return reals(*domain)
    raise TypeError(f"domain must be a strategy of numbers, a pair (low, high) or an open set, got {domain!r}")


def _membership(domain: Any) -> Callable[[float], bool]:
    """True for numbers that may be entries; for none if only a strategy of numbers is known."""
    if isinstance(domain, OpenSet | Domain):
        return (domain.sets[0] if isinstance(domain, Domain) else domain).__contains__
    if isinstance(domain, tuple):
        low, high = (sign * FAR if x is None else x for sign, x in zip((-1, 1), domain, strict=True))
        return lambda x: bool(low <= x <= high)
    return lambda x: domain is None


def _shapes(shape: Any) -> st.SearchStrategy[tuple[int, ...]]:
    if isinstance(shape, st.SearchStrategy):
        return shape
    if shape is None:
        return st.lists(st.integers(0, 3), max_size=3).map(tuple)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError(f"shape must be made of integers from 0, got {shape!r}")
    return st.just(shape)


def _calls_of(op: Op | str) -> list[ExampleCall]:
    name = op if isinstance(op, str) else op.name
    if name not in ELEMENTWISE:
        known = "another op" if name in OPS else "no op of this name"
        raise ValueError(f"ops must be elementwise ops, got {name!r} ({known}): pass names such as 'sin' and 'multiply'")
    return ELEMENTWISE[name]


def _substitute(call: ExampleCall, parts: tuple[str, ...]) -> str:
    is_plain_call = re.fullmatch(r"\w+\([abc](, [abc])*\)", call.text)  # its arguments need no parentheses
    return substitute_registers(call.text, [p if p.isalnum() or is_plain_call else f"({p})" for p in parts])


st.register_type_strategy(RandomProgram, programs())
