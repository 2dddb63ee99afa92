"""`Program`: a computation as a list of instructions, each an op on earlier ones: a Wengert list.

The list is in static single assignment form: an instruction computes one number or array, once. A pass may therefore replace
one instruction by another without further analysis.

Source:
    Wengert, Communications of the ACM 7(8), 1964
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from autograd.base.domain import Domain
from autograd.ops.op import Op, on_floats
from autograd.support.lazy_numpy import np

#: (shape, dtype) of an array; None for a float.
Kind = tuple[tuple[int, ...], np.dtype[Any]] | None


class Instruction:
    """An op, the earlier instructions that are its inputs, its parameters, and the kind of its result."""

    __slots__ = ("inputs", "kind", "op", "params")

    def __init__(self, op: Op, inputs: "tuple[Instruction, ...]", params: dict[str, Any], kind: Kind) -> None:
        self.op = op
        self.inputs = inputs
        self.params = params
        self.kind = kind

    def evaluate(self, data: list[Any]) -> Any:
        """Result for the data of the inputs: a float or an array."""
        if self.kind is None:
            return on_floats(self.op.forward, *data, **self.params)
        return np.asarray(self.op.on_arrays(data, self.params))


def _leaf(xp: Any) -> Any:
    """Placeholder: leaves are not computed."""
    raise NotImplementedError


#: The op of every leaf.
LEAF = Op(_leaf, (), "general", "", Domain(()), None)


class Leaf(Instruction):
    """An instruction without a computation: an input, a captured leaf or a constant."""

    __slots__ = ()

    def __init__(self, kind: Kind) -> None:
        super().__init__(LEAF, (), {}, kind)


class Input(Leaf):
    """A number or array that the caller passes at every replay; the listing shows its `name`."""

    __slots__ = ("name",)

    def __init__(self, name: str, kind: Kind) -> None:
        super().__init__(kind)
        self.name = name


class Captured(Leaf):
    """The data of a node from outside, such as a parameter, or of an array, read at every replay."""

    __slots__ = ("node",)

    def __init__(self, node: Any) -> None:
        super().__init__(kind_of(node._data))
        self.node = node


class Constant(Leaf):
    """A number or array that never changes. A Python number does not affect the dtype of a result."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        super().__init__(kind_of(data))
        self.data = data


def kind_of(data: Any) -> Kind:
    """The kind of a float or array."""
    return (data.shape, data.dtype) if isinstance(data, np.ndarray | np.generic) else None


@dataclass(frozen=True)
class Program:
    """Instructions in topological order, with inputs, outputs and guards.

    Attributes:
        inputs: The leaves that the caller passes, used or not
        instructions: All computed instructions
        outputs: The instructions, or leaves, whose values are returned
        guards: (Instruction, required truth value), in the order of the recorded decisions
    """

    inputs: list[Input]
    instructions: list[Instruction]
    outputs: list[Instruction]
    guards: list[tuple[Instruction, bool]]

    def roots(self) -> Iterator[Instruction]:
        """Outputs and instructions under guards."""
        yield from self.outputs
        for step, _ in self.guards:
            yield step

    def leaves(self) -> list[Leaf]:
        """Inputs, then all other used leaves in the order of first use."""
        used = dict.fromkeys(chain(self.inputs, self._operands(), self.roots()))
        return [x for x in used if isinstance(x, Leaf)]

    def uses(self) -> "Counter[Instruction]":
        """Number of uses of each instruction, by other instructions and as a root."""
        return Counter(chain(self._operands(), self.roots()))

    def _operands(self) -> Iterator[Instruction]:
        return chain.from_iterable([step.inputs for step in self.instructions])

    def with_instructions(self, steps: list[Instruction], new: dict[Instruction, Instruction]) -> "Program":
        """The program of other instructions, with its roots replaced by `new`."""
        guards = [(new.get(step, step), truth) for step, truth in self.guards]
        return Program(self.inputs, steps, [new.get(step, step) for step in self.outputs], guards)

    def __len__(self) -> int:
        return len(self.instructions)


def replace_instructions(steps: Iterable[Instruction], new: dict[Instruction, Instruction]) -> tuple[Instruction, ...]:
    """Replace each instruction that is a key of `new`."""
    return tuple([new.get(x, x) for x in steps])
