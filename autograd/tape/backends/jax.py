"""The back end JAX: the program as a pure function of arrays, which XLA compiles for what it finds, CPU, GPU or TPU.

Each step is the forward rule of its op, read in the names of `jax.numpy`. A derivative is in the program already, as steps
like any other, so that JAX is never asked for one. Products of float32 have its digits on every device: JAX's own default, of
fewer on GPU and TPU, is one setting of `jax_default_matmul_precision` away.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.engine.node import Node
from autograd.ops.rules.shape import astype
from autograd.tape.backends.jax_namespace import jax, namespace
from autograd.tape.backends.protocol import Backend, GuardFailedError, Replay, called, evaluated, flat, leaf_data, only_floats
from autograd.tape.program import Captured, Constant, Instruction, Leaf, Program

_FLOAT = np.dtype(float)


class JaxBackend(Backend):
    """A function that `jax.jit` compiles."""

    name = "jax"

    def compile(self, program: Program) -> Replay:
        """The program under `jax.jit`: what it captures is passed anew at every replay, and guards are checked after it.

        Raises:
            ImportError: if JAX is not installed; names the command
            TypeError: if the program has float64 and JAX's 64-bit numbers are off; if it has an op that JAX cannot run
        """
        captured = captured_by(program)
        run = jax().jit(pure(program, [leaf.node for leaf in captured], guarded=True))
        truths, floats, refuse = [truth for _, truth in program.guards], only_floats(program), checks(program)

        def replay(leaves: Sequence[Any]) -> Sequence[Any]:
            numbers = flat(leaves) if floats else leaves
            refuse(numbers)
            outputs, decisions = run([leaf.node._data for leaf in captured], *numbers)
            for i, (decision, truth) in enumerate(zip(decisions, truths, strict=True)):
                if bool(decision) is not truth:
                    raise GuardFailedError(i)
            return [np.array(y) for y in outputs]

        return replay


backend = JaxBackend()


def pure(program: Program, parameters: Sequence[Node], *, guarded: bool = False) -> Callable[..., Any]:
    """The program as a function of JAX: run(data of `parameters`, *inputs) gives its outputs, a list.

    A leaf that it captures and that is not among `parameters` is read when the function is traced. If `guarded`, the result is
    (outputs, what the guards look at).
    """
    _refuse_double(program)
    place = {id(node): i for i, node in enumerate(parameters)}
    numpy = jax().numpy

    def run(data: Sequence[Any], *inputs: Any) -> Any:
        known: dict[Instruction, Any] = {}
        for given, x in zip(program.inputs, inputs, strict=True):
            known[given] = numpy.asarray(x, _type_of(given))
        for leaf in program.leaves():
            if isinstance(leaf, Captured) and id(leaf.node) in place:
                known[leaf] = numpy.asarray(data[place[id(leaf.node)]], _type_of(leaf))
            elif leaf not in known:
                known[leaf] = _given(leaf)
        with jax().default_matmul_precision(jax().config.jax_default_matmul_precision or "highest"):
            for step in program.instructions:
                known[step] = _read(step, [known[x] for x in step.inputs])
        outputs = [numpy.asarray(known[step], _type_of(step)) for step in program.outputs]
        return (outputs, [known[step] for step, _ in program.guards]) if guarded else outputs

    return run


def captured_by(program: Program) -> list[Captured]:
    """The leaves from outside that a program reads."""
    return [leaf for leaf in program.leaves() if isinstance(leaf, Captured)]


def checks(program: Program) -> Callable[[Sequence[Any]], None]:
    """What does in NumPy the steps that need whole numbers alone: there a rule can look at labels, and refuse them."""
    whole: set[Instruction] = {x for x in program.inputs if x.kind is not None and x.kind[1].kind in "iu"}
    steps = []
    for step in program.instructions:
        if any(x in whole for x in step.inputs) and all(x in whole or isinstance(x, Constant) for x in step.inputs):
            whole.add(step)
            steps.append(step)
    if not steps:
        return lambda inputs: None
    part = Program(program.inputs, steps, [], [])

    def check(inputs: Sequence[Any]) -> None:
        evaluated(part, [np.asarray(x) if given in whole else x for given, x in zip(program.inputs, inputs, strict=True)])

    return check


def _read(step: Instruction, inputs: list[Any]) -> Any:
    """The result of a step, in the type that NumPy gives it."""
    dtype = _type_of(step)
    if step.op.kind == "elementwise" and dtype.kind == "f":
        # NumPy takes whole numbers beside float32 for float64; JAX would round them to float32.
        inputs = [x.astype(dtype) if getattr(x, "dtype", _FLOAT).kind in "iu" else x for x in inputs]
    try:
        y = step.op.forward(namespace(), *inputs, **step.params)
    except (TypeError, AttributeError, NotImplementedError) as error:
        raise TypeError(
            f"JAX cannot run the op {step.op.name}, whose rule looks at its numbers or has no name in jax.numpy: use "
            f"backend='numpy' ({str(error).splitlines()[0]})"
        ) from None
    return namespace().asarray(y, dtype)


def _given(leaf: Leaf) -> Any:
    """A Python number as it is, since it has no say in types; anything else as an array."""
    data = leaf_data(leaf)
    return data if leaf.kind is None and isinstance(leaf, Constant) else namespace().asarray(data, _type_of(leaf))


def _type_of(step: Instruction) -> np.dtype[Any]:
    """The type of a step's result, as far as JAX has it."""
    return jax().dtypes.canonicalize_dtype(_FLOAT if step.kind is None else step.kind[1])


def _refuse_double(program: Program) -> None:
    if jax().config.jax_enable_x64:
        return
    asked_for = [step for step in program.instructions if step.op is astype]
    for step in (*captured_by(program), *program.leaves(), *program.outputs, *asked_for):
        shape, dtype = step.kind or ((), _FLOAT)
        if dtype == _FLOAT and (shape or not isinstance(step, Constant)):
            raise TypeError(
                f"{called(step)} is of float64, and JAX computes in float32 unless told "
                "otherwise: jax.config.update('jax_enable_x64', True) before the first array is made, or give arrays and "
                "parameters of float32"
            )
