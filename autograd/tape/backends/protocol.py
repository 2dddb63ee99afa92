"""Interface of back ends: types, base class, `GuardFailedError`, and the reference evaluation."""

import itertools
import linecache
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from autograd.base.numerics import quiet
from autograd.ops.namespaces import evaluate_with_numpy
from autograd.ops.op import Op
from autograd.support.lazy_numpy import np
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program

Replay = Callable[[Sequence[Any]], Sequence[Any]]

#: Replay of many examples: (for each input (n, size), or (size,) if all examples share it; n) -> (n, outputs).
Batched = Callable[[Sequence[np.ndarray[Any, Any]], int], np.ndarray[Any, Any]]


#: Number of examples of one NumPy call in `map`: an array of them, 32 KB, fits into the first cache of the processor.
BLOCK = 4096


class GuardFailedError(Exception):
    """A guard failed: the numbers take another path through the function than the recorded one.

    Attributes:
        guard: Index of the guard in the program
    """

    __module__ = "autograd"

    def __init__(self, guard: int) -> None:
        super().__init__(
            f"decision {guard} of the recorded function comes out the other way here, and a tape holds one path: "
            "use compile(f), which records each path when it is taken"
        )
        self.guard = guard


def check_guards(values: np.ndarray[Any, Any], truths: np.ndarray[Any, Any]) -> None:
    """Raise GuardFailedError if a guard fails for an example; `values` has shape (guards, examples)."""
    failed = ((values != 0) != truths[:, None]).any(axis=1)
    if failed.any():
        raise GuardFailedError(int(failed.argmax()))


def flat(leaves: Sequence[Any]) -> list[float]:
    """Inputs of a program of floats as one flat list."""
    numbers: list[float] = []
    for x in leaves:
        if isinstance(x, np.ndarray):
            numbers += x.ravel().tolist()
        else:
            numbers.append(float(x))
    return numbers


def only_floats(program: Program) -> bool:
    """True if a program has no arrays."""
    return all(step.kind is None for step in program.instructions) and all(x.kind is None for x in program.leaves())


def leaf_data(leaf: Leaf) -> Any:
    """Number or array of a leaf that is not an input."""
    return leaf.node._data if isinstance(leaf, Captured) else leaf.data if isinstance(leaf, Constant) else None


class Backend:
    """Base class of back ends: override `compile`, and pass an instance as `backend=`.

    Attributes:
        name: Name in reprs and messages
        scalars: True if it runs programs of floats only; a recorded function then gets lists of Values for arrays
    """

    name = "backend"
    scalars = False

    def compile(self, program: Program) -> Replay:
        """Compile a program to a function from its inputs to its outputs."""
        raise NotImplementedError

    def batch(self, program: Program) -> Batched:
        """Compile a program for many examples; the default is a NumPy call for each instruction and block of examples.

        Raises:
            TypeError: If the program has arrays
        """
        if not only_floats(program):
            raise TypeError("map is for functions of Values, and this tape has arrays: write the function for a batch of them")
        truths = np.array([truth for _, truth in program.guards], bool)
        run = _block_function(program)

        def replay(columns: Sequence[np.ndarray[Any, Any]], n: int) -> np.ndarray[Any, Any]:
            shared = {leaf: leaf_data(leaf) for leaf in program.leaves() if not isinstance(leaf, Input)}
            numbers = [(x[..., i], x.ndim == 2) for x in columns for i in range(x.shape[-1])]
            result = np.empty((len(program.outputs), n))
            for first in range(0, n, BLOCK):
                last = min(first + BLOCK, n)
                inputs = [np.ascontiguousarray(x[first:last]) if is_mapped else x for x, is_mapped in numbers]
                known = run(shared | dict(zip(program.inputs, inputs, strict=True)))
                values = [np.broadcast_to(known[x], last - first) for x, _ in program.guards]
                check_guards(np.array(values).reshape(-1, last - first), truths)
                for row, x in zip(result, program.outputs, strict=True):
                    row[first:last] = known[x]
            return result.T

        return replay

    def source(self, program: Program) -> str | None:
        """Generated Python source, or None."""
        return None


def _block_function(program: Program) -> Callable[[dict[Instruction, Any]], dict[Instruction, Any]]:
    """Function that adds the results of a program of floats for a block of examples; forgets each after its last use."""
    roots, last_use = set(program.roots()), {x: step for step in program.instructions for x in step.inputs}
    plan = [(step, [x for x in set(step.inputs) - roots if last_use[x] is step]) for step in program.instructions]

    def run(known: dict[Instruction, Any]) -> dict[Instruction, Any]:
        with quiet():
            for step, unused in plan:
                y = evaluate_with_numpy(step.op.forward, [known[x] for x in step.inputs], step.params)
                known[step] = np.asarray(y, float)  # truth values are numbers in programs of floats
                for x in unused:
                    del known[x]
        return known

    return run


_numbers = itertools.count(1)


def load_replay(text: str, names: dict[str, Any]) -> Callable[..., Any]:
    """Define the function `replay` of a generated source text, which tracebacks show; `names` are its globals."""
    file = f"<autograd: tape {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)  # a generated text without user input
    replay: Callable[..., Any] = names.pop("replay")
    weakref.finalize(replay.__code__, linecache.cache.pop, file, None).atexit = False  # tracebacks keep the code
    return replay


def evaluated(
    program: Program, inputs: Sequence[Any], check_result: Callable[[Op, Any, list[Any]], None] | None = None
) -> list[Any]:
    """Outputs by direct evaluation, instruction by instruction: the slow reference that every back end must equal."""
    known: dict[Instruction, Any] = dict(zip(program.inputs, inputs, strict=True))
    guards = {step: (i, truth) for i, (step, truth) in enumerate(program.guards)}

    def value(x: Instruction) -> Any:
        if isinstance(x, Leaf) and x not in known:
            known[x] = leaf_data(x)
        return known[x]

    def check(x: Instruction) -> None:
        if x in guards and bool(value(x)) is not guards[x][1]:
            raise GuardFailedError(guards[x][0])

    for leaf in program.leaves():
        check(leaf)
    with quiet():
        for step in program.instructions:
            data = [value(x) for x in step.inputs]
            known[step] = step.evaluate(data)
            if check_result is not None:
                check_result(step.op, known[step], data)
            check(step)
    return [value(x) for x in program.outputs]


def check_no_branches(program: Program, what: str) -> None:
    """Raise TypeError if the program depends on decisions on data; names the first one, and the export `what`."""
    for i, (step, truth) in enumerate(program.guards):
        raise TypeError(
            f"decision {i} of the recorded function, {step.op.name}({', '.join(map(called, step.inputs))}), came out {truth}, "
            f"and {what} has no branches on data: write where(condition, a, b), or use compile(f), which records each path"
        )


def called(step: Instruction) -> str:
    """Description of an instruction for error messages."""
    if isinstance(step, Input):
        return step.name
    if isinstance(step, Constant):
        return repr(step.data) if step.kind is None else f"a constant of shape {step.kind[0]}"
    return (step.node.label or "a parameter") if isinstance(step, Captured) else f"the result of {step.op.name}"
