"""Interruption of a training by Ctrl-C, between two steps."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def defer_interrupt() -> Iterator[Callable[[], bool]]:
    """Context manager in which Ctrl-C does not raise: it yields a function that returns True after Ctrl-C.

    A second Ctrl-C raises KeyboardInterrupt at once. No effect outside the main thread, which receives no signals, or if the
    program has its own signal handler.
    """
    pressed = False

    def note(number: int, frame: Any) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    ours = (
        threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not ours:
        yield lambda: False
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
