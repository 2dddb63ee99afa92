"""Search for the smallest arguments that fail: zeros and ones first, then integers, then short decimals."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from autograd.base import tree
from autograd.checks.arguments import data_of, varies
from autograd.checks.diagnosis import UNEXPLAINED
from autograd.checks.report import GradientError
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np

#: Most and fewest simpler arguments to try: fewer for large arguments, whose check takes longer.
MOST_TRIALS, FEWEST_TRIALS, ENTRIES = 100, 10, 10_000

#: Evaluations of the function after which no further argument is tried.
EVALUATIONS = 10_000

_NUMBER = re.compile(r"[\d.]+(e[+-]?\d+)?")


def smallest_failure(
    check: Callable[..., Any], evaluations: Callable[[], int], args: tuple[Any, ...], error: GradientError
) -> GradientError:
    """The error of the simplest arguments found to fail for the same cause; else `error` itself."""
    last = evaluations() + EVALUATIONS
    best, leaves = error, tree.leaves(list(args))
    trials = max(FEWEST_TRIALS, min(MOST_TRIALS, ENTRIES // max(1, sum(np.size(x) for x in leaves if varies(x)))))
    progress = True
    while progress:
        progress = False
        for k, simpler in _simpler_leaves(leaves):
            if not trials or evaluations() > last:
                break
            trials -= 1
            candidate = [*leaves[:k], simpler, *leaves[k + 1 :]]
            try:
                check(*tree.unflatten(list(args), candidate))
            except GradientError as found:
                if found.claimed is not None and found.op is error.op and _same_cause(found.cause, error.cause):
                    best, leaves, progress = found, candidate, True
                    break
            except Exception:  # the function may be undefined there
                continue
    best.smallest = tuple(tree.unflatten(list(args), leaves))
    return best


def _same_cause(cause: str, other: str) -> bool:
    """True if two causes differ in their numbers only, or the other explains nothing."""
    return other.endswith(UNEXPLAINED) or _NUMBER.sub("", cause) == _NUMBER.sub("", other)


def _simpler_leaves(leaves: list[Any]) -> Iterator[tuple[int, Any]]:
    """(position, a simpler value), the simplest first."""
    for k, x in enumerate(leaves):
        if not varies(x):
            continue
        array = data_of(x).astype(float)
        tried = {array.tobytes()}
        for candidate in _simpler_arrays(array):
            if candidate.tobytes() not in tried and _cost(candidate) < _cost(array):
                tried.add(candidate.tobytes())
                yield k, _like(x, candidate)


def _simpler_arrays(a: Any) -> Iterator[Any]:
    for fill in (0.0, 1.0, 2.0):
        yield np.full_like(a, fill)
    yield np.round(a)
    if 1 < a.size <= 64:
        for i in range(a.size):
            for fill in (0.0, 1.0):
                one = a.copy()
                one.flat[i] = fill
                yield one
    for decimals in (0, 1, 2):
        yield np.trunc(a * 10**decimals) / 10**decimals


def _cost(a: Any) -> tuple[int, float]:
    """Complexity of an example: its length as text, then its size."""
    return sum(len(f"{x:.17g}") for x in a.ravel()[:64]), float(np.abs(a).sum())


def _like(x: Any, a: Any) -> Any:
    if isinstance(x, Value):
        return Value(float(a))
    if isinstance(x, Tensor):
        return Tensor(a, x.requires_grad, dtype=x.dtype)
    return a.astype(x.dtype) if isinstance(x, np.ndarray) else float(a)
