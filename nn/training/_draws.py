"""Draws of random numbers that a recorded step takes as inputs."""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd import Tensor, Value
from autograd.support.lazy_numpy import np
from nn.modules._storage import Place, read_place
from nn.modules.module import Module


class OtherDrawsError(Exception):
    """A recorded step draws in another way than the plain run did; the text names the module."""


class Draw(NamedTuple):
    """Call of a method of the random generator at a place in a module."""

    module: Module
    place: Place
    method: str
    args: tuple[Any, ...]
    options: dict[str, Any]

    def numbers(self, generator: Any) -> Any:
        """Draw from a generator."""
        result = getattr(generator, self.method)(*self.args, **self.options)
        if "out" in self.options or not isinstance(result, np.ndarray | np.generic | int | float):
            raise TypeError(
                f"{self} writes to an array or returns no numbers, which a replay would not repeat: use a method that returns "
                "a new array, such as permutation"
            )
        return result

    def __str__(self) -> str:
        return f"{self.module!r}: {self.place[1]}.{self.method}(…)"


#: Function of a draw and its generator that returns the numbers.
Take = Callable[[Draw, Any], Any]


class StandIn:
    """Object in the place of a generator: its methods pass their calls, and the generator, to a function."""

    def __init__(self, take: Take, module: Module, place: Place) -> None:
        self._take, self._module, self._place, self._generator = take, module, place, read_place(*place)

    def __getattr__(self, method: str) -> Any:
        if method.startswith("__"):
            raise AttributeError(method)
        return lambda *args, **options: self._take(Draw(self._module, self._place, method, args, options), self._generator)


def is_same(a: Any, b: Any) -> bool:
    """True if two calls, or parts of calls, are equal; no node is equal to a number."""
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(is_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_same(a[name], b[name]) for name in a)
    return a is b or (not isinstance(a, _HELD) and not isinstance(b, _HELD) and bool(np.array_equal(a, b)))


#: Objects that are equal to themselves only.
_HELD = (Module, Tensor, Value)
