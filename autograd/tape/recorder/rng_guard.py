"""Whether a function drew random numbers: a tape would repeat the same ones for ever."""

import gc
import pickle
import random
from collections.abc import Callable

import numpy as np

#: The state of each kind of generator, as something that pickles.
_STATES: dict[type, Callable[[object], object]] = {
    random.Random: lambda g: g.getstate(),  # type: ignore[attr-defined]
    np.random.Generator: lambda g: g.bit_generator.state,  # type: ignore[attr-defined]
    np.random.RandomState: lambda g: g.get_state(legacy=False),  # type: ignore[attr-defined]
}


#: Those that everybody shares; `gc.freeze`, as servers call it, takes objects out of sight.
_SHARED = (random.random.__self__, np.random.rand.__self__)  # type: ignore[attr-defined]


class Dice:
    """Every random generator that is alive, and where each one stood; of those that `gc.freeze` hides, the shared ones."""

    def __init__(self) -> None:
        kinds = tuple(_STATES)
        self._before = [(g, _state(g)) for g in (*_SHARED, *gc.get_objects()) if type(g) in kinds]

    def rolled(self) -> str:
        """The name of a generator that has moved on since, or nothing."""
        return next((type(g).__name__ for g, state in self._before if _state(g) != state), "")


def _state(generator: object) -> bytes:
    return pickle.dumps(_STATES[type(generator)](generator))
