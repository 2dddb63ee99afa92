"""`Tape`: one recorded path through a function, optimised, and replayed by a back end."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.base import tree
from autograd.base.grad_mode import ignore_anomaly, is_detecting_anomaly
from autograd.engine.anomaly import check_value_finite
from autograd.engine.graph import pause_garbage_collection
from autograd.support.lazy_numpy import np
from autograd.support.locks import new_lock
from autograd.support.text_table import folded
from autograd.tape.backends.protocol import Batched, Replay, evaluated, flat, only_floats
from autograd.tape.backends.registry import Choice, find_backend, resolve_auto
from autograd.tape.passes import optimise
from autograd.tape.picture import graph_of, listing
from autograd.tape.program import Program
from autograd.tape.recorder.arguments import Unflatten, argument_slots, batch_columns, call_arguments, flatten_arguments
from autograd.tape.recorder.modules import ModuleState
from autograd.tape.recorder.trace import check_eagerly, trace_function
from autograd.transforms.calls import check_plain_function

if TYPE_CHECKING:
    from autograd.drawing.drawing import Drawing
    from autograd.drawing.options import Rankdir
    from autograd.drawing.themes import ThemeName
    from autograd.tape.export.onnx_rows import DynamicAxes


class Tape:
    """A recorded path through a function, called with arguments of the same shapes.

    Attributes:
        program: The optimised program
        recorded: Number of instructions before optimisation
        backend: Name of the back end: "python", "numpy", "native", "jax", or that of a custom one
        modules: State of the modules for which the program holds
        branches: Tapes of a compiled function to try when a guard fails, by the index of that guard
    """

    __module__ = "autograd"

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], backend: Choice) -> None:
        check_plain_function("record", f)
        found = find_backend(backend)
        self._signature, leaves = flatten_arguments(args, found.scalars)
        self._leaf_signature, _ = flatten_arguments(tree.leaves(args), found.scalars)
        self._scalars = found.scalars or not any(isinstance(x, np.ndarray) for x in leaves)
        self._name = getattr(f, "__name__", "f")
        self._slots = argument_slots(args, self._scalars)
        with pause_garbage_collection(), ignore_anomaly():  # `check_eagerly` knows which numbers are gradients
            program, unflatten, modules = trace_function(f, args, self._scalars)
            self._unflatten_result: Unflatten = unflatten
            self.recorded = len(program)
            self.program: Program = optimise(program)
        self.modules = ModuleState(modules, self.program)
        self._backend = resolve_auto(found, self.program)
        self._replay: Replay | None = None
        self._batched: Batched | None = None
        self._lock = new_lock()  # held while the program is compiled
        self._record_again: functools.partial[Tape] | None = None
        self.branches: dict[int, list[Tape]] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Replay the tape for these arguments.

        Raises:
            TypeError: If their structure, shapes or dtypes differ from those of the examples, or a module has changed
            GuardFailedError: If the numbers take another path through the function
        """
        args = call_arguments(args, kwargs)
        key, leaves = flatten_arguments(args, self._scalars)
        if key != self._signature:  # dicts may have another order
            refusal = f"the tape of {self._name} was recorded for other shapes or types: "
            pairs = tree.pairs(f"{refusal}arguments", self._slots, args)
            key, leaves = flatten_arguments([x for _, _, x in pairs], self._scalars)
            if key != self._leaf_signature:
                raise TypeError(f"{refusal}record it for these, or use compile")
        self._check_modules()
        if is_detecting_anomaly() and self._record_again is not None:
            check_eagerly(self._record_again.args[0], args, self._scalars)
        return self.replayed(leaves)

    def replayed(self, leaves: list[Any]) -> Any:
        """Replay the tape for flat arguments, without a check of their signature."""
        if self._replay is None:
            with self._lock:
                self._replay = self._replay or self._backend.compile(self.program)
        outputs = self._replay(leaves)
        if is_detecting_anomaly() and not all(np.all(np.isfinite(y)) for y in outputs):
            floats = only_floats(self.program)
            evaluated(self.program, flat(leaves) if floats else leaves, check_value_finite)
            raise FloatingPointError(f"{self!r} gave a number that is not finite, and direct evaluation does not")
        return self._unflatten_result(outputs)

    def map(self, *args: Any, axes: int | Sequence[int | None] | None = 0, **kwargs: Any) -> Any:
        """Outputs for many examples at once, each with a leading axis for the examples.

            map(x)[i] = tape(x[i])

        Args:
            axes: For all arguments, or one entry for each positional one: 0 if each row is an example, None if all examples
                share it; keyword arguments then have an example in each row

        Raises:
            TypeError: If the tape has arrays, or an example does not fit
            ValueError: If the numbers of examples differ
            GuardFailedError: If an example takes another path through the function

        >>> import numpy as np
        >>> record(lambda x, k: k * x * x, 1.0, 2.0).map(np.array([1.0, 2.0, 3.0]), 10.0, axes=(0, None))
        array([10., 40., 90.])
        """
        self._check_modules()
        if self._batched is None:
            with self._lock:
                self._batched = self._batched or self._backend.batch(self.program)
        axes = (*axes, 0) if kwargs and isinstance(axes, Sequence) else axes
        numbers, n = batch_columns(call_arguments(args, kwargs), axes, self._scalars, self._signature, self._slots)
        outputs = self._batched(numbers, n)
        if is_detecting_anomaly():
            for i in range(n):
                self(*_example(self._slots, [x[i] if x.ndim == 2 else x for x in numbers]))
        return self._unflatten_result(outputs, True)

    def to_jax(self, parameters: Sequence[Any] = ()) -> Callable[..., Any]:
        """The tape as a pure JAX function, with the arguments and the result of the recorded function.

        The function takes and returns JAX arrays, on CPU, GPU and TPU, for `jax.jit`, `jax.vmap` and so on. Labels and other
        integer inputs are checked at each call outside `jax.jit`; call its `check(*args)` before a jitted call. Products of
        float32 matrices have full precision on every device, unless `jax_default_matmul_precision` is lower.

        Args:
            parameters: Nodes from outside that the function reads; the list of their data becomes the first argument. Other
                nodes from outside are read at each call or trace; arrays from outside are constants

        Raises:
            TypeError: If the path depends on a decision on data; names the first. If float64 is needed and JAX has it off;
                names the setting. If JAX cannot run an op; names it. If the arguments do not fit
            ImportError: If JAX is not installed: pip install 'glassgrad[jax]'

        >>> import importlib.util, numpy as np
        >>> from autograd import grad, tanh
        >>> tape = record(grad(lambda x: tanh(x).sum()), np.zeros(2, np.float32))
        >>> tape.to_jax()(np.zeros(2, np.float32)).tolist() if importlib.util.find_spec("jax") else [1.0, 1.0]
        [1.0, 1.0]
        """
        from autograd.tape.export.jax import jax_function

        return jax_function(self.program, self._slots, self._unflatten_result, self._name, parameters)

    def _with_rows(self, rows: Mapping[str, int]) -> "Tape":
        """Record the function again, with other lengths of the first axes of the arrays of these names."""
        again = self._record_again
        if not isinstance(again, functools.partial):
            raise TypeError(f"{self!r} of a compiled function has no examples to record again: use record")
        names = iter([x.name for x in self.program.inputs])

        def resize(x: Any) -> Any:
            name = next(names) if isinstance(x, float | np.ndarray | np.generic) else ""
            return np.resize(x, (rows[name], *x.shape[1:])) if name in rows else x

        options = again.keywords.copy()
        backend = options.pop("backend")
        return Tape(again.args[0], tree.map(resize, call_arguments(again.args[1:], options)), backend)

    def to_onnx(self, path: str | os.PathLike[str], *, dynamic_axes: "DynamicAxes | None" = None) -> Path:
        """Write the tape to a `.onnx` file (opset 17, IR 8), run onnx's checker, and return the path.

        Inputs keep their names, and parameters from outside their labels; outputs are output.0, output.1 and so on, in the
        order of the result. Shapes are those of the examples. Runtimes support more ops in float32 than in float64.

            record(model, x).to_onnx("model.onnx", dynamic_axes={"x": {0: "batch"}})

        Args:
            dynamic_axes: Name of the number of rows for each input that may have any number of them, as for `torch.onnx`;
                the function is recorded again, with two other numbers of rows

        Without a meaning in ONNX: betainc, cholesky, cofactors, cumprod, digamma, eigenpairs, erfinv, gammainc, gammaincc,
        gammaln, inv, least_squares, logabsdet, ndtri, orthogonal_triangular, pinv, polygamma, signdet, singular_triplets,
        solve. And erfc is 1 − erf there, which is 0 for large x.

        Raises:
            TypeError: If the path depends on a decision on data, or has ops without a meaning in ONNX; names them
            ValueError: If the path does not end in .onnx; if an axis is to be free that is not the rows of an input, or the
                number of rows is part of the program; names the op
            ImportError: If onnx is not installed: pip install 'glassgrad[onnx]'
        """
        from autograd.tape.export.onnx import write_onnx

        return write_onnx(self, path, dynamic_axes)

    def _check_modules(self) -> None:
        if not self.modules.is_current():
            raise TypeError(
                f"a module that {self._name} calls has other flags, parts or buffers than when the tape was recorded: "
                "record it again, or use compile"
            )

    @property
    def backend(self) -> str:
        """Name of the back end."""
        return self._backend.name

    @property
    def source(self) -> str:
        """Generated Python source; for a back end without one, that of the back end "python"."""
        return self._backend.source(self.program) or find_backend("python").source(self.program) or ""

    def draw(
        self, *, max_nodes: int = 300, rankdir: "Rankdir | None" = None, format: str = ".4f", theme: "ThemeName" = "light",
        font: str = "Helvetica", font_size: float = 11, size: tuple[float, float] | None = None,
    ) -> "Drawing":  # fmt: skip
        """Draw the program in the style of `autograd.draw`: inputs, instructions, outputs."""
        from autograd.drawing.draw import draw_graph

        look: dict[str, Any] = {"rankdir": rankdir, "theme": theme, "font": font, "font_size": font_size, "size": size}
        return draw_graph(graph_of(self.program), max_nodes=max_nodes, format=format, **look)

    def __reduce__(self) -> Any:
        if self._record_again is None:
            raise TypeError(f"{self!r} of a compiled function cannot be copied or pickled: copy the compiled function")
        return self._record_again, ()

    def __len__(self) -> int:
        """Number of instructions."""
        return len(self.program)

    def __str__(self) -> str:
        return listing(self._name, self.program)

    def __repr__(self) -> str:
        return f"<tape of {self._name}: {len(self)} instructions, {len(self.program.guards)} guards, {self.backend}>"

    def _repr_html_(self) -> str:
        return folded(repr(self), f"<pre>{escape(str(self))}</pre>", opened=len(self) <= 50)


def _example(slots: Any, numbers: list[Any]) -> Any:
    """Arguments of a tape with these slots, from the numbers of each input."""
    rest = iter(numbers)

    def argument(slot: Any) -> Any:
        if slot.shape is None:
            return slot.fixed
        return next(rest).reshape(slot.shape) if slot.shape else float(next(rest)[0])

    return tree.map(argument, slots, init=False)


def record(f: Callable[..., Any], /, *examples: Any, backend: Choice = "auto", **named_examples: Any) -> Tape:
    """Record a tape of f for these examples: its path through f, derivatives included.

    f is run once, with the keywords that the tape then takes. Floats and arrays are inputs of the tape, also in containers;
    other arguments are part of the program. Values, Tensors and arrays from outside that meet an op are read at every replay;
    Python numbers and results of plain NumPy, such as `w * 2` of an array from outside, are constants. For the back ends
    "python" and "native", a function of Values also accepts arrays: it receives nested lists of Values. A pickle of the tape
    holds f and the examples, from which it is recorded again.

    f must not draw from a random generator that exists before the call. A generator that f creates without a seed is not
    detected.

    Args:
        backend: As for `compile`

    Raises:
        TypeError: If f reads the data of a number that changes from call to call, or writes to an array from outside or to a
            buffer of a module
        RuntimeError: If f draws random numbers
        ValueError: If no back end has that name

    >>> tape = record(lambda x: x * x + 1.0, 3.0)
    >>> tape(2.0), len(tape)
    (5.0, 1)
    """
    args = call_arguments(examples, named_examples)
    tape = Tape(f, args, backend)
    if is_detecting_anomaly():
        check_eagerly(f, args, tape._scalars)
    tape._record_again = functools.partial(record, f, *examples, backend=backend, **named_examples)
    return tape
