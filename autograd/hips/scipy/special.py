"""Special functions under SciPy's names: its ufuncs, which take nodes of autograd, and the functions that do not."""

from typing import Any

import numpy as np

import autograd as ag
from autograd.support.optional import require

_FUNCTIONS = {"log_softmax": ag.log_softmax, "softmax": ag.softmax}


def __getattr__(name: str) -> Any:
    found = _FUNCTIONS.get(name) or getattr(require("scipy.special", "autograd.scipy.special"), name, None)
    if name in _FUNCTIONS or isinstance(found, np.ufunc):
        return found
    ours = ", ".join(["logsumexp", "polygamma", *_FUNCTIONS])
    raise AttributeError(f"{__name__} has SciPy's ufuncs, {ours}, not {name!r}: declare it by autograd.extend.primitive")


def __dir__() -> list[str]:
    ufuncs = [n for n, f in vars(require("scipy.special", "autograd.scipy.special")).items() if isinstance(f, np.ufunc)]
    return sorted({"logsumexp", "polygamma", *_FUNCTIONS, *ufuncs})


def polygamma(n: int, x: Any) -> Any:
    """Derivative of order n of `digamma`: `autograd.polygamma` with SciPy's order of arguments."""
    return ag.polygamma(x, n=n)


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    """Logarithm of Σ b exp(a) over `axis`, without overflow.

    >>> float(logsumexp(np.array([0.0, 0.0]), b=np.array([1.0, np.e - 1.0])))
    1.0
    """
    if b is None:
        return ag.logsumexp(a, axis, keepdims)
    if not isinstance(b, ag.Value | ag.Tensor):  # the derivative by a weight of 0 needs exp(a)
        a = np.where(np.equal(b, 0.0), -np.inf, a)
    largest = ag.stop_gradient(np.max(a, axis, keepdims=True))
    largest = np.where(np.isfinite(largest), largest, 0.0)
    total = ag.log(np.sum(b * np.exp(a - largest), axis, keepdims=True)) + largest
    return total if keepdims else np.squeeze(total, axis)
