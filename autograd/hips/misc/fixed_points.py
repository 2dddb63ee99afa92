"""`fixed_point`: solution of x = f(a)(x) by iteration, with the derivative with respect to a."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import ravel_tree

from ..differential_operators import make_vjp
from ..extend import defvjp, primitive


@primitive
def fixed_point(f: Callable[..., Any], a: Any, x0: Any, distance: Callable[..., Any], tol: float) -> Any:
    """Point x with x = f(a)(x), iterated from x0 until `distance` of two iterates is at most `tol`.

        x̄ = w with w = ḡ + wᵀ ∂f/∂x,   ā = wᵀ ∂f/∂a

    The cotangent w is a fixed point too, found with the same distance and tolerance.

    >>> from autograd import grad
    >>> root = lambda a: fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-12)
    >>> round(root(4.0), 12), round(grad(root)(4.0), 12)
    (2.0, 0.25)
    """
    step = f(a)
    x, previous = step(x0), x0
    while distance(x, previous) > tol:
        x, previous = step(x), x
    return x


def _pull(ans: Any, f: Any, a: Any, x0: Any, distance: Any, tol: float) -> Any:
    def cotangent_step(parameters: Any) -> Any:
        a, x, g = parameters
        pull, _ = make_vjp(f(a))(x)
        (seed, rebuild) = ravel_tree(g)
        return lambda w: rebuild(ravel_tree(pull(w))[0] + seed)

    def pull_a(g: Any) -> Any:
        vector, rebuild = ravel_tree(x0)
        w = fixed_point(cotangent_step, (a, ans, g), rebuild(np.zeros(len(vector))), distance, tol)
        return make_vjp(lambda a: f(a)(ans))(a)[0](w)

    return pull_a


defvjp(fixed_point, None, _pull, None, None, None)
