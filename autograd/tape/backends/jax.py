"""Back end "jax": the program as a pure function of arrays, which XLA compiles for CPU, GPU or TPU.

Each instruction is the forward rule of its op in the namespace of `jax.numpy`. Derivatives are part of the program, so JAX does
not differentiate. Products of float32 matrices have full precision on every device; JAX's default, lower on GPU and TPU, can be
set by `jax_default_matmul_precision`.
"""

import functools
import importlib
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.base.numerics import sinc_derivative
from autograd.engine.node import Node
from autograd.ops.namespaces import has_no_duplicates, widen
from autograd.ops.rules.indexing import getitem, put
from autograd.ops.rules.shape import astype
from autograd.support.optional import require
from autograd.tape.backends.jax_indices import are_in_range, integer_check, integer_instructions
from autograd.tape.backends.protocol import Backend, GuardFailedError, Replay, called, evaluated, flat, leaf_data, only_floats
from autograd.tape.program import Captured, Constant, Instruction, Leaf, Program

_FLOAT = np.dtype(float)
_SPECIAL = ("erf", "erfc", "erfinv", "gammaln", "digamma", "ndtri", "polygamma", "gammainc", "gammaincc", "betainc")


def jax() -> Any:
    """The package JAX."""
    return require("jax", "the back end 'jax'")


class _Jax:
    """Functions of JAX arrays, which have no numbers while they are traced."""

    abstract = True
    power = staticmethod(operator.pow)  # computes integer exponents by products, as NumPy does

    def __init__(self) -> None:
        self._numpy, self._special = jax().numpy, importlib.import_module("jax.scipy.special")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._special if name in _SPECIAL else self._numpy, name)
        setattr(self, name, found)
        return found

    def put(self, values: Any, index: Any, shape: tuple[int, ...]) -> Any:
        places = self._numpy.zeros(shape, values.dtype).at[index]
        return places.set(values) if has_no_duplicates(index) else places.add(values)

    def pick(self, x: Any, places: Any) -> Any:
        return self._numpy.take_along_axis(x, places[:, None], axis=1)  # can be sharded by rows

    def scan(self, loop: Any, carry: Any, rows: Any, shared: Any) -> Any:
        """Results of a `Loop`; NaN where a step reads an index that is out of range."""
        if not loop.length:  # XLA ends the process
            return carry, *[[self._numpy.zeros(*part) for part in group] for group in loop.layout[1:]]
        n, k = len(carry), len(carry) + loop.results
        program, dtypes = loop.body.program, [_dtype(y) for y in loop.body.program.outputs]

        def step(state: Any, x: Any) -> Any:
            before, sums = state
            known = _evaluate(program, _leaf_arrays(program, {}, (*before, *x, *shared)))
            outputs = [self._numpy.asarray(known[y], dtype) for y, dtype in zip(program.outputs, dtypes, strict=True)]
            for is_in_range in are_in_range(program, known, set(), self._numpy):
                outputs = [self._numpy.where(is_in_range, y, math.nan) for y in outputs]
            sums = [a + b for a, b in zip(sums, outputs[k:], strict=True)]
            return (outputs[:n], sums), (outputs[n:k], before if loop.saves else [])

        carry = [self._numpy.asarray(c, dtype) for c, dtype in zip(carry, dtypes, strict=False)]
        start = carry, [self._numpy.zeros(shape, dtype) for shape, dtype in loop.layout[2]]
        (final, sums), (results, saved) = jax().lax.scan(step, start, list(rows), loop.length, loop.reverse)
        return final, results, sums, saved

    def sinc_derivative(self, x: Any, n: int) -> Any:
        return sinc_derivative(x, n, xp=self._numpy)


@functools.cache
def namespace() -> Any:
    """Namespace `xp` of JAX."""
    return _Jax()


class JaxBackend(Backend):
    """Pure function that `jax.jit` compiles."""

    name = "jax"

    def compile(self, program: Program) -> Replay:
        """Compile the program with `jax.jit`, in pieces: captured data is passed at every replay; guards are checked after it.

        Raises:
            ImportError: If JAX is not installed; names the command
            TypeError: If the program has float64 and JAX's 64-bit numbers are off, or has an op that JAX cannot run
        """
        _check_dtypes(program)
        checked = integer_instructions(program)
        floats, check, fuses = only_floats(program), integer_check(program), _is_fused(program)
        parts, options = _pieces(program, _MAX_FUSED if fuses else _MAX_OPERANDS), None if fuses else _WITHOUT_FUSION
        pieces = [(part, jax().jit(_piece_function(part, checked), compiler_options=options)) for part in parts]
        others = program.leaves()[len(program.inputs) :]

        def replay(leaves: Sequence[Any]) -> Sequence[Any]:
            numbers = flat(leaves) if floats else leaves
            check(numbers)
            known: dict[Instruction, Any] = {leaf: leaf_data(leaf) for leaf in others}
            known |= zip(program.inputs, numbers, strict=True)
            for piece, run in pieces:
                outputs, are_in_range = run(*[known[x] for x in piece.inputs])
                if not all(are_in_range):
                    evaluated(program, numbers)  # raises the error
                known |= zip(piece.outputs, outputs, strict=True)
            for i, (step, truth) in enumerate(program.guards):
                if bool(known[step]) is not truth:
                    raise GuardFailedError(i)
            return [np.array(known[step], _dtype(step)) for step in program.outputs]

        return replay


backend = JaxBackend()

#: Largest numbers of operands in a piece, and in a program that is fused: XLA's compile time grows faster than the length.
_MAX_OPERANDS, _MAX_FUSED = 2000, 4000

#: Fusion copies a chain of instructions into each of its users, which takes n² steps.
_WITHOUT_FUSION = {"xla_disable_hlo_passes": "fusion"}


def _is_fused(program: Program) -> bool:
    """True for a short program with an eighth or more of its elementwise ops on arrays: fusion saves nothing for numbers."""
    elementwise = [step.kind for step in program.instructions if step.op.kind == "elementwise"]
    arrays = [kind for kind in elementwise if kind is not None and math.prod(kind[0]) > 1]
    return 8 * len(arrays) >= len(elementwise) and sum(len(step.inputs) for step in program.instructions) < _MAX_FUSED


def _pieces(program: Program, most: int) -> list[Program]:
    """Parts of a program, to be run one after the other; results that a later part needs are outputs, and its inputs."""
    ends = itertools.accumulate(len(step.inputs) for step in program.instructions)
    groups = itertools.groupby(zip(ends, program.instructions, strict=True), lambda pair: pair[0] // most)
    needed: dict[Instruction, None] = dict.fromkeys(program.roots())
    pieces = []
    for steps in reversed([[step for _, step in group] for _, group in groups]):
        outputs = [step for step in steps if step in needed]
        inputs = dict.fromkeys(x for step in steps for x in step.inputs if not isinstance(x, Constant))
        for step in steps:
            inputs.pop(step, None)
        needed |= inputs
        pieces.append(Program(list(inputs), steps, outputs, []))  # type: ignore[arg-type]  # also results of earlier parts
    return pieces[::-1]


def _piece_function(program: Program, checked: set[Instruction]) -> Callable[..., Any]:
    """Function of JAX arrays: inputs -> (outputs, conditions on indices that are not `checked`)."""

    def run(*inputs: Any) -> Any:
        known = _evaluate(program, _leaf_arrays(program, {}, inputs))
        return [known[step] for step in program.outputs], are_in_range(program, known, checked, jax().numpy)

    return run


def pure_function(program: Program, parameters: Sequence[Node]) -> Callable[..., Any]:
    """The program as a JAX function run(data of `parameters`, *inputs) -> outputs; a trace reads other captured leaves."""
    _check_dtypes(program)

    def run(data: Sequence[Any], *inputs: Any) -> Any:
        known = _leaf_arrays(program, {id(node): x for node, x in zip(parameters, data, strict=True)}, inputs)
        known = _evaluate(program, known)
        return [jax().numpy.asarray(known[step], _dtype(step)) for step in program.outputs]

    return run


def _evaluate(program: Program, known: dict[Instruction, Any]) -> dict[Instruction, Any]:
    """JAX arrays of all instructions, added to those of the leaves."""
    with jax().default_matmul_precision(jax().config.jax_default_matmul_precision or "highest"):
        for step in program.instructions:
            known[step] = _result(step, [known[x] for x in step.inputs])
    return known


def _leaf_arrays(program: Program, parameters: dict[int, Any], inputs: tuple[Any, ...]) -> dict[Instruction, Any]:
    """JAX array of each leaf; `parameters` holds the data of nodes by their id."""
    arrays: dict[Instruction, Any] = dict(zip(program.inputs, inputs, strict=True))
    arrays |= {leaf: parameters[id(leaf.node)] for leaf in captured_leaves(program) if id(leaf.node) in parameters}
    found: dict[Instruction, Any] = {leaf: jax().numpy.asarray(x, _dtype(leaf)) for leaf, x in arrays.items()}
    return found | {leaf: _leaf_array(leaf) for leaf in program.leaves() if leaf not in found}


def captured_leaves(program: Program) -> list[Captured]:
    """Leaves of nodes from outside that a program reads."""
    return [leaf for leaf in program.leaves() if isinstance(leaf, Captured)]


def _result(step: Instruction, inputs: list[Any]) -> Any:
    """Result of an instruction, in the dtype that NumPy gives it."""
    dtype = _dtype(step)
    if step.op in (getitem, put) and any(x.kind is not None and x.kind[1].kind == "b" for x in step.inputs[1:]):
        raise TypeError(
            f"JAX cannot run {step.op.name} with a mask that changes from call to call, since its count is a length of the "
            "result: use where(mask, x, fill), or backend='numpy'"
        )
    if step.op.kind == "elementwise" and dtype.kind == "f":
        # NumPy promotes integers and float32 to float64; JAX would round them to float32.
        inputs = [x.astype(dtype) if getattr(x, "dtype", _FLOAT).kind in "iu" else x for x in inputs]
    if dtype.kind == "f":  # XLA makes a choice of the product with a converted mask, so that NaN * False would be 0
        numbers = step.op.pullbacks_of(tuple(inputs))
        inputs = [
            namespace().where(x, 1.0, 0.0).astype(dtype) if pullback and getattr(x, "dtype", _FLOAT).kind == "b" else x
            for x, pullback in zip(inputs, numbers, strict=True)
        ]
    if not step.op.converts:
        inputs = list(map(widen, inputs))
    try:
        y = step.op.forward(namespace(), *inputs, **step.params)
    except (TypeError, AttributeError, NotImplementedError) as error:
        raise TypeError(
            f"JAX cannot run the op {step.op.name}, whose rule reads its numbers or needs a function that jax.numpy lacks: use "
            f"backend='numpy' ({str(error).splitlines()[0]})"
        ) from None
    return namespace().asarray(y, dtype)


def _leaf_array(leaf: Leaf) -> Any:
    """A Python number itself, which does not affect dtypes; else an array."""
    data = leaf_data(leaf)
    return data if leaf.kind is None and isinstance(leaf, Constant) else namespace().asarray(data, _dtype(leaf))


def _dtype(step: Instruction) -> np.dtype[Any]:
    """Dtype of an instruction's result, or the nearest one that JAX has."""
    return jax().dtypes.canonicalize_dtype(_FLOAT if step.kind is None else step.kind[1])


def _check_dtypes(program: Program) -> None:
    """Raise TypeError for a dtype that JAX lacks, or has off; floats beside arrays need float64 only if the arrays do."""
    for leaf in program.leaves():
        if leaf.kind is not None and not (leaf.kind[1].isnative and leaf.kind[1].itemsize <= 8):
            raise TypeError(f"{called(leaf)} is of {leaf.kind[1]}, which JAX lacks: pass arrays of float32 or float64")
    if jax().config.jax_enable_x64:
        return
    floats = only_floats(program)
    conversions = [step for step in program.instructions if step.op is astype]
    for step in (*captured_leaves(program), *program.leaves(), *program.outputs, *conversions):
        shape, dtype = step.kind or ((), _FLOAT)
        if dtype == _FLOAT and (shape or not isinstance(step, Constant)) and (floats or step.kind is not None):
            raise TypeError(
                f"{called(step)} is of float64, and JAX computes in float32 by default: call "
                "jax.config.update('jax_enable_x64', True) before the first array is made, or pass arrays and parameters "
                "of float32"
            )
