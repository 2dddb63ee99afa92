"""`Op`, the declared rule of one operation, and the decorators that declare it.

A rule has a forward function for any namespace, one pullback per input, a kind, a set on which it is smooth, and a symbol.

    @elementwise(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, symbol="×")
    def multiply(xp, a, b):
        '''Product.'''
        return a * b

A pullback takes the cotangent `g` of the output, the output `y`, and the inputs. It must use operators and ops only, so
that it computes on raw numbers and records on nodes. `None` declares a zero derivative.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from autograd.base import tree
from autograd.base.domain import REALS, Domain, OpenSet
from autograd.base.numerics import error_of_operands, immutable_array, quiet, regular_array
from autograd.base.trace_state import current_captures
from autograd.ops.ieee import Double, ieee
from autograd.ops.namespaces import MATH_ERRORS, evaluate_half, evaluate_with_numpy, has_half, is_half, scalar, widen
from autograd.ops.recorder import Recorder, stack_nodes
from autograd.support.arguments import explain_arguments
from autograd.support.lazy_numpy import is_installed, np
from autograd.support.public import importable_name
from autograd.support.validation import check_choice

if TYPE_CHECKING:
    from autograd.ops import signatures

Rule = Callable[..., Any]
Prepare = Callable[..., tuple[tuple[Any, ...], dict[str, Any]]]

Kind = Literal["elementwise", "linear", "bilinear", "general"]

#: Kinds of parameters, by which a batch axis shifts them: axes (None flattens), an order of all axes, the shape of the result,
#: a shape with which the input broadcasts, an index, the letters of einsum. Parameters without a kind do not change.
PARAMETER_KINDS = ("axis", "order", "shape", "broadcast", "index", "subscripts")
#: Op registry: every op by name, in order of declaration.
OPS: dict[str, Op] = {}


class Op:
    """Primitive operation on floats, arrays or nodes; results are of the same kind as the arguments.

    Attributes:
        name: Key in OPS, NumPy's name if there is one
        kind: "elementwise", "linear", "bilinear" or "general"; forward mode is derived from it
        forward: forward(xp, *inputs, **params), one expression in the namespace `xp`
        pullbacks: pullback(g, y, *inputs, **params) of each input, or None if the derivative is zero
        variadic: True if it takes any number of last inputs; their one pullback then has a parameter `i`, the input
        smooth_on: Open set on which it has derivatives of every order
        symbol: Label in drawings
        prepare: Converts a call with NumPy's signature to (inputs, params), with normalised axes and shapes
        kinds: Kinds of parameters, if one call with shifted parameters batches the rule; None if each example needs a call
        textbook: Pullbacks in the form of textbooks, for formulas, if `pullbacks` have another form for its accuracy
        stacks: True if the NumPy function takes stacks of matrices, in the last two axes
        is_custom: True if `custom_op` declared it
        recomputes: True if `pullback_arguments` runs a function again, in every dtype
        batched: Own rule for batching, batched(inputs, mapped, n), or None
        converts: True if a parameter is the dtype of its result, so that it is not rounded to that of its inputs
    """

    batched: Callable[..., Any] | None = None
    textbook: tuple[Rule, ...] = ()

    def __init__(
        self, forward: Rule, pullbacks: tuple[Rule | None, ...], kind: str = "general", symbol: str = "",
        smooth_on: Domain | OpenSet = REALS, prepare: Prepare | None = None, kinds: Mapping[str, str] | None = None,
        stacks: bool = False,
    ) -> None:  # fmt: skip
        self.name = forward.__name__
        self.forward, self.pullbacks, self.kind = forward, pullbacks, kind
        self.symbol = symbol or self.name
        self.smooth_on = smooth_on if isinstance(smooth_on, Domain) else Domain((smooth_on,))
        self.prepare, self.kinds, self.stacks = prepare, kinds, stacks
        self.is_custom = self.recomputes = False
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        self.params = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        self.defaults = {p.name: p.default for p in parameters if p.name in self.params and p.default is not p.empty}
        self.converts = "dtype" in self.params
        self.arity = len(parameters) - len(self.params)
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self._check_inputs()
        self.__name__ = self.__qualname__ = self.name
        self.__module__ = forward.__module__
        self.__doc__ = forward.__doc__
        self.__wrapped__ = prepare or forward
        if prepare is not None:
            prepare.__qualname__ = self.name  # appears in the error of a call that does not fit the signature

    def __getattr__(self, name: str) -> Any:
        if name != "__signature__":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        self.__signature__ = signature = _signature(self.prepare) if self.prepare else _signature(self.forward, skip=1)
        return signature  # made at first use, because to make those of all ops takes time

    def _check_inputs(self) -> None:
        if len(self.pullbacks) != self.arity:
            raise TypeError(f"op {self.name!r} has {self.arity} inputs and {len(self.pullbacks)} pullbacks: give one per input")
        if self.variadic and self.kind == "elementwise":
            raise TypeError(f"op {self.name!r} of kind {self.kind} must have a fixed number of inputs: declare it general")
        for name, kind in (self.kinds or {}).items():
            check_choice("a parameter of an op", name, self.params)
            check_choice(f"the kind of {name}", kind, PARAMETER_KINDS)

    def __call__(self, *args: Any, **params: Any) -> Any:
        try:
            if self.prepare is not None:
                args, params = self.prepare(*args, **params)
            elif params or self.params or len(args) != self.arity:
                args, params = self._bind_arguments(args, params)
        except TypeError as error:
            explain_arguments(error, self.prepare or self, args, params)
            raise
        if self.is_custom:
            params = {name: immutable_array(p) if isinstance(p, np.ndarray) else p for name, p in params.items()}
        for x in args:
            if isinstance(x, Recorder):
                return x.record(self, args, params)
        return self.compute(args, params)

    def _bind_arguments(self, args: tuple[Any, ...], params: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """(inputs, params) of a call without `prepare`; parameters may follow the inputs by position."""
        arity = len(args) if self.variadic else self.arity
        extra = dict(zip(self.params, args[arity:], strict=False))
        bound = self.defaults | extra | params
        if len(args) < arity or len(args) > arity + len(extra) or extra.keys() & params or set(bound) != set(self.params):
            raise TypeError(f"{self.name}{self.__signature__} cannot be called with {len(args)} arguments and {params}")
        return args[:arity], bound

    def compute(self, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Result of the forward rule on raw numbers; in a recording, arrays that its function can reach are nodes."""
        if (captures := current_captures()) is not None:
            inputs = tuple([captures.node(x) if captures.is_reachable(x) else x for x in inputs])
        for x in inputs:
            if x.__class__ is float or x.__class__ is not np.ndarray or x.dtype.char == "O":
                return self._compute_any(inputs, params)
        return self.on_arrays(list(inputs), params)

    def _compute_any(self, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Result of the forward rule on numbers, lists and arrays, also of nodes."""
        are_floats = _are_floats(inputs)
        if self.kind == "elementwise" and are_floats:
            return on_floats(self.forward, *map(float, inputs), **params)
        if any([x.__class__ is Double for x in inputs]):  # noqa: C419
            return Double(on_floats(self.forward, *map(float, inputs), **params))
        operands = [stack_nodes(x) for x in inputs]
        for x in operands:
            if isinstance(x, str):
                raise TypeError(error_of_operands(self.name, operands))
            if isinstance(x, Recorder):
                return x.record(self, tuple(operands), params)
        y = self.on_arrays([regular_array(x) if isinstance(x, list | tuple | np.float16) else x for x in operands], params)
        return y.item() if isinstance(y, np.float64) and are_floats else y

    def on_arrays(self, arrays: list[Any], params: dict[str, Any]) -> Any:
        """Result of the rule in NumPy, for 16-bit floats in float32, rounded once; errors name the op, shapes and dtypes."""
        try:
            if has_half(arrays) and not self.converts:
                return evaluate_half(self.forward, arrays, params, self._promoted(arrays))
            return evaluate_with_numpy(self.forward, arrays, params)
        except (ValueError, IndexError, TypeError) as error:  # LinAlgError is a ValueError
            kind = next(k for k in (np.linalg.LinAlgError, ValueError, IndexError, TypeError) if isinstance(error, k))
            if error_text := error_of_operands(self.name, arrays):
                raise TypeError(error_text) from None
            shapes = " and ".join(f"{np.shape(a)} {getattr(a, 'dtype', '')}".strip() for a in arrays)
            raise kind(f"{self.name} of {shapes}: {error}") from None

    def _promoted(self, arrays: list[Any]) -> np.dtype[Any]:
        """Dtype to which NumPy promotes `arrays`; indices and labels do not count, inputs without a derivative."""
        if self.kind != "elementwise":
            arrays = [x for x, pullback in zip(arrays, self.pullbacks_of(tuple(arrays)), strict=True) if pullback] or arrays
        return np.result_type(*arrays)

    def pullbacks_of(self, inputs: tuple[Any, ...]) -> Sequence[Rule | None]:
        """Pullback of each of `inputs`; None if it is zero."""
        if not self.variadic:
            return self.pullbacks
        first, rest = self.pullbacks[:-1], self.pullbacks[-1]
        return first + tuple([rest and functools.partial(rest, i=i) for i in range(len(first), len(inputs))])

    def apply_pullback(self, i: int, g: Any, y: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Cotangent of input `i` from the cotangent `g` of the output, before it is summed to the shape of the input."""
        pullback = self.pullbacks_of(inputs)[i]
        return 0.0 if pullback is None else pullback(*self.pullback_arguments(g, y, inputs, params), **params)

    def pullback_arguments(self, g: Any, y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> list[Any]:
        """Cotangent, output and inputs for a pullback: in float32 if the output has 16-bit floats, also computed again."""
        if not is_half(y):
            return [g, y, *inputs]
        xs = tuple([widen(x) for x in inputs])
        if self.kind in ("elementwise", "general"):  # the pullbacks of other kinds do not use y
            y = y.record(self, xs, params) if isinstance(y, Recorder) else evaluate_with_numpy(self.forward, xs, params)
        return [widen(g), y, *xs]

    def __repr__(self) -> str:
        return f"<op {self.name}{self.__signature__}: {self.kind}>"

    def __reduce__(self) -> Any:
        name = importable_name(self)
        return (_find_op, (self.__module__, self.name)) if name is None and OPS.get(self.name) is self else self.name


def _find_op(module: str, name: str) -> Op:
    """Op that a module has declared under another name than that of its rule."""
    importlib.import_module(module)
    if name not in OPS:
        raise LookupError(f"module {module} does not declare the op {name} when it is imported: declare it outside functions")
    return OPS[name]


_PYTHON_NUMBERS = (float, int, bool)


def _are_floats(xs: tuple[Any, ...]) -> bool:
    return all([type(x) in _PYTHON_NUMBERS for x in xs])  # noqa: C419  (a list this short is faster than a generator)


def on_floats(rule: Rule, *xs: float, **params: Any) -> Any:
    """Result of a rule on floats by IEEE 754, a float or a tuple of them: from `math`, or from NumPy where `math` raises.

    >>> on_floats(OPS["log"].forward, 0.0)
    -inf
    """
    try:
        return float(rule(scalar, *xs, **params))
    except (*MATH_ERRORS, TypeError, AttributeError):  # a complex power of a negative number; a name that `math` lacks
        y = evaluate_with_numpy(rule, map(np.float64, xs), params) if is_installed() else rule(ieee, *map(Double, xs), **params)
        return tree.map(float, y)


def pullback_on_floats(pullback: Callable[..., Any], *xs: float, **params: Any) -> float:
    """Result of a pullback on floats, with Python's operators, or NumPy's where those raise."""
    try:
        return float(pullback(*xs, **params))
    except MATH_ERRORS:
        with quiet():
            return float(pullback(*map(np.float64 if is_installed() else Double, xs), **params))


def _signature(f: Rule, skip: int = 0) -> inspect.Signature:
    """Signature for callers: without `xp` and without annotations, which are all Any."""
    shown = [p.replace(annotation=p.empty) for p in list(inspect.signature(f).parameters.values())[skip:]]
    return inspect.Signature(shown)


def declare(kind: str) -> Callable[..., Callable[[Rule], Op]]:
    """Decorator that adds an op of `kind` to the registry; its options are `textbook` and those of `Op`."""

    def decorator(*pullbacks: Rule | None, textbook: tuple[Rule, ...] = (), **options: Any) -> Callable[[Rule], Op]:
        def add(forward: Rule) -> Op:
            op = Op(forward, pullbacks, kind, **options)
            op.textbook = textbook
            other = OPS[op.name].forward.__module__ if op.name in OPS and op.name != "<lambda>" else forward.__module__
            if other != forward.__module__:
                raise ValueError(f"an op named {op.name!r} already exists in {other}: choose another name")
            OPS[op.name] = op
            return op

        return add

    decorator.__name__ = kind
    decorator.__doc__ = (
        f"Declare an op of kind {kind}: @{kind}(pullback, …, symbol=, smooth_on=, prepare=, kinds=, stacks=, textbook=)."
    )
    return decorator


elementwise, linear, bilinear, general = cast("signatures.Decorators", map(declare, get_args(Kind)))
