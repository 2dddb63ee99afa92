"""Effects of a recorded function that replays would not repeat: random numbers, writes to arrays and to buffers of modules."""

from collections.abc import Callable
from typing import Any, TypeVar

from autograd.base.call_state import CallState
from autograd.base.trace_state import FrozenDataError
from autograd.tape.recorder.captures import WRITTEN, Captures
from autograd.tape.recorder.modules import BufferWrites, is_module
from autograd.tape.recorder.rng_guard import RngGuard

T = TypeVar("T")


class EffectGuard:
    """State, with `modules`, that a function can reach, which its recording must not change."""

    def __init__(self, f: Callable[..., Any], args: Any = ()) -> None:
        self._f, self._state = f, CallState(f, args)
        self.modules = [x for x in self._state.objects if is_module(x)]
        self._writes, self._rng = BufferWrites(self.modules), RngGuard(self._state.objects)

    def captures(self) -> Captures:
        """Arrays from outside, for the trace of a tape."""
        return Captures(self._state.arrays, self._writes.places())

    def check(self, record: Callable[[], T]) -> T:
        """Result of record(), which records the function.

        Raises:
            FrozenDataError: If the function writes to an array or a buffer of a module; then its state is as before
            RuntimeError: If it draws random numbers
        """

        def run() -> T:
            with self._state.read_only():
                return record()

        try:
            result = self._refuse_writes(run)
        except FrozenDataError:
            self._state.restore()
            raise
        if generator := self._rng.find_used(run):
            raise RuntimeError(
                f"{getattr(self._f, '__name__', 'the function')} drew from a random generator ({generator}) while it was "
                "recorded; replays would repeat the same numbers: draw them outside, and pass them as an argument"
            )
        return result

    def _refuse_writes(self, run: Callable[[], T]) -> T:
        try:
            result = run()
        except FrozenDataError as error:
            if refusal := self._writes.blame(error, certain=False):
                raise refusal from error
            raise
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise self._writes.blame(error, certain=True) or FrozenDataError(WRITTEN) from error
        self._writes.check()
        return result
