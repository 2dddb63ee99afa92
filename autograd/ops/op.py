"""`Op`: one row of mathematical facts, and the decorators that declare it.

A row has a forward rule that can be read in any namespace, one pullback per input, a kind, the open set on which it is
smooth, and a symbol. Everything else (eager arithmetic, backward, higher order, pictures, tests) reads the row.

    @elementwise(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, symbol="×")
    def multiply(xp, a, b):
        '''Product.'''
        return a * b

A pullback takes the cotangent `g` of the output, the output `y`, and the inputs; it uses operators and other ops only, so
that it computes on raw numbers and records on nodes. `None` in its place says that the derivative is zero.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.base.domain import REALS, Domain, OpenSet
from autograd.ops.namespaces import MATH_ERRORS, quietly, scalar
from autograd.support.validation import check_choice

Rule = Callable[..., Any]
Prepare = Callable[..., tuple[tuple[Any, ...], dict[str, Any]]]

KINDS = ("elementwise", "linear", "bilinear", "general")

#: Every op by name, in the order of declaration.
OPS: dict[str, "Op"] = {}


class Recorder:
    """What an op hands over to when an argument is more than a number: nodes of a graph, pieces of source."""

    __slots__ = ()

    @classmethod
    def record(cls, op: "Op", inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The result of `op` on `inputs`, some of which are of this class."""
        raise NotImplementedError


class Op:
    """A primitive operation. Call it on floats, arrays or nodes; it gives back what it was given.

    Attributes:
        name: its name in OPS, NumPy's where NumPy has one
        kind: elementwise, linear, bilinear or general: what forward mode is derived from
        forward: forward(xp, *inputs, **params), one expression in the namespace `xp`
        pullbacks: one an input: pullback(g, y, *inputs, **params), or None where it is zero
        variadic: whether it takes any number of inputs, as forward(xp, *inputs, **params); the one pullback is then told `i`
        smooth_on: the open set on which it has derivatives of every order
        symbol: what a picture writes in its place
        prepare: turns a call as NumPy spells it into (inputs, params); axes and shapes are settled here
        is_custom: whether `custom_op` declared it
    """

    def __init__(
        self,
        forward: Rule,
        pullbacks: tuple[Rule | None, ...],
        kind: str,
        symbol: str,
        smooth_on: Domain,
        prepare: Prepare | None,
    ) -> None:
        self.name = forward.__name__
        self.forward = forward
        self.pullbacks = pullbacks
        self.kind = kind
        self.symbol = symbol or self.name
        self.smooth_on = smooth_on
        self.prepare = prepare
        self.is_custom = False
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        self.params = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        self.defaults = {p.name: p.default for p in parameters if p.name in self.params and p.default is not p.empty}
        self.arity = len(parameters) - len(self.params)
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        if len(pullbacks) != self.arity:
            raise TypeError(f"op {self.name!r} has {self.arity} inputs and {len(pullbacks)} pullbacks")
        if self.variadic and (self.arity > 1 or kind == "elementwise"):
            raise TypeError(f"op {self.name!r} of kind {kind} cannot take *inputs: only array ops can, and nothing beside them")
        self.__name__ = self.__qualname__ = self.name
        self.__module__ = forward.__module__
        self.__doc__ = forward.__doc__
        self.__wrapped__ = prepare or forward
        if prepare is not None:
            prepare.__qualname__ = self.name  # which Python names when a call does not fit
        self.__signature__ = _signature(prepare) if prepare else _signature(forward, skip=1)

    def __call__(self, *args: Any, **params: Any) -> Any:
        if self.prepare is not None:
            args, params = self.prepare(*args, **params)
        elif params or self.params or len(args) != self.arity:
            args, params = self._bound(args, params)
        for x in args:
            if isinstance(x, Recorder):
                return x.record(self, args, params)
        return self.compute(args, params)

    def _bound(self, args: tuple[Any, ...], params: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A plain call as (inputs, params): parameters may stand behind the inputs, and have their defaults."""
        arity = len(args) if self.variadic else self.arity
        extra = dict(zip(self.params, args[arity:], strict=False))
        bound = self.defaults | extra | params
        if len(args) < arity or len(args) > arity + len(extra) or extra.keys() & params or set(bound) != set(self.params):
            raise TypeError(f"{self.name}{self.__signature__} cannot be called with {len(args)} arguments and {params}")
        return args[:arity], bound

    def compute(self, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The forward rule on raw numbers: Python floats give a float, anything else what NumPy gives."""
        if self.kind == "elementwise" and _are_floats(inputs):
            return on_floats(self.forward, *map(float, inputs), **params)
        return self.on_arrays([np.asarray(x) if isinstance(x, list | tuple) else x for x in inputs], params)

    def on_arrays(self, arrays: list[Any], params: dict[str, Any]) -> Any:
        """The forward rule in NumPy, whose errors are given the name of the op and the shapes it was called with."""
        try:
            return quietly(self.forward, arrays, params)
        except _NUMPY_ERRORS as error:
            kind = next(k for k in _NUMPY_ERRORS if isinstance(error, k))
            shapes = " and ".join(f"{np.shape(a)} {getattr(a, 'dtype', '')}".strip() for a in arrays)
            raise kind(f"{self.name} of {shapes}: {error}") from None

    def pullbacks_of(self, inputs: tuple[Any, ...]) -> Sequence[Rule | None]:
        """The pullback of each of `inputs`; None where it is zero."""
        if not self.variadic:
            return self.pullbacks
        one = self.pullbacks[0]
        return [one and functools.partial(one, i=i) for i in range(len(inputs))]

    def apply_pullback(self, i: int, g: Any, y: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """What pullback `i` makes of `g`: the cotangent of input `i`, before it is summed to that input's shape."""
        pullback = self.pullbacks_of(inputs)[i]
        return 0.0 if pullback is None else pullback(g, y, *inputs, **params)

    def __repr__(self) -> str:
        return f"<op {self.name}{self.__signature__}: {self.kind}>"

    def __reduce__(self) -> str:
        return self.name


_NUMPY_ERRORS = (np.linalg.LinAlgError, ValueError, IndexError, TypeError)
_PYTHON_NUMBERS = (float, int, bool)


def _are_floats(xs: tuple[Any, ...]) -> bool:
    return all([type(x) in _PYTHON_NUMBERS for x in xs])  # noqa: C419  (a list is faster than a generator, so short)


def on_floats(rule: Rule, *xs: float, **params: Any) -> float:
    """A rule read on floats as IEEE 754 has it: `math` where it answers, NumPy where `math` raises.

    >>> on_floats(OPS["log"].forward, 0.0)
    -inf
    """
    try:
        return float(rule(scalar, *xs, **params))
    except (*MATH_ERRORS, TypeError):  # a TypeError: the power of a negative number is complex
        return float(quietly(rule, map(np.float64, xs), params))


def pullback_on_floats(pullback: Rule, *xs: float, **params: Any) -> float:
    """A pullback on floats, likewise: Python's own operators where they answer, NumPy's where they raise."""
    try:
        return float(pullback(*xs, **params))
    except MATH_ERRORS:
        with np.errstate(all="ignore"):
            return float(pullback(*map(np.float64, xs), **params))


def _signature(f: Rule, skip: int = 0) -> inspect.Signature:
    """The signature as the caller sees it: without `xp`, and without annotations that say only Any."""
    shown = [p.replace(annotation=p.empty) for p in list(inspect.signature(f).parameters.values())[skip:]]
    return inspect.Signature(shown)


def _declare(
    kind: str,
) -> Callable[..., Callable[[Rule], Op]]:
    """The decorator that adds a row of `kind` to the table."""

    def decorator(
        *pullbacks: Rule | None,
        symbol: str = "",
        smooth_on: Domain | OpenSet = REALS,
        prepare: Prepare | None = None,
    ) -> Callable[[Rule], Op]:
        domain = smooth_on if isinstance(smooth_on, Domain) else Domain((smooth_on,))

        def add(forward: Rule) -> Op:
            op = Op(forward, pullbacks, kind, symbol, domain, prepare)
            if op.name in OPS and (other := OPS[op.name].forward.__module__) != forward.__module__:
                raise ValueError(f"an op named {op.name!r} exists already, in {other}: choose another name")
            OPS[op.name] = op
            return op

        return add

    decorator.__name__ = kind
    decorator.__doc__ = f"Declare an op of kind {kind}: @{kind}(pullback, …, symbol=, smooth_on=, prepare=)."
    return decorator


elementwise, linear, bilinear, general = map(_declare, KINDS)


def custom_op(
    *pullbacks: Rule | None,
    kind: str = "general",
    symbol: str = "",
    smooth_on: Domain | OpenSet = REALS,
    prepare: Prepare | None = None,
) -> Callable[[Rule], Op]:
    """A decorator that makes an op of a forward rule, with one pullback an input: your op, declared as ours are.

        x̄ᵢ = pullbackᵢ(ȳ, y, x₁, …, xₙ)

    A pullback is written in operators and ops of autograd; then it can itself be differentiated. `kind` may promise more
    than "general": "elementwise" (each entry alone), "linear", "bilinear".

    Raises:
        TypeError: if there is not one pullback an input
        ValueError: if the kind is unknown, or another module has an op of that name

    >>> @custom_op(lambda g, y, x: g * 3 * x * x, kind="elementwise")
    ... def cube(xp, x):
    ...     return x * x * x
    >>> from autograd import grad
    >>> grad(cube)(2.0), grad(grad(cube))(2.0)
    (12.0, 12.0)
    """
    check_choice("kind", kind, KINDS)
    declare = _declare(kind)(*pullbacks, symbol=symbol, smooth_on=smooth_on, prepare=prepare)

    def add(forward: Rule) -> Op:
        op = declare(forward)
        op.is_custom = True
        return op

    return add
