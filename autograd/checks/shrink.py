"""The smallest arguments that fail: zeros and ones in place of numbers, whole numbers in place of fractions, and so on down."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.checks.arguments import varies
from autograd.checks.diagnosis import UNEXPLAINED
from autograd.checks.report import GradientError
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value

#: How many simpler arguments are tried at most: fewer if they are large, as a check of them takes longer.
MOST, FEWEST, ENTRIES = 100, 10, 10_000

_NUMBER = re.compile(r"[\d.]+(e[+-]?\d+)?")


def smallest_failing(check: Callable[..., Any], args: tuple[Any, ...], error: GradientError) -> GradientError:
    """The error of the simplest arguments that were found to fail for the same cause, or of these if none simpler do."""
    best, leaves = error, tree.leaves(list(args))
    trials = max(FEWEST, min(MOST, ENTRIES // max(1, sum(np.size(x) for x in leaves if varies(x)))))
    progress = True
    while progress:
        progress = False
        for k, simpler in _simpler(leaves):
            if not trials:
                break
            trials -= 1
            candidate = [*leaves[:k], simpler, *leaves[k + 1 :]]
            try:
                check(*tree.unflatten(list(args), candidate))
            except GradientError as found:
                if found.claimed is not None and found.op is error.op and _alike(found.cause, error.cause):
                    best, leaves, progress = found, candidate, True
                    break
            except Exception:  # a point where the function is not defined is no simpler failure
                continue
    best.smallest = tuple(tree.unflatten(list(args), leaves))
    return best


def _alike(cause: str, other: str) -> bool:
    """Whether two causes are one but for the numbers in them, or the other says nothing."""
    return other.endswith(UNEXPLAINED) or _NUMBER.sub("", cause) == _NUMBER.sub("", other)


def _simpler(leaves: list[Any]) -> Iterator[tuple[int, Any]]:
    """(position, something simpler in its place), the simplest first."""
    for k, x in enumerate(leaves):
        if not varies(x):
            continue
        array = np.asarray(x._data if isinstance(x, Node) else x, float)
        seen = {array.tobytes()}
        for candidate in _arrays(array):
            if candidate.tobytes() not in seen and _cost(candidate) < _cost(array):
                seen.add(candidate.tobytes())
                yield k, _like(x, candidate)


def _arrays(a: Any) -> Iterator[Any]:
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
        rounded = np.trunc(a * 10**decimals) / 10**decimals
        yield rounded


def _cost(a: Any) -> tuple[int, float]:
    """Short to write, then small: what makes an example simple."""
    return sum(len(f"{x:.17g}") for x in a.ravel()[:64]), float(np.abs(a).sum())


def _like(x: Any, a: Any) -> Any:
    if isinstance(x, Value):
        return Value(float(a))
    if isinstance(x, Tensor):
        return Tensor(a, x.requires_grad, dtype=x.dtype)
    return a.astype(x.dtype) if isinstance(x, np.ndarray) else float(a)
