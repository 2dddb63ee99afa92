"""Replay of a recorded graph: with complex numbers that carry a tangent, or with random rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograd.base.numerics import quiet
from autograd.checks.oracles.complex_step import INSTEAD, Complex, step_for
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.ops.namespaces import numpy as real_numpy
from autograd.support.lazy_numpy import np

#: Size of a random rounding in ulps. Numbers of samples, each with the factor by which the scatter of so few results may
#: understate the true error; a mismatch is confirmed with more samples.
ULPS = 2.0
USUAL_SAMPLES, MORE_SAMPLES = (2, 16.0), (10, 32.0)


class GraphReplayError(Exception):
    """Raised if a graph cannot be evaluated in a namespace."""


class GraphReplay:
    """The part of a graph from `variables` to `outputs`, which can be evaluated again."""

    def __init__(self, outputs: Iterable[Node], variables: Iterable[Node]) -> None:
        self.outputs = list(outputs)
        self.variables = list(variables)
        moving = set(self.variables)
        self.samples = USUAL_SAMPLES
        self.steps: list[tuple[Node, tuple[Any, ...]]] = []
        for node in reversed(list(newest_first(self.outputs))):
            inputs = node.inputs
            if node not in moving and node.requires_grad and any(isinstance(x, Node) and x in moving for x in inputs):
                moving.add(node)
                self.steps.append((node, inputs))

    def run(self, data: Mapping[Node, Any], xp: Any, perturb: Callable[[Node, Any], Any] | None = None) -> list[Any]:
        """The outputs for the `data` of the variables in the namespace `xp`; `perturb` maps every result."""
        known: dict[Node, Any] = {x: data[x] if perturb is None else perturb(x, data[x]) for x in self.variables}
        with quiet():
            for node, inputs in self.steps:
                op = node.op
                numbers = [known.get(x, x._data) if isinstance(x, Node) else x for x in inputs]
                numbers = [np.asarray(x) if isinstance(x, float | int) and x.__class__ is not bool else x for x in numbers]
                rule = op.forward if xp is real_numpy else INSTEAD.get(op.name, op.forward)  # type: ignore[union-attr]
                y = np.asarray(rule(xp, *numbers, **node.params))
                known[node] = y if perturb is None else perturb(node, y)
        return [known.get(y, y._data) for y in self.outputs]

    def tangents(self, tangents: list[Any], xp: Complex, perturb: Callable[[Node, Any], Any] | None = None) -> list[Any]:
        """J v by complex numbers, one array per output."""
        step, _ = self._step()
        pairs = zip(self.variables, tangents, strict=True)
        try:
            data = {x: np.asarray(x._data, float) + 1j * step * np.asarray(t) for x, t in pairs}
            found = [np.imag(y) / step for y in self.run(data, xp, perturb or _check_real_part)]
        except GraphReplayError:
            raise
        except Exception as error:  # rules are not written for complex numbers
            raise GraphReplayError(f"a rule cannot be evaluated with complex numbers: {error}") from error
        if not all(np.isfinite(s).all() for s in found):
            raise GraphReplayError("the tangent is not finite")
        return found

    def _step(self) -> tuple[float, float]:
        return step_for(np.concatenate([np.ravel(x._data) for x in self.variables]))

    def slopes(self, tangents: list[Any], xp: Complex, rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
        """(J v by complex numbers, its error bar), per output; raises like `tangents`."""
        found = self.tangents(tangents, xp)
        perturbed = [self.tangents(tangents, xp, random_rounding(rng, double=True)) for _ in range(self.samples[0])]
        step, truncation = self._step()
        lost = 1e-295 / step + truncation  # smaller may have underflowed
        return found, [lost + _scatter(s, [j[i] for j in perturbed], self.samples[1]) for i, s in enumerate(found)]

    def scatter(self, rng: np.random.Generator) -> list[Any]:
        """The rounding error of each output as recorded."""
        data = {x: x._data for x in self.variables}
        try:
            perturbed = [self.run(data, real_numpy, random_rounding(rng)) for _ in range(self.samples[0])]
        except Exception:  # for example if a matrix becomes singular
            return [np.full(np.shape(y._data), np.inf) for y in self.outputs]
        return [_scatter(y._data, [j[i] for j in perturbed], self.samples[1]) for i, y in enumerate(self.outputs)]


def random_rounding(rng: np.random.Generator, double: bool = False) -> Callable[[Node, Any], Any]:
    """A function that moves every number by a few random ulps of its dtype, or of double precision.

    The scatter of results under random rounding estimates the rounding error.

    Source:
        Vignes, Mathematics and Computers in Simulation 35(3), 1993; Parker, Pierce & Eggert, Comput. Sci. Eng. 2(4), 2000
    """

    def perturb(node: Node, x: Any) -> Any:
        x = np.asarray(x)
        if x.dtype.kind not in "fc":
            return x
        dtype = getattr(node._data, "dtype", np.dtype(float))
        ulp = 2.0**-52 if double or dtype.kind != "f" else float(np.finfo(dtype).eps)

        def moved(part: Any) -> Any:
            return part * (1.0 + ULPS * ulp * rng.uniform(-1.0, 1.0, x.shape))

        return moved(x.real) + 1j * moved(x.imag) if x.dtype.kind == "c" else moved(x.astype(float))

    return perturb


def _check_real_part(node: Node, y: Any) -> Any:
    """y, if its real part is the recorded value; else the rule computes another function of complex numbers."""
    want = np.asarray(node._data)
    ulp = math.sqrt(float(np.finfo(want.dtype if want.dtype.kind == "f" else float).eps))
    largest = float(np.max(np.abs(want), initial=0.0, where=np.isfinite(want)))
    close = np.isclose(np.real(y), want, rtol=ulp, atol=ulp * largest, equal_nan=True)
    if np.shape(y) != want.shape or not close.all():
        raise GraphReplayError(f"{getattr(node.op, 'name', 'an input')} has another value with complex numbers")
    return y


def _scatter(clean: Any, perturbed: list[Any], safety: float) -> Any:
    with np.errstate(invalid="ignore"):
        spread = np.maximum.reduce([np.abs(np.asarray(clean, float) - j) for j in perturbed])
    return safety * np.where(np.isnan(spread), np.inf, spread)
