"""`Tape`: one recorded path through a function, optimised, and ready to be replayed by a back end."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.tape.backends.protocol import Batched, Replay
from autograd.tape.backends.registry import Choice, find_backend, suit_backend
from autograd.tape.listing import listing
from autograd.tape.passes import optimise
from autograd.tape.picture import graph_of
from autograd.tape.program import Program
from autograd.tape.recorder.arguments import Unflatten, batch_columns, flatten_arguments, places
from autograd.tape.recorder.trace import trace_function

if TYPE_CHECKING:
    from autograd.drawing.drawing import Drawing


class Tape:
    """A recorded path through a function: call it as the function, with arguments of the same shapes.

    Attributes:
        program: the steps, after the optimiser
        recorded: how many steps there were before
        backend: the name of what runs them: "python", "numpy", "numba", "jax", or that of one's own
    """

    __module__ = "autograd"

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], backend: Choice) -> None:
        found = find_backend(backend)
        self._signature, leaves = flatten_arguments(args, found.scalars)
        self._scalars = found.scalars or not any(isinstance(x, np.ndarray) for x in leaves)
        self._name = getattr(f, "__name__", "f")
        self._places = places(args, self._scalars)
        with _uncollected():
            program, unflatten = trace_function(f, args, self._scalars)
            self._unflatten_result: Unflatten = unflatten
            self.recorded = len(program)
            self.program: Program = optimise(program)
        self._backend = suit_backend(found, self.program)
        self._replay: Replay | None = None
        self._batched: Batched | None = None

    def __call__(self, *args: Any) -> Any:
        """What the function gives for these arguments.

        Raises:
            TypeError: if they do not have the structure, shapes and types of the examples
            GuardFailedError: if the numbers take another path through the function
        """
        key, leaves = flatten_arguments(args, self._scalars)
        if key != self._signature:
            raise TypeError(
                f"the tape of {self._name} was recorded for other shapes or types: record it for these, or use compile"
            )
        return self.replayed(leaves)

    def replayed(self, leaves: list[Any]) -> Any:
        """The same for the floats and arrays of arguments that are known to fit."""
        if self._replay is None:
            self._replay = self._backend.compile(self.program)
        return self._unflatten_result(self._replay(leaves))

    def map(self, *args: Any, axes: int | Sequence[int | None] | None = 0) -> Any:
        """What the function gives for many examples at once: each output with an axis in front, of their number.

            map(x)[i] = tape(x[i])

        `axes` has one entry an argument, or is one for all: 0 if it holds an example a row, None if all share it.

        Raises:
            TypeError: if the tape has arrays, or an example does not fit
            ValueError: if the numbers of examples differ
            GuardFailedError: if an example takes another path through the function

        >>> import numpy as np
        >>> record(lambda x, k: k * x * x, 1.0, 2.0).map(np.array([1.0, 2.0, 3.0]), 10.0, axes=(0, None))
        array([10., 40., 90.])
        """
        if self._batched is None:
            self._batched = self._backend.batch(self.program)
        numbers, n = batch_columns(args, axes, self._scalars, self._signature)
        return self._unflatten_result(self._batched(numbers, n), True)

    def to_jax(self, parameters: Sequence[Any] = ()) -> Callable[..., Any]:
        """The tape as a pure function of JAX, with the arguments and the result of the recorded function, gradients included.

        For `jax.jit`, `jax.vmap` and the rest of JAX, on CPU, GPU and TPU; it takes and gives arrays of JAX. With `parameters`,
        nodes from outside that the function reads, it has one argument more, the first: the list of their data. Other nodes
        from outside are read when it is called, or traced. Labels, and what else is looked at before it is used, are looked at
        where the function is called outside of `jax.jit`; before a call of the jitted one, its `check(*args)` does it. Matrices
        of float32 are multiplied with all digits, also on GPU and TPU, unless `jax_default_matmul_precision` asks for fewer.

        Raises:
            TypeError: if the recorded path rests on a decision on data; names the first. If float64 is asked for and JAX has it
                off; names the setting. If JAX cannot run an op; names it. If the arguments do not fit
            ImportError: if JAX is not installed: pip install 'glassgrad[jax]'

        >>> import importlib.util, numpy as np
        >>> from autograd import grad, tanh
        >>> tape = record(grad(lambda x: tanh(x).sum()), np.zeros(2, np.float32))
        >>> tape.to_jax()(np.zeros(2, np.float32)).tolist() if importlib.util.find_spec("jax") else [1.0, 1.0]
        [1.0, 1.0]
        """
        from autograd.tape.export.jax import function

        return function(self.program, self._places, self._unflatten_result, self._name, parameters)

    def to_onnx(self, path: str | os.PathLike[str]) -> Path:
        """Write the tape, gradients included, to a `.onnx` file (opset 17, IR 8), checked by onnx's checker; gives its path.

        Inputs keep their names and parameters from outside their labels; outputs are output.0, output.1 and so on, in the order
        in which the result holds them. Shapes are those of the examples. Runtimes compute more ops in float32 than in float64.

        Without a meaning in ONNX: cholesky, cofactors, cumprod, digamma, gammaln, inv, logabsdet, polygamma, signdet,
        solve. And erfc is 1 − erf there, which far out is 0.

        Raises:
            TypeError: if the recorded path rests on a decision on data, or has ops without a meaning in ONNX; names them
            ValueError: if the path does not end in .onnx
            ImportError: if onnx is not installed: pip install 'glassgrad[onnx]'
        """
        from autograd.tape.export.onnx import written

        return written(self.program, self._name, path)

    @property
    def backend(self) -> str:
        """The name of what runs the program."""
        return self._backend.name

    @property
    def source(self) -> str:
        """The Python that runs: of the back end, or for one that runs none of "python", which does the same."""
        return self._backend.source(self.program) or find_backend("python").source(self.program) or ""

    def draw(
        self, *, max_nodes: int = 300, rankdir: str = "LR", format: str = ".4f", theme: str = "light", font: str = "Helvetica",
        size: tuple[float, float] | None = None,
    ) -> "Drawing":  # fmt: skip
        """The program as a picture, in the signs of `autograd.draw`: inputs, instructions, outputs."""
        from autograd.drawing.draw import draw_graph

        look = {"rankdir": rankdir, "theme": theme, "font": font, "size": size}
        return draw_graph(graph_of(self.program), max_nodes=max_nodes, format=format, **look)

    def __len__(self) -> int:
        """The number of instructions."""
        return len(self.program)

    def __str__(self) -> str:
        return listing(self._name, self.program)

    def __repr__(self) -> str:
        return f"<tape of {self._name}: {len(self)} instructions, {len(self.program.guards)} guards, {self.backend}>"


@contextmanager
def _uncollected() -> Iterator[None]:
    """A block in which the garbage collector does not look, again and again, through a graph that only grows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def record(f: Callable[..., Any], *examples: Any, backend: Choice = "auto") -> Tape:
    """The tape of what f does for these examples: the path that it takes, and the derivatives that it asks for.

    f is run once. Floats and arrays are inputs of the tape, in containers too; other arguments are part of the program.
    Parameters that f takes from elsewhere, Values and Tensors, are read anew at every replay; plain numbers and arrays from
    elsewhere stay as they are. A function of Values may be given arrays, for the back ends "python" and "numba": it sees
    nested lists of Values. `backend` is as for `compile`.

    A draw from any generator that lives before the call is noticed, and refused; one that f makes for itself, without a seed,
    is not.

    Raises:
        TypeError: if f reads the data of a number that changes from call to call
        RuntimeError: if f draws random numbers
        ValueError: if there is no back end of that name

    >>> tape = record(lambda x: x * x + 1.0, 3.0)
    >>> tape(2.0), len(tape)
    (5.0, 1)
    """
    return Tape(f, examples, backend)
