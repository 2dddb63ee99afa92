"""Special functions under SciPy's names, which are ops of autograd on numbers, arrays and nodes."""

from typing import Any

import numpy as np

import autograd as ag

#: Module of the ops of SciPy's chapter.
_RULES = "autograd.ops.rules.special"
_OTHER_NAMES = {"expit": "sigmoid", "log_expit": "log_sigmoid", "psi": "digamma"}
_OTHER_NAMES |= {"log_softmax": "log_softmax", "softmax": "softmax"}


def __getattr__(name: str) -> Any:
    op = ag.OPS.get(_OTHER_NAMES.get(name, name))
    if op is not None and (name in _OTHER_NAMES or op.forward.__module__ == _RULES):
        return op
    raise AttributeError(f"{__name__} has {', '.join(__dir__())}, not {name!r}: declare it by autograd.extend.primitive")


def __dir__() -> list[str]:
    return sorted(["logsumexp", *_OTHER_NAMES, *(n for n, op in ag.OPS.items() if op.forward.__module__ == _RULES)])


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
