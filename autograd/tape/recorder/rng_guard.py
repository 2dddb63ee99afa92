"""Detect draws of random numbers during recording: a tape would repeat the same numbers at every replay.

The search covers the two shared generators and those that the function can reach. A generator whose state differs after the
recording was used. Other threads may have used it meanwhile: the function then runs again while this thread alone
can draw.
"""

import random
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pickle import dumps
from typing import Any

from autograd.base.reachable import GENERATORS, bit_generator, generator_state, shared_generators

#: Number of runs of a function, of which one without a draw tells that another thread drew in the others.
_RUNS = 10


class RngGuard:
    """Random generators that a function may draw from, with their states: the shared ones and those among `objects`."""

    def __init__(self, objects: Iterable[Any]) -> None:
        generators = [x for x in objects if issubclass(type(x), GENERATORS)]
        self._before = [(g, _state(g)) for g in (*shared_generators(), *generators)]

    def find_used(self, run: Callable[[], Any]) -> str:
        """Name of a generator that the recording thread has drawn from, or ""; `run()` runs the function again."""
        used = [g for g, state in self._before if _state(g) != state]
        if threading.active_count() > 1:
            used = [g for g in used if _is_used_by(run, g)]
        return type(used[0]).__name__ if used else ""


def _state(generator: Any) -> bytes:
    """State of a generator, as an object that can be compared."""
    return dumps(generator_state(generator))


def _is_used_by(run: Callable[[], Any], generator: Any) -> bool:
    """True if run() draws from a generator in this thread."""
    if isinstance(generator, random.Random):
        with _calls_in_this_thread(generator) as calls:
            run()
        return bool(calls)
    lock: Any = bit_generator(generator).lock
    if not isinstance(lock, type(threading.RLock())):  # before NumPy 2.4, this thread would wait for itself
        return all(_changes(run, generator) for _ in range(_RUNS))
    with lock:  # every draw takes this lock: other threads wait
        return _changes(run, generator)


def _changes(run: Callable[[], Any], generator: Any) -> bool:
    before, interval = _state(generator), sys.getswitchinterval()
    sys.setswitchinterval(1.0)  # other threads run if this one waits, seldom otherwise
    try:
        run()
    finally:
        sys.setswitchinterval(interval)
    return _state(generator) != before


@contextmanager
def _calls_in_this_thread(generator: random.Random) -> Iterator[list[str]]:
    """Names of the C methods of a generator that this thread calls in a block."""
    calls: list[str] = []

    def look(frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and getattr(function, "__self__", None) is generator:
            calls.append(function.__name__)

    previous = sys.getprofile()
    sys.setprofile(look)
    try:
        yield calls
    finally:
        sys.setprofile(previous)
