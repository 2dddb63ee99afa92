"""`Program`: a computation as a list of steps, each an op of the table on earlier steps: a Wengert list.

Every step gives one number or array, once, and nothing else refers to it by name: the list is in static single assignment
form, so that a pass may put one step in another's place without looking further.

Source:
    Wengert, Communications of the ACM 7(8), 1964
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.base.domain import Domain
from autograd.engine.node import Node
from autograd.ops.op import Op

#: (shape, dtype) of an array; None for a float.
Kind = tuple[tuple[int, ...], np.dtype[Any]] | None


class Instruction:
    """What `op` gives on `inputs`, steps that come before, and its `params`; `kind` tells floats from arrays."""

    __slots__ = ("inputs", "kind", "op", "params")

    def __init__(self, op: Op, inputs: "tuple[Instruction, ...]", params: dict[str, Any], kind: Kind) -> None:
        self.op = op
        self.inputs = inputs
        self.params = params
        self.kind = kind


def _leaf(xp: Any) -> Any:
    """What is given, not computed."""
    raise NotImplementedError


#: The op of every leaf.
LEAF = Op(_leaf, (), "general", "", Domain(()), None)


class Leaf(Instruction):
    """A step that is given, not computed: an input, a captured leaf or a constant."""

    __slots__ = ()

    def __init__(self, kind: Kind) -> None:
        super().__init__(LEAF, (), {}, kind)


class Input(Leaf):
    """A number or array that the caller passes at every replay; `name` is for the listing."""

    __slots__ = ("name",)

    def __init__(self, name: str, kind: Kind) -> None:
        super().__init__(kind)
        self.name = name


class Captured(Leaf):
    """The data of a node from outside, a parameter say, read anew at every replay."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        super().__init__(kind_of(node._data))
        self.node = node


class Constant(Leaf):
    """A number or array that never changes. A Python number beside an array has no say in the result's type."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        super().__init__(kind_of(data))
        self.data = data


def kind_of(data: Any) -> Kind:
    """The kind of a float or array."""
    return (data.shape, data.dtype) if isinstance(data, np.ndarray | np.generic) else None


@dataclass(frozen=True)
class Program:
    """Instructions in an order in which each comes after its inputs.

    Attributes:
        inputs: the leaves that the caller passes, used or not
        instructions: everything that is computed
        outputs: the steps, or leaves, whose values come out
        guards: (a step, the truth value it must have), in the order in which the decisions were taken
    """

    inputs: list[Input]
    instructions: list[Instruction]
    outputs: list[Instruction]
    guards: list[tuple[Instruction, bool]]

    def roots(self) -> Iterator[Instruction]:
        """What must be computed: the outputs, and what guards look at."""
        yield from self.outputs
        for step, _ in self.guards:
            yield step

    def leaves(self) -> list[Leaf]:
        """Every leaf that is used, in the order of first use, after the inputs."""
        found: dict[Leaf, None] = dict.fromkeys(self.inputs)
        for step in self.instructions:
            for x in step.inputs:
                if isinstance(x, Leaf):
                    found[x] = None
        found |= dict.fromkeys(x for x in self.roots() if isinstance(x, Leaf))
        return list(found)

    def uses(self) -> "Counter[Instruction]":
        """How often each step is used, by other steps and as a root."""
        return Counter([x for step in self.instructions for x in step.inputs] + list(self.roots()))

    def with_instructions(self, steps: list[Instruction], new: dict[Instruction, Instruction]) -> "Program":
        """The program of `instructions`, with its roots replaced as `new` says."""
        guards = [(new.get(step, step), truth) for step, truth in self.guards]
        return Program(self.inputs, steps, [new.get(step, step) for step in self.outputs], guards)

    def __len__(self) -> int:
        return len(self.instructions)


def replace_instructions(steps: Iterable[Instruction], new: dict[Instruction, Instruction]) -> tuple[Instruction, ...]:
    """`instructions`, each replaced as `new` says."""
    return tuple([new.get(x, x) for x in steps])
