"""Shared parts of the back ends: types, the error of a failed guard, and the reference that all of them must equal."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.ops.namespaces import evaluate_with_numpy, quiet
from autograd.ops.op import on_floats
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program

Replay = Callable[[Sequence[Any]], Sequence[Any]]

#: The same for many examples: (for each input array its numbers, (n, size), or (size,) if all share them, n) -> (n, outputs).
Batched = Callable[[Sequence[np.ndarray[Any, Any]], int], np.ndarray[Any, Any]]


class GuardFailedError(Exception):
    """A guard has failed: the numbers take another path through the function than the one that was recorded.

    Attributes:
        guard: its place among the guards of the program
    """

    __module__ = "autograd"

    def __init__(self, guard: int) -> None:
        super().__init__(
            f"decision {guard} of the recorded function comes out the other way here, and a tape holds one path: "
            "use compile(f), which records others when they are taken"
        )
        self.guard = guard


def check_guards(values: np.ndarray[Any, Any], truths: np.ndarray[Any, Any]) -> None:
    """Raise if a guard fails for an example; `values` (guards, examples) is what the guards look at."""
    failed = ((values != 0) != truths[:, None]).any(axis=1)
    if failed.any():
        raise GuardFailedError(int(failed.argmax()))


def flat(leaves: Sequence[Any]) -> list[float]:
    """The inputs of a program of floats, one after the other."""
    numbers: list[float] = []
    for x in leaves:
        if isinstance(x, np.ndarray):
            numbers += x.ravel().tolist()
        else:
            numbers.append(float(x))
    return numbers


def only_floats(program: Program) -> bool:
    """Whether there is no array in a program."""
    return all(step.kind is None for step in program.instructions) and all(x.kind is None for x in program.leaves())


def leaf_data(leaf: Leaf) -> Any:
    """The number or array of a leaf that the caller does not pass."""
    return leaf.node._data if isinstance(leaf, Captured) else leaf.data if isinstance(leaf, Constant) else None


class Backend:
    """Something that runs programs. Subclass it, and pass an instance as `backend=`; `compile` is all that is needed.

    Attributes:
        name: its name in reprs and messages
        scalars: whether it runs programs of floats alone, so that a function that is given arrays sees lists of Values
    """

    name = "backend"
    scalars = False

    def compile(self, program: Program) -> Replay:
        """A function that gives the outputs of a program for its inputs."""
        raise NotImplementedError

    def batch(self, program: Program) -> Batched:
        """The same for many examples: here, each step is a call of NumPy over all of them.

        Raises:
            TypeError: if the program has arrays
        """
        truths = np.array([truth for _, truth in program.guards], bool)
        if not only_floats(program):
            raise TypeError("map is for functions of Values, and this tape has arrays: write the function for a batch of them")

        def replay(batch_columns: Sequence[np.ndarray[Any, Any]], n: int) -> np.ndarray[Any, Any]:
            each = [x[..., i] for x in batch_columns for i in range(x.shape[-1])]
            known: dict[Instruction, Any] = dict(zip(program.inputs, each, strict=True))
            known |= {leaf: leaf_data(leaf) for leaf in program.leaves() if leaf not in known}
            with quiet():
                for step in program.instructions:
                    y = evaluate_with_numpy(step.op.forward, [known[x] for x in step.inputs], step.params)
                    known[step] = np.asarray(y, float)  # a truth value is a number here

            def all_of(steps: Iterable[Instruction]) -> np.ndarray[Any, Any]:
                return np.array([np.broadcast_to(np.asarray(known[x], float), (n,)) for x in steps]).reshape(-1, n)

            check_guards(all_of(step for step, _ in program.guards), truths)
            return all_of(program.outputs).T

        return replay

    def source(self, program: Program) -> str | None:
        """The Python that runs, if it runs any."""
        return None


def evaluated(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The outputs, by doing one step after the other as it is written: slow, and what every back end must equal."""
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
            known[step] = on_floats(step.op.forward, *data, **step.params) if step.kind is None else _array(step, data)
            check(step)
    return [value(x) for x in program.outputs]


def _array(step: Instruction, data: list[Any]) -> Any:
    return np.asarray(step.op.on_arrays(data, step.params))


def check_no_branches(program: Program, what: str) -> None:
    """Raise if the program holds for one path only, and name the first decision that it rests on; `what` has no branches."""
    for i, (step, truth) in enumerate(program.guards):
        raise TypeError(
            f"decision {i} of the recorded function, {step.op.name}({', '.join(map(called, step.inputs))}), came out {truth}, "
            f"and {what} has no branches on data: write where(condition, a, b), or use compile(f), which records each path"
        )


def called(step: Instruction) -> str:
    """What an error calls a step."""
    if isinstance(step, Input):
        return step.name
    if isinstance(step, Constant):
        return repr(step.data) if step.kind is None else f"a constant of shape {step.kind[0]}"
    return (step.node.label or "a parameter") if isinstance(step, Captured) else f"the result of {step.op.name}"
