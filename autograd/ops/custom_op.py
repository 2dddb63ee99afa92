"""`custom_op`, ops declared by users: their rules get read-only arrays, and their results are checked and copied."""

import functools
import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, get_args

from autograd.base import tree
from autograd.base.domain import REALS, Domain, OpenSet
from autograd.base.trace_state import current_trace, inside_transform
from autograd.ops.op import Kind, Op, Prepare, Rule, declare
from autograd.ops.recorder import Recorder
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np
from autograd.support.validation import check_choice

_USAGE = "custom_op(lambda g, y, x: …), with a pullback for each input, above the forward rule"


@explained_arguments({"pullback": "the pullbacks first, without a name", "pullbacks": "the pullbacks first, without a name"})
def custom_op(
    *pullbacks: Rule | None,
    kind: Kind = "general",
    symbol: str = "",
    smooth_on: Domain | OpenSet = REALS,
    prepare: Prepare | None = None,
    kinds: Mapping[str, str] | None = None,
    stacks: bool = False,
    checked: bool = True,
) -> Callable[[Rule], Op]:
    """Decorator that declares a new op from a forward rule and one pullback per input.

        x̄ᵢ = pullbackᵢ(ȳ, y, x₁, …, xₙ)

    A pullback must use operators and ops of autograd; then it can itself be differentiated. `kind` may be more specific
    than "general": "elementwise", "linear", "bilinear". A rule must not write to its arguments. Parameters that are arrays are
    copied. With `kinds` of its parameters, or `stacks`, `vmap` calls the op once for all examples.

    `smooth_on` is the open set on which the op has derivatives of every order, such as `autograd.domain.NONZERO` for a kink
    at 0. Checks of gradients then know the kink, where the pullback must give a slope between the one-sided derivatives.

    A forward rule may return a tuple of floating-point arrays. The op then has several outputs, and a pullback gets tuples
    for ȳ and y, with ȳ zero for outputs that are not used.

    With checked=False, for rules that neither write to arguments nor keep their results, the checks and copies are omitted.

    Raises:
        TypeError: If the numbers of pullbacks and inputs differ, or a pullback does not take (g, y, inputs, parameters)
        ValueError: If the kind is unknown, or another module declares an op of that name

    >>> @custom_op(lambda g, y, x: g * 3 * x * x, kind="elementwise")
    ... def cube(xp, x):
    ...     return x * x * x
    >>> from autograd import grad
    >>> grad(cube)(2.0), grad(grad(cube))(2.0)
    (12.0, 12.0)
    >>> @custom_op(lambda g, y, x: g[0] * y[1] - g[1] * y[0])
    ... def sine_and_cosine(xp, x):
    ...     return xp.sin(x), xp.cos(x)
    >>> grad(lambda x: sine_and_cosine(x)[0] * 2.0)(np.array(0.0))
    array(2.)
    """
    check_choice("kind", kind, get_args(Kind))
    for pullback in pullbacks:
        if pullback is not None and not callable(pullback):
            raise TypeError(f"a pullback is a function of (g, y, inputs) or None, got {pullback!r:.80}: write @{_USAGE}")

    def add(forward: Rule) -> Op:
        if not inspect.isroutine(forward):
            raise TypeError(f"a decorator of a forward rule, def f(xp, x): …, got {forward!r:.80}: write @{_USAGE}")
        name = forward.__name__
        _check_signatures(name, pullbacks, forward)
        rules: Any = pullbacks
        if checked:
            rules = [p and _checked_pullback(name, i, p) for i, p in enumerate(pullbacks)]
            forward = _checked_forward(name, forward, kind, any(pullbacks))
        declared = declare(kind)(*rules, symbol=symbol, smooth_on=smooth_on, prepare=prepare, kinds=kinds, stacks=stacks)
        op = declared(forward)
        op.is_custom = True
        return op

    return add


def function_op(name: str, forward: Rule, pullback: Rule) -> Op:
    """Custom op of one input that is not in the registry."""
    rule = _checked_forward(name, forward, "general", True)
    rule.__name__ = name
    op = Op(rule, (_checked_pullback(name, 0, pullback),))
    op.is_custom = True
    return op


def _checked_forward(name: str, forward: Rule, kind: str, has_pullbacks: bool) -> Rule:
    """Forward rule on read-only inputs, with its result checked and copied."""

    @functools.wraps(forward)
    def rule(xp: Any, /, *inputs: Any, **params: Any) -> Any:
        views = [_read_only(x) for x in inputs]
        y = _call_rule(name, forward, [xp, *views], params, None)
        if isinstance(y, tuple) and y:
            return tree.with_children(y, [_checked_output(name, part, views) for part in y])
        if kind == "elementwise" and isinstance(y, np.ndarray | np.generic):
            _check_broadcast_shape(name, y, views)
        if has_pullbacks and _kind(y) in "iub" and any(_kind(x) == "f" for x in views):
            raise TypeError(
                f"the rule of {name} must return floats, since it has a pullback, got {y.dtype}: add .astype(float)"
            )
        return _checked_output(name, y, views)

    return rule


def _check_broadcast_shape(name: str, y: Any, inputs: list[Any]) -> None:
    shapes = [np.shape(x) for x in inputs]
    if y.shape != np.broadcast_shapes(*shapes):
        raise ValueError(
            f"the rule of {name} is not elementwise: inputs of shape {' and '.join(map(str, shapes))} gave {y.shape}; "
            'declare it with kind="general"'
        )


def _checked_output(name: str, y: Any, inputs: list[Any]) -> Any:
    if y is None or isinstance(y, str | list | dict | tuple | set):
        raise TypeError(
            f"the rule of {name} must return an array, or a tuple of arrays for several outputs, got {_described(y)}"
        )
    if not isinstance(y, np.ndarray | np.generic):
        return y
    _check_real(f"the rule of {name}", y, inputs)
    return y if any(y is x for x in inputs) else y.copy()


def _check_real(rule: str, y: Any, inputs: list[Any]) -> None:
    """Raise unless y is real; a check by complex steps passes complex inputs."""
    if y.dtype.kind not in "fiub" and not any(_kind(x) == "c" for x in inputs):
        raise TypeError(f"{rule} must return real numbers, got an array of dtype {y.dtype}")


def _checked_pullback(name: str, i: int, pullback: Rule) -> Rule:
    """Pullback on read-only arguments, with its result checked and copied."""

    @functools.wraps(pullback)
    def rule(g: Any, y: Any, /, *inputs: Any, **params: Any) -> Any:
        arguments = [tree.map(_read_only, x) if isinstance(x, tuple) else _read_only(x) for x in (g, y, *inputs)]
        cotangent = _call_rule(name, pullback, arguments, params, False)
        if cotangent is None or isinstance(cotangent, str | tuple | dict | set):
            raise TypeError(
                f"pullback {i} of {name} must return the cotangent of input {i}, got {_described(cotangent)}"
                + ": if the derivative is zero, declare None in place of the pullback" * (cotangent is None)
            )
        if isinstance(cotangent, np.ndarray | np.generic):
            _check_real(f"pullback {i} of {name}", cotangent, arguments)
            return cotangent.copy()
        return cotangent

    return rule


def _check_signatures(name: str, pullbacks: tuple[Rule | None, ...], forward: Rule) -> None:
    """Raise if a pullback cannot be called with (g, y, inputs, parameters) of its op."""
    parameters = list(inspect.signature(forward).parameters.values())[1:]
    inputs = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    names = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    is_variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    for i, pullback in enumerate(pullbacks):
        if pullback is None or len(inputs) != len(pullbacks):  # another number is an error of `Op`
            continue
        signature, keywords = inspect.signature(pullback), [*names, *["i"] * (is_variadic and i == len(inputs) - 1)]
        try:
            signature.bind(None, None, *inputs, **dict.fromkeys(keywords))
        except TypeError:
            wanted = ", ".join(["g", "y", *inputs, *keywords])
            raise TypeError(f"pullback {i} of {name} must take ({wanted}), got the signature {signature}") from None


def _read_only(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        x = x.view()
        x.flags.writeable = False
    return x


def _call_rule(op: str, rule: Rule, args: list[Any], params: dict[str, Any], state: bool | None) -> Any:
    """Result of a rule; on plain numbers, transforms that it calls are in the given state of `inside_transform`."""
    in_transform = inside_transform.get() and current_trace() is None
    is_isolated = in_transform and not any(isinstance(x, Recorder) for x in tree.leaves(args))
    try:
        with inside_transform.set(state) if is_isolated else nullcontext():
            return rule(*args, **params)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise ValueError(f"a rule of {op} writes to one of its arguments, which is shared: write to a copy of it") from error


def _kind(x: Any) -> str:
    """Kind of the dtype of a NumPy array or number; "-" for anything else."""
    return x.dtype.kind if isinstance(x, np.ndarray | np.generic) else "-"


def _described(x: Any) -> str:
    return repr(x) if x is None else f"a {type(x).__name__}"
