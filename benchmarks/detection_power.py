"""`python -m benchmarks.detection_power`: the smallest relative error of a derivative that each oracle always catches."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checks._check_gradients import check_gradients
from autograd.checks.report import GradientError
from autograd.ops.custom_op import function_op
from autograd.ops.op import OPS

#: Test functions by name: forward, pullback. Their derivatives are made wrong by the factor 1 + ε.
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "x³": (lambda xp, x: x * x * x, lambda g, y, x: g * 3.0 * x * x),
    "sin x": (lambda xp, x: xp.sin(x), lambda g, y, x: g * OPS["cos"](x)),
    "exp x": (lambda xp, x: xp.exp(x), lambda g, y, x: g * y),
    "tanh x": (lambda xp, x: xp.tanh(x), lambda g, y, x: g * OPS["square"](OPS["sech"](x))),
    "log(1 + x²)": (lambda xp, x: xp.log1p(x * x), lambda g, y, x: g * 2.0 * x / (1.0 + x * x)),
    "1 / (1 + x²)": (lambda xp, x: 1.0 / (1.0 + x * x), lambda g, y, x: -2.0 * g * x * y * y),
}
QUADRATIC: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {"x²": (lambda xp, x: x * x, lambda g, y, x: g * 2.0 * x)}

POINTS = (0.3, -0.7, 1.1, 2.3)
DECADES = range(-14, 0)

#: Detection limits of other checkers, measured on one smooth function.
OTHERS = {"PyTorch gradcheck, its defaults": 1.8e-3, "JAX check_grads, its defaults": 1e-4, "HIPS autograd check_grads": 1e-5}


def catches(relative: float, oracle: str, function: str) -> bool:
    """True if the oracle finds a derivative with this relative error wrong at every one of the points.

    >>> catches(1e-3, "complex", "sin x"), catches(0.0, "complex", "sin x")
    (True, False)
    """
    return all(_catches_at(relative, oracle, function, x) for x in POINTS)


def _catches_at(relative: float, oracle: str, function: str, x: float) -> bool:
    forward, pullback = (QUADRATIC | FUNCTIONS)[function]
    try:
        if oracle in ("black box", "taylor box"):
            _black_box(forward, pullback, relative, x, None if oracle == "black box" else "taylor")
        else:
            _graph(forward, pullback, relative, x, oracle)
    except GradientError:
        return True
    return False


def _graph(forward: Any, pullback: Any, relative: float, x: float, oracle: str) -> None:
    if oracle == "exact":  # the names of the ops show a polynomial
        same = function_op("positive", lambda xp, x: +x, lambda g, y, x: g * (1.0 + relative))
        check_gradients(lambda x: same(x * x), x, order=1, shrink=False, oracle=oracle)
    else:
        op = function_op("function", lambda xp, x: forward(xp, x), lambda g, y, x: pullback(g, y, x) * (1.0 + relative))
        check_gradients(lambda x: op(x), x, order=1, shrink=False, oracle=oracle)


def _black_box(forward: Any, pullback: Any, relative: float, x: float, oracle: str | None) -> None:
    def f(x: Any) -> Any:
        if isinstance(x, complex | np.complexfloating):
            raise TypeError("a black box must not get complex numbers")
        return float(forward(np, x))

    def df(x: Any) -> Any:
        return float(pullback(1.0, forward(np, x), x)) * (1.0 + relative)

    check_gradients(f, x, gradient=df, order=1, shrink=False, oracle=oracle)


def smallest_error(oracle: str, functions: Any = None) -> float:
    """The smallest power of ten from which every error is caught, in every function at every point."""
    names = list(functions or FUNCTIONS)
    least = math.inf
    for exponent in reversed(DECADES):
        if not all(catches(10.0**exponent, oracle, name) for name in names):
            break
        least = 10.0**exponent
    return least


def table() -> str:
    """The smallest errors by oracle, as text."""
    rows = [
        ("exact structure", smallest_error("exact", QUADRATIC)),
        ("complex step", smallest_error("complex")),
        ("dual numbers", smallest_error("dual")),
        ("extrapolated differences", smallest_error("differences")),
        ("a black box, by default", smallest_error("black box")),
        ("Taylor slope", smallest_error("taylor box")),
    ]
    lines = [f"{'oracle':<36} smallest relative error always caught"]
    lines += [f"{name:<36} {error:.0e}" for name, error in rows]
    lines += ["", "for comparison: other checkers, on one smooth function"]
    lines += [f"{name:<36} {error:.1e}" for name, error in OTHERS.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
