"""`compile`: record a function at its first call, and replay the tape at later calls."""

import functools
import weakref
from collections.abc import Callable
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, Self, overload

from autograd.base.grad_mode import is_detecting_anomaly
from autograd.base.trace_state import graph_requested
from autograd.base.tree import is_container
from autograd.engine.node import Node
from autograd.support.arguments import explained_arguments
from autograd.support.public import importable_name
from autograd.tape.backends.protocol import GuardFailedError
from autograd.tape.backends.registry import Choice, find_backend
from autograd.tape.recorder.arguments import DifferentiableError, call, call_arguments, flatten_arguments
from autograd.tape.recorder.trace import check_eagerly, runs_eagerly
from autograd.tape.tape import Tape
from autograd.transforms.calls import P, R, check_plain_function

Q = ParamSpec("Q")

#: Largest number of tapes that a compiled function keeps; one more clears its cache.
MAX_TAPES = 256


class Compiled(Generic[P, R]):
    """A function with a cache of tapes: one for each signature of the arguments and each path through the function.

    A method of a class has a cache for each instance.

    Attributes:
        tapes: The tapes of the cache, oldest first
    """

    __module__ = "autograd"

    def __init__(self, f: Callable[P, R], backend: Choice) -> None:
        functools.update_wrapper(self, f)
        self._f, self._choice, self._backend = f, backend, find_backend(backend)
        self.tapes: list[Tape] = []
        self._first: dict[Any, list[Tape]] = {}
        # For each living instance of a class with this method, a reference to it and its tapes.
        self._of_instances: dict[int, tuple[Any, Any]] = {}

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self: "Compiled[Concatenate[Any, Q], R]", instance: object, owner: type | None = None) -> "Compiled[Q, R]": ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if is_container(instance):  # an argument like others, whose numbers are followed
            return MethodType(self, instance)
        key = id(instance)
        if key not in self._of_instances:
            try:
                reference: Any = weakref.ref(instance, lambda _: self._of_instances.pop(key, None))
            except TypeError:  # a class with slots
                reference = instance
            self._of_instances.setdefault(key, (reference, ([], {})))
        bound = Compiled(MethodType(self._f, instance), self._choice)
        bound.tapes, bound._first = self._of_instances[key][1]
        return bound

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Replay a tape that fits the arguments, or record one."""
        args = call_arguments(args, kwargs)  # type: ignore[assignment]
        try:
            key, leaves = flatten_arguments(args, self._backend.scalars)
        except DifferentiableError:
            return call(self._f, args)
        if graph_requested() or runs_eagerly():
            return call(self._f, args)  # an outer derivative needs the graph
        if is_detecting_anomaly():
            check_eagerly(self._f, args, self._backend.scalars)
        tape = self._find(self._first, key, args)
        while True:
            try:
                return tape.replayed(leaves)
            except GuardFailedError as failure:
                tape = self._find(tape.branches, failure.guard, args)

    def clear(self) -> None:
        """Remove all tapes from the cache."""
        for part in (self.tapes, self._first, self._of_instances):
            part.clear()

    def _find(self, tapes: dict[Any, list[Tape]], key: Any, args: tuple[Any, ...]) -> Tape:
        """The tape under `key` that holds for the modules as they are; it is recorded if there is none."""
        if (tape := _current(tapes, key)) is not None:
            return tape
        new = Tape(self._f, args, self._backend)
        if (tape := _current(tapes, key)) is not None:  # another thread has recorded one meanwhile
            return tape
        if len(self.tapes) >= MAX_TAPES:
            self.clear()
        self.tapes.append(new)
        tapes.setdefault(key, []).insert(0, new)
        return new

    def __reduce__(self) -> Any:
        return importable_name(self) or (Compiled, (self._f, self._choice))

    def __repr__(self) -> str:
        name = getattr(self, "__name__", "function")
        return f"<compiled {name}: {len(self.tapes)} tapes, {self._backend.name}>"


def _current(tapes: dict[Any, list[Tape]], key: Any) -> Tape | None:
    for tape in tapes.get(key, ()):
        if tape.modules.is_current():
            return tape
    return None


@overload
def compile(f: Callable[P, Node], *, backend: Choice = "auto") -> Compiled[P, Any]: ...  # a node only for nodes
@overload
def compile(f: Callable[P, R], *, backend: Choice = "auto") -> Compiled[P, R]: ...
@overload
def compile(f: None = None, *, backend: Choice = "auto") -> Callable[[Callable[P, Any]], Compiled[P, Any]]: ...
@explained_arguments()
def compile(f: Any = None, *, backend: Choice = "auto") -> Any:
    """Record f at its first call and replay the tape at later calls; also a decorator of functions and methods.

    The results are the same numbers, without the cost of graph recording. Another tape is recorded for a new structure, shape
    or dtype of the arguments, for a new value of an argument that is neither float nor array, and for a branch that goes the
    other way. `record` lists the limits on f. Inside another derivative, and for arguments that require a gradient, f itself
    is run, so that no gradient is lost. A method has tapes for each instance; numbers among its attributes are constants, but
    those in the fields of a dataclass are followed.

    Arrays from outside that meet an op are read at every call, and modules have the parts, flags and buffers of the call.
    Frozen are Python numbers, names that are bound anew, and results of plain NumPy on arrays from outside, as `w * 2`.

    Args:
        backend: "python" (no dependency; default for floats), "numpy" (default for arrays), "native" (machine code for floats,
            by llvmlite, old name "numba": `pip install 'glassgrad[jit]'`), "jax" (XLA, on CPU, GPU and TPU:
            `pip install 'glassgrad[jax]'`), "auto", or an instance of `autograd.tape.backends.Backend`.
            "auto" replays 2,000 times in Python, and then in machine code, with the same bits, a tape of at least 200
            instructions, if llvmlite is installed and can compile it

    Raises:
        ValueError: If no back end has that name
        ImportError: If its package is not installed; names the command

    >>> from autograd import value_and_grad
    >>> compile(value_and_grad(lambda x: x**3))(2.0)
    (8.0, 12.0)
    """
    if isinstance(f, classmethod | staticmethod):
        return type(f)(compile(f.__func__, backend=backend))
    if f is None:
        return functools.partial(compile, backend=backend)
    check_plain_function("compile", f)
    return Compiled(f, backend)
