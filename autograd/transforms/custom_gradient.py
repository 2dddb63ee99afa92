"""`custom_gradient`: a Python function with its own derivative."""

import functools
from collections.abc import Callable
from typing import Any

from autograd.base import tree
from autograd.engine.node import Node
from autograd.ops.custom_op import function_op
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import P, R, check_plain_function
from autograd.transforms.ravel import ravel_tree


def custom_gradient(backward: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator that gives a Python function its derivative: `backward(g, y, *args)` returns the cotangents of the arguments.

        (x̄₁, …, x̄ₙ) = backward(ȳ, f(x₁, …), x₁, …)

    f is run on plain numbers and arrays, so it may loop, branch and call any library. `g` and `y` have the structure of its
    result, and backward returns one entry per argument, in its structure, or None for zero; for one argument, just that
    entry. It can itself be differentiated if it uses operators and ops of autograd. A tape calls f at every replay.

    Raises:
        TypeError: If backward returns another structure, or no real numbers; names the argument
        ValueError: If a cotangent has another shape

    >>> @custom_gradient(lambda g, y, x, n: (g * n * x ** (n - 1), None))
    ... def power_by_loop(x, n):
    ...     y = 1.0
    ...     for _ in range(n):
    ...         y = y * x
    ...     return y
    >>> from autograd import grad
    >>> grad(power_by_loop)(3.0, 2), grad(grad(power_by_loop))(3.0, 2)
    (6.0, 2.0)
    """
    check_plain_function("custom_gradient", backward)

    def decorate(f: Any) -> Any:
        check_plain_function("custom_gradient", f)

        @functools.wraps(f)
        def with_gradient(*args: Any) -> Any:
            leaves = tree.leaves(args)
            nodes = [x for x in leaves if isinstance(x, Node)]
            if not nodes:
                return f(*args)
            vector, rebuild = ravel_tree(nodes)
            unravel_result: list[Callable[[Any], Any]] = []

            def arguments(v: Any) -> list[Any]:
                numbers = iter(rebuild(v))
                return list(tree.unflatten(args, [next(numbers) if isinstance(x, Node) else x for x in leaves]))

            def forward(xp: Any, v: Any) -> Any:
                y, restore = ravel_tree(f(*arguments(v)))
                unravel_result[:] = [restore]
                return y

            def pullback(g: Any, y: Any, v: Any) -> Any:
                (restore,), xs = unravel_result, arguments(v)
                found = backward(restore(g), restore(y), *xs)
                cotangents = found if len(xs) > 1 or (isinstance(found, tuple) and len(found) == 1) else (found,)
                return ravel_tree(_cotangents_of_nodes(f, args, cotangents))[0]

            y = function_op(getattr(f, "__name__", "f"), forward, pullback)(vector)
            return unravel_result[0](y)

        return with_gradient

    return decorate


def _cotangents_of_nodes(f: Any, args: tuple[Any, ...], cotangents: Any) -> list[Any]:
    """Cotangent of each node among the leaves of `args`; zeros for None."""
    name = f"backward of {getattr(f, '__name__', 'f')}"
    if not isinstance(cotangents, tuple) or len(cotangents) != len(args):
        raise TypeError(f"{name} must return a tuple of {len(args)} cotangents, one per argument, got {cotangents!r:.80}")
    found = []
    for i, (x, cotangent) in enumerate(zip(args, cotangents, strict=True)):
        if cotangent is None:
            found += [np.zeros(np.shape(leaf._data)) for leaf in tree.leaves(x) if isinstance(leaf, Node)]
            continue
        for path, leaf, part in tree.pairs(f"{name}: cotangent {i}", x, cotangent):
            if isinstance(leaf, Node):
                if not isinstance(part, Node) and np.asarray(part).dtype.kind not in "fiu":
                    raise TypeError(f"{path} must be a real number or an array of them, got {part!r:.80}")
                shapes = [np.shape(n._data if isinstance(n, Node) else n) for n in (leaf, part)]
                if shapes[0] != shapes[1]:
                    raise ValueError(f"{path} must have the shape {shapes[0]} of its argument, got {shapes[1]}")
                found.append(part)
    return found
