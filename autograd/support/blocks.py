"""Blocks: context managers and decorators that restore the state before them, whatever ends them.

Python raises the exceptions of signal handlers and of other threads between two bytecodes, never inside a function
written in C. So a block begins and ends by one call of such a function, which is made of others before the block begins.
As a decorator of a generator or coroutine, a block is open only while the decorated body runs.
"""

import functools
import inspect
import io
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextvars import ContextVar
from operator import attrgetter, call, not_
from threading import get_ident
from typing import Any, Generic, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class BlockDecorator:
    """Base class of context managers that decorate functions, generators and coroutines, also asynchronous generators."""

    __slots__ = ()

    def _recreate_cm(self) -> Any:
        """Context manager for one call, or for one step of a generator."""
        return self

    def __call__(self, f: F) -> F:
        if inspect.isasyncgenfunction(f):
            wrapper: Any = self._around_async_generator(f)
        elif inspect.isgeneratorfunction(f):

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                return (yield from _steps(f(*args, **kwargs), self._recreate_cm))

        elif inspect.iscoroutinefunction(f):

            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                return await _Awaitable(f(*args, **kwargs), self._recreate_cm)

        else:

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                with self._recreate_cm():
                    return f(*args, **kwargs)

        functools.update_wrapper(wrapper, f)
        return wrapper

    def _around_async_generator(self, f: Callable[..., Any]) -> Any:
        async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            body = f(*args, **kwargs)
            step = body.asend(None)
            while True:
                try:
                    item = await _Awaitable(step, self._recreate_cm)
                except StopAsyncIteration:
                    return
                try:
                    step = body.asend((yield item))
                except GeneratorExit:
                    await _Awaitable(body.aclose(), self._recreate_cm)
                    raise
                except BaseException as error:
                    step = body.athrow(error)

        return wrapper


def _steps(body: Any, block: Callable[[], Any]) -> Generator[Any, Any, Any]:
    """Generator that runs each step of `body`, a generator or coroutine, in a new block."""
    step = functools.partial(body.send, None)
    while True:
        try:
            with block():
                item = step()
        except StopIteration as end:
            return end.value
        try:
            step = functools.partial(body.send, (yield item))
        except GeneratorExit:
            with block():
                body.close()
            raise
        except BaseException as error:
            step = functools.partial(body.throw, error)


class _Awaitable:
    def __init__(self, body: Coroutine[Any, Any, Any], block: Callable[[], Any]) -> None:
        self._body, self._block = body, block

    def __await__(self) -> Generator[Any, Any, Any]:
        return _steps(self._body, self._block)


class _Method:
    """Method whose lookup on an instance returns `find(instance)`, a function without arguments of ours, written in C."""

    def __init__(self, find: Callable[[Any], Callable[..., Any]]) -> None:
        self._find = find

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self._find(instance)

    def __call__(self, instance: Any, *error: Any) -> Any:  # by `contextlib.ExitStack`
        return self._find(instance)(*error)


class _End(io.IOBase):
    """Object whose `__exit__`, written in C, calls `close()` and ignores its arguments."""

    closed = True  # deleting it calls nothing


def _c_exit(function: Callable[[], Any]) -> Callable[..., Any]:
    """Function of any arguments, written in C, that calls `function()`, whose result must be false."""
    end = _End()
    end.close = function  # type: ignore[method-assign]
    return end.__exit__


class Bracket(BlockDecorator):
    """Block that calls `begin()` and `end()`, both written in C; the result of `end` must be false."""

    __slots__ = ("_begin", "_exit")

    def __init__(self, begin: Callable[[], Any], end: Callable[[], Any]) -> None:
        self._begin, self._exit = begin, _c_exit(end)

    __enter__ = _Method(attrgetter("_begin"))
    __exit__ = _Method(attrgetter("_exit"))


class Blocks(BlockDecorator):
    """Several blocks that begin and end together, in the order of a `with` statement."""

    __slots__ = ("_blocks",)

    def __init__(self, *blocks: Any) -> None:
        self._blocks = blocks

    def _begin(self) -> Callable[[], Any]:
        return _calls([block.__enter__ for block in self._blocks])

    def _exit(self) -> Callable[..., Any]:
        return _c_exit(_calls([functools.partial(block.__exit__, None, None, None) for block in reversed(self._blocks)]))

    __enter__ = _Method(_begin)
    __exit__ = _Method(_exit)


def _calls(functions: list[Callable[[], Any]]) -> Callable[[], Any]:
    """Function written in C that calls some functions; its result is empty."""
    return functools.partial(deque, map(call, functions), 0)


class Entry:
    """Value that a block gives to a variable, and the entry before it."""

    __slots__ = ("__weakref__", "outer", "thread", "value")

    def __init__(self, value: Any, outer: Any) -> None:
        self.value = value
        self.outer = outer or self
        self.thread = get_ident()

    def chain(self) -> "set[Entry]":
        """This entry and those around it."""
        found, entry = {self}, self.outer
        while entry not in found:
            found.add(entry)
            entry = entry.outer
        return found


class Variable(Generic[T]):
    """Variable for each thread and task, which blocks set: `with variable.set(value):`.

    It is a context variable that holds the chain of the open blocks: the end of a block removes the innermost one, so that
    blocks of generators which take turns leave nothing behind.

    Attributes:
        entry: Function that returns the innermost entry
        living: Sets of weak references to the entries of blocks; one dies when the last context that holds it does
    """

    def __init__(self, name: str, default: T, *living: set[Any]) -> None:
        self._variable: ContextVar[Entry] = ContextVar(name, default=Entry(default, None))  # noqa: B039  (never changed)
        self.entry, self.living = self._variable.get, living
        # By `next`: not_(set(outer of entry())), which is False.
        self.exit = _c_exit(
            functools.partial(next, map(not_, map(self._variable.set, map(attrgetter("outer"), iter(self.entry, None)))))
        )

    def get(self) -> T:
        """Value in the current context."""
        return self.entry().value

    def set(self, value: T) -> "VariableBlock":
        """Block in which the variable has this value."""
        return VariableBlock(self, value)

    def begin(self, value: T) -> Callable[[], Any]:
        """Function written in C that begins a block."""
        entry = Entry(value, self.entry())
        for living in self.living:
            living.add(weakref.ref(entry, living.discard))
        return functools.partial(self._variable.set, entry)


class ForeignVariable:
    """Context variable of another package, which blocks set and restore; `entry()` is the innermost entry, with the value
    before its block, or None.
    """

    def __init__(self, variable: ContextVar[Any]) -> None:
        self._variable = variable
        self._before: ContextVar[Entry] = ContextVar(f"{variable.name} before", default=Entry(None, None))  # noqa: B039
        self.entry = self._before.get
        restored = map(variable.set, map(attrgetter("value"), iter(self.entry, None)))
        removed = map(self._before.set, map(attrgetter("outer"), iter(self.entry, None)))
        self.exit = _c_exit(functools.partial(next, map(not_, zip(restored, removed, strict=False))))

    def begin(self, value: Any) -> Callable[[], Any]:
        """Function written in C that begins a block."""
        entry = Entry(self._variable.get(), self.entry())
        pairs = zip(map(self._variable.set, [value]), map(self._before.set, [entry]), strict=False)
        return functools.partial(next, pairs)


class VariableBlock(BlockDecorator):
    """Block in which a variable has a value; one object may be open several times, in any thread."""

    __slots__ = ("_value", "_variable")

    def __init__(self, variable: Variable[Any] | ForeignVariable, value: Any) -> None:
        self._variable, self._value = variable, value

    __enter__ = _Method(lambda block: block._variable.begin(block._value))
    __exit__ = _Method(lambda block: block._variable.exit)
