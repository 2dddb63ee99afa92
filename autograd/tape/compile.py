"""`compile(f)`: f, recorded when it is first called, and replayed from then on."""

import functools
from collections.abc import Callable
from typing import Any, overload

from autograd.tape.backends.protocol import GuardFailedError
from autograd.tape.backends.registry import Choice, find_backend
from autograd.tape.recorder.arguments import DifferentiableError, flatten_arguments
from autograd.tape.tape import Tape
from autograd.transforms.grad_vjp_jvp import graph_requested

#: How many tapes a compiled function keeps before it starts anew.
MOST = 256


class Compiled:
    """A function that is recorded once for each structure of its arguments and each path through it, and then replayed.

    Attributes:
        tapes: every tape it has recorded and keeps, in that order
    """

    __module__ = "autograd"

    def __init__(self, f: Callable[..., Any], backend: Choice) -> None:
        functools.update_wrapper(self, f)
        self._f, self._backend = f, find_backend(backend)
        self.clear()

    def __call__(self, *args: Any) -> Any:
        """What f gives for these arguments."""
        try:
            key, leaves = flatten_arguments(args, self._backend.scalars)
        except DifferentiableError:
            return self._f(*args)
        if graph_requested():
            return self._f(*args)  # somebody wants to see how it is computed
        tape = self._first.get(key)
        if tape is None:
            tape = self._first[key] = self._recorded(args)
        while True:
            try:
                return tape.replayed(leaves)
            except GuardFailedError as other:
                turns = self._others[tape]
                if other.guard not in turns:
                    found = self._recorded(args)
                    self._others.setdefault(tape, {})[other.guard] = found
                tape = self._others[tape][other.guard]

    def clear(self) -> None:
        """Forget every tape."""
        self.tapes: list[Tape] = []
        self._first: dict[Any, Tape] = {}
        # For each tape, by the guard that fails: the tape that was recorded then. All decisions before it agree.
        self._others: dict[Tape, dict[int, Tape]] = {}

    def _recorded(self, args: tuple[Any, ...]) -> Tape:
        tape = Tape(self._f, args, self._backend)
        if len(self.tapes) >= MOST:
            self.clear()
        self.tapes.append(tape)
        self._others[tape] = {}
        return tape

    def __repr__(self) -> str:
        name = getattr(self, "__name__", "function")
        return f"<compiled {name}: {len(self.tapes)} tapes, {self._backend.name}>"


@overload
def compile(f: Callable[..., Any], *, backend: Choice = "auto") -> Compiled: ...
@overload
def compile(f: None = None, *, backend: Choice = "auto") -> Callable[[Callable[..., Any]], Compiled]: ...
def compile(f: Any = None, *, backend: Choice = "auto") -> Any:
    """f, recorded when it is first called and replayed from then on; also a decorator.

        the same numbers, without the cost of remembering how they are made

    A new structure, shape or type of the arguments, or another value of one that is no float and no array, records another
    tape; so does a branch that goes the other way. `record` says what f may do. Inside another derivative, and for
    arguments that require a gradient, f itself is run, so that no gradient is lost.

    `backend` is "python" (no dependency; the choice for floats), "numpy" (the choice for arrays), "numba" (floats, at machine
    speed: `pip install 'glassgrad[jit]'`), "jax" (XLA, on CPU, GPU and TPU: `pip install 'glassgrad[jax]'`), "auto", or a
    `Backend` of one's own, as `autograd.tape.backends` says.

    Raises:
        ValueError: if there is no back end of that name
        ImportError: if it is not installed; names the command

    >>> from autograd import value_and_grad
    >>> compile(value_and_grad(lambda x: x**3))(2.0)
    (8.0, 12.0)
    """
    return Compiled(f, backend) if f is not None else functools.partial(Compiled, backend=backend)
