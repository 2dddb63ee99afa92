"""Ctrl-C between two steps, never within one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def defer_interrupt() -> Iterator[Callable[[], bool]]:
    """A block in which Ctrl-C raises nothing: the function that it is given says whether the key was pressed.

    A second Ctrl-C raises KeyboardInterrupt at once. Outside the main thread, where no signal arrives, and where a
    program handles the signal itself, it does nothing.
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
