"""`primitive` and `defvjp`: Python functions with a given derivative, as calls of `autograd.custom_gradient`."""

import functools
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from autograd import Tensor, Value, custom_gradient
from autograd.base import tree

__all__ = ["defjvp", "defvjp", "defvjp_argnum", "defvjp_argnums", "primitive"]


def primitive(f_raw: Callable[..., Any]) -> Callable[..., Any]:
    """Function that runs f on plain numbers and arrays; `defvjp` declares its derivative.

    Raises:
        TypeError: In a call with a node as a keyword argument
        NotImplementedError: In a call with a node for which no derivative is declared

    >>> import numpy as np
    >>> from autograd import grad
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x
    >>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
    >>> grad(cube)(2.0), grad(grad(cube))(2.0)
    (12.0, 12.0)
    """

    @functools.wraps(f_raw)
    def call(*args: Any, **kwargs: Any) -> Any:
        argnums = [i for i, x in enumerate(args) if _holds_node(x)]
        if named := [name for name, x in kwargs.items() if _holds_node(x)]:
            raise TypeError(f"{call.__name__} would lose the gradient of {named[0]}=: pass it by position")
        if not argnums:
            return f_raw(*args, **kwargs)
        if call.vjps is None:  # type: ignore[attr-defined]
            raise NotImplementedError(f"no derivative of {call.__name__} is declared: write defvjp({call.__name__}, …)")

        def backward(g: Any, y: Any, *xs: Any) -> tuple[Any, ...]:
            found = dict(zip(argnums, call.vjps(argnums, y, xs, kwargs)(g), strict=True))  # type: ignore[attr-defined]
            return tuple([found.get(i) for i in range(len(xs))])

        return custom_gradient(backward)(functools.wraps(f_raw)(lambda *xs: f_raw(*xs, **kwargs)))(*args)

    call.vjps = None  # type: ignore[attr-defined]
    return call


def _holds_node(x: Any) -> bool:
    return any(isinstance(leaf, Value | Tensor) for leaf in tree.leaves(x))


def defvjp(fun: Any, *vjpmakers: Callable[..., Any] | None, argnums: Iterable[int] | None = None) -> None:
    """Declare the derivative of a primitive: for each argument a function from (ans, *args) to g ↦ gᵀ J, or None for zero.

    Args:
        argnums: Positions of the arguments of `vjpmakers`; the first ones if None
    """
    declared = dict(zip(count() if argnums is None else argnums, vjpmakers, strict=False))

    def vjp_argnum(argnum: int, ans: Any, args: Any, kwargs: Any) -> Any:
        if argnum not in declared:
            raise NotImplementedError(
                f"no derivative of {fun.__name__} with respect to argument {argnum} is declared: pass it to defvjp, or None "
                "if it is zero"
            )
        if (maker := declared[argnum]) is None:
            return lambda g: None
        name = f"the function for argument {argnum} in defvjp({fun.__name__}, …)"
        if not callable(pull := maker(ans, *args, **kwargs)):
            raise TypeError(f"{name} must return a function of g, got {pull!r:.80}: write lambda ans, *args: lambda g: …")

        def cotangent(g: Any) -> Any:
            if (found := pull(g)) is None:
                raise TypeError(f"{name} gave None as a cotangent: return it, or pass None to defvjp if it is zero")
            return found

        return cotangent

    defvjp_argnum(fun, vjp_argnum)


def defvjp_argnum(fun: Any, vjpmaker: Callable[..., Any]) -> None:
    """Declare the derivative of a primitive by one function from (argnum, ans, args, kwargs) to g ↦ gᵀ J."""

    def vjps(argnums: Any, *call: Any) -> Callable[[Any], list[Any]]:
        pulls = [vjpmaker(argnum, *call) for argnum in argnums]
        return lambda g: [pull(g) for pull in pulls]

    defvjp_argnums(fun, vjps)


def defvjp_argnums(fun: Any, vjpmaker: Callable[..., Any]) -> None:
    """Declare the derivative of a primitive by one function from (argnums, ans, args, kwargs) to g ↦ [gᵀ J of each].

    Raises:
        TypeError: If `fun` is not a primitive
    """
    if not hasattr(fun, "vjps"):
        raise TypeError(f"{fun!r:.80} is not a primitive: decorate the function with @primitive, then declare its derivative")
    fun.vjps = vjpmaker


def defjvp(fun: Any, *jvpmakers: Any, argnums: Any = None) -> None:
    """Accept the forward derivative of a primitive without a use for it: forward mode is derived from that of `defvjp`."""
