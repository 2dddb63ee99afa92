"""Locks that hold across a fork, and pools of objects that one thread at a time uses.

A forked process has one thread. A lock that another thread held would stay locked there, and what it guarded half-written.
"""

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")

_locks: WeakSet[Any] = WeakSet()


def at_fork(**functions: Callable[[], Any]) -> None:
    """Register functions for `before`, `after_in_parent` and `after_in_child`, if there are forks on this system."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(**functions)


def _release_locks() -> None:
    """Release, in a forked process, the locks of the threads that it does not have."""
    for lock in list(_locks):
        if not lock._is_owned():
            lock._at_fork_reinit()


at_fork(after_in_child=_release_locks)


def new_lock() -> Any:
    """Re-entrant lock that is free in a forked process unless the forking thread holds it."""
    lock = threading.RLock()
    _locks.add(lock)
    return lock


def leaf_lock() -> Any:
    """Re-entrant lock that a fork waits for; in it no other lock may be taken, and no function of the user may run."""
    lock = new_lock()
    at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


class Pool(Generic[T]):
    """Objects in use by one call at a time, without a lock: `make()` makes one more while all others are in use."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._free = [make()]
        self.give = self._free.append

    def take(self) -> T:
        """Object that no other call uses until it is given back by `give`."""
        try:
            return self._free.pop()
        except IndexError:
            return self._make()
