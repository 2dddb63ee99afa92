"""`odeint`: solution of ordinary differential equations, with derivatives by the adjoint equation."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.support.optional import require

from ..differential_operators import make_vjp
from ..extend import defvjp_argnums, primitive
from ..misc.flatten import flatten


@primitive
def odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...] = (), **options: Any) -> Any:
    """States at the times t of dy/dt = func(y, t, *args) with y(t[0]) = y0, by `scipy.integrate.odeint`.

    Its gradients, with respect to y0, t and `args`, solve the adjoint equation backward in time, to the same tolerances.

    Source:
        Fröhlich, Loos & Hasenauer, Scalable inference of ordinary differential equation models, arXiv 1711.08079, 2017
    """
    return require("scipy.integrate", "odeint").odeint(func, y0, t, args, **options)


def _adjoint(argnums: Any, states: Any, arguments: Any, options: dict[str, Any]) -> Callable[[Any], list[Any]]:
    func, _, t, *more = arguments
    args = more[0] if more else options.get("args", ())
    options = {name: x for name, x in options.items() if name != "args"}
    count, dim = np.shape(states)
    vector, unflatten = flatten(args)

    def of_vector(y: Any, t: Any, vector: Any) -> Any:
        return func(y, t, *unflatten(vector))

    def dynamics(augmented: Any, t: Any, vector: Any) -> Any:
        """Derivatives of the state and the cotangents of state, time and arguments."""
        pull, dy = make_vjp(of_vector, (0, 1, 2))(augmented[:dim], t, vector)
        return np.hstack((dy, *pull(-augmented[dim : 2 * dim])))

    def pull(g: Any) -> list[Any]:
        cotangent, of_start, of_args, times = g[-1, :], 0.0, np.zeros(np.size(vector)), []
        for i in range(count - 1, 0, -1):
            of_time = np.dot(func(states[i, :], t[i], *args), g[i, :])
            times.append(of_time)
            of_start = of_start - of_time
            augmented = np.hstack((states[i, :], cotangent, of_start, of_args))
            back = odeint(dynamics, augmented, np.array([t[i], t[i - 1]]), (vector,), **options)[1]
            cotangent, of_start, of_args = back[dim : 2 * dim] + g[i - 1, :], back[2 * dim], back[2 * dim + 1 :]
        found = [None, cotangent, np.hstack([*times, of_start])[::-1], unflatten(of_args)]
        return [found[argnum] for argnum in argnums]

    return pull


defvjp_argnums(odeint, _adjoint)
