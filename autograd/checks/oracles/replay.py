"""A recorded graph computed again: with complex numbers that carry a tangent, or with every rounding made anew at random."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from autograd.checks.oracles.complex_step import INSTEAD, Complex, step_for, truncated
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.ops.namespaces import numpy as real_numpy
from autograd.ops.namespaces import quiet

#: How many ulps of a result are made anew; how often; and by how much the scatter of so few results may fall short of the
#: true error. Before anything is called wrong, it is looked at more closely.
ULPS = 2.0
USUAL, CLOSER = (2, 16.0), (10, 32.0)


class GraphReplayError(Exception):
    """The graph cannot be read in this namespace; says why."""


class GraphReplay:
    """The part of a graph that leads from `variables` to `outputs`, to be computed again."""

    def __init__(self, outputs: Iterable[Node], variables: Iterable[Node]) -> None:
        self.outputs = list(outputs)
        self.variables = list(variables)
        moving = set(self.variables)
        self.looks = USUAL
        self.steps: list[tuple[Node, tuple[Any, ...]]] = []
        for node in reversed(list(newest_first(self.outputs))):
            inputs = node.inputs
            if node not in moving and node.requires_grad and any(isinstance(x, Node) and x in moving for x in inputs):
                moving.add(node)
                self.steps.append((node, inputs))

    def run(self, data: Mapping[Node, Any], xp: Any, jiggle: Callable[[Node, Any], Any] | None = None) -> list[Any]:
        """The outputs, from the `data` of the variables, in the namespace `xp`; `jiggle` sees and gives every result."""
        known: dict[Node, Any] = {x: data[x] if jiggle is None else jiggle(x, data[x]) for x in self.variables}
        with quiet():
            for node, inputs in self.steps:
                op = node.op
                numbers = [known.get(x, x._data) if isinstance(x, Node) else x for x in inputs]
                numbers = [np.asarray(x) if isinstance(x, float | int) and x.__class__ is not bool else x for x in numbers]
                rule = op.forward if xp is real_numpy else INSTEAD.get(op.name, op.forward)  # type: ignore[union-attr]
                y = np.asarray(rule(xp, *numbers, **node.params))
                known[node] = y if jiggle is None else jiggle(node, y)
        return [known.get(y, y._data) for y in self.outputs]

    def tangents(self, tangents: list[Any], xp: Complex, jiggle: Callable[[Node, Any], Any] | None = None) -> list[Any]:
        """J v by complex numbers, output by output.

        Raises:
            ReplayError: if a rule has no complex reading, or one whose real part is not what was recorded
        """
        step = step_for(np.concatenate([np.ravel(x._data) for x in self.variables]))
        pairs = zip(self.variables, tangents, strict=True)
        try:
            data = {x: np.asarray(x._data, float) + 1j * step * np.asarray(t) for x, t in pairs}
            found = [np.imag(y) / step for y in self.run(data, xp, jiggle or _compared)]
        except GraphReplayError:
            raise
        except Exception as error:  # what a rule raises of numbers it was not written for
            raise GraphReplayError(f"a rule cannot be read with complex numbers: {error}") from error
        if not all(np.isfinite(s).all() for s in found):
            raise GraphReplayError("the tangent is not finite")
        return found

    def slopes(self, tangents: list[Any], xp: Complex, rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
        """(J v by complex numbers, its error bar), output by output; raises as `tangents` does."""
        found = self.tangents(tangents, xp)
        jiggled = [self.tangents(tangents, xp, random_rounding(rng, double=True)) for _ in range(self.looks[0])]
        step = step_for(np.concatenate([np.ravel(x._data) for x in self.variables]))
        lost = 1e-295 / step + truncated(step)  # smaller may have underflowed
        return found, [lost + _scatter(s, [j[i] for j in jiggled], self.looks[1]) for i, s in enumerate(found)]

    def scatter(self, rng: np.random.Generator) -> list[Any]:
        """How far rounding may have moved each output as it was recorded."""
        data = {x: x._data for x in self.variables}
        try:
            jiggled = [self.run(data, real_numpy, random_rounding(rng)) for _ in range(self.looks[0])]
        except Exception:  # a singular matrix is no longer singular, and the like
            return [np.full(np.shape(y._data), np.inf) for y in self.outputs]
        return [_scatter(y._data, [j[i] for j in jiggled], self.looks[1]) for i, y in enumerate(self.outputs)]


def random_rounding(rng: np.random.Generator, double: bool = False) -> Callable[[Node, Any], Any]:
    """What moves every number by a few ulps of its type, or of double precision, at random.

    Rounding errors are estimated by how far results scatter when every operation is rounded at random.

    Source:
        Vignes, Mathematics and Computers in Simulation 35(3), 1993; Parker, Pierce & Eggert, Comput. Sci. Eng. 2(4), 2000
    """

    def jiggle(node: Node, x: Any) -> Any:
        x = np.asarray(x)
        if x.dtype.kind not in "fc":
            return x
        dtype = getattr(node._data, "dtype", np.dtype(float))
        ulp = 2.0**-52 if double or dtype.kind != "f" else float(np.finfo(dtype).eps)

        def moved(part: Any) -> Any:
            return part * (1.0 + ULPS * ulp * rng.uniform(-1.0, 1.0, x.shape))

        return moved(x.real) + 1j * moved(x.imag) if x.dtype.kind == "c" else moved(x.astype(float))

    return jiggle


def _compared(node: Node, y: Any) -> Any:
    """y, whose real part must be what was recorded: else the rule means something else in complex numbers."""
    want = np.asarray(node._data)
    ulp = math.sqrt(float(np.finfo(want.dtype if want.dtype.kind == "f" else float).eps))
    largest = float(np.max(np.abs(want), initial=0.0, where=np.isfinite(want)))
    close = np.isclose(np.real(y), want, rtol=ulp, atol=ulp * largest, equal_nan=True)
    if np.shape(y) != want.shape or not close.all():
        raise GraphReplayError(f"{getattr(node.op, 'name', 'an input')} has another value when read with complex numbers")
    return y


def _scatter(clean: Any, jiggled: list[Any], safety: float) -> Any:
    with np.errstate(invalid="ignore"):
        spread = np.maximum.reduce([np.abs(np.asarray(clean, float) - j) for j in jiggled])
    return safety * np.where(np.isnan(spread), np.inf, spread)
