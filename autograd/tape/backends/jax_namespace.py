"""Namespace of forward rules for JAX: `jax.numpy`, and functions that JAX names differently."""

import functools
import importlib
import operator
from typing import Any

from autograd.base.numerics import sinc_derivative
from autograd.ops.namespaces import has_no_duplicates
from autograd.support.optional import require

_SPECIAL = ("erf", "erfc", "gammaln", "digamma", "polygamma")


def jax() -> Any:
    """The package JAX.

    Raises:
        ImportError: If it is not installed; names the command
    """
    return require("jax", "the back end 'jax'")


class _Jax:
    """Functions of JAX arrays, which have no numbers while they are traced."""

    abstract = True
    power = staticmethod(operator.pow)  # computes integer exponents by products, as NumPy does

    def __init__(self) -> None:
        self._numpy, self._special = jax().numpy, importlib.import_module("jax.scipy.special")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._special if name in _SPECIAL else self._numpy, name)
        setattr(self, name, found)
        return found

    def put(self, values: Any, index: Any, shape: tuple[int, ...]) -> Any:
        places = self._numpy.zeros(shape, values.dtype).at[index]
        return places.set(values) if has_no_duplicates(index) else places.add(values)

    def pick(self, x: Any, places: Any) -> Any:
        return self._numpy.take_along_axis(x, places[:, None], axis=1)  # can be sharded by rows

    def sinc_derivative(self, x: Any, n: int) -> Any:
        return sinc_derivative(x, n, xp=self._numpy)


@functools.cache
def namespace() -> Any:
    """Namespace `xp` of JAX."""
    return _Jax()
