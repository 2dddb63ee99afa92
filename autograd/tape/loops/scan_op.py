"""`ScanOp`: the op of a loop. Its pullback is a loop in the other direction.

    cₜ₊₁, yₜ, zₜ = step(cₜ, xₜ, k)        results: c at the end, all yₜ, Σ zₜ, all cₜ

    c̄ₜ, x̄ₜ, k̄ₜ = pullback of step(c̄ₜ₊₁, ȳₜ, z̄)     carry c̄, results x̄ₜ, sum Σ k̄ₜ

Source:
    Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 3.2, for the order of the sweep
"""

import itertools
import math
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from autograd.engine.batching import batch_graph, check_no_hooks
from autograd.engine.gradients import gradients, zeros_like
from autograd.engine.graph import reachable_nodes
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor, lift_value
from autograd.engine.value import Value
from autograd.ops.op import Op, Rule
from autograd.ops.rules.axes import shape_of
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.joining import concatenate
from autograd.ops.rules.shape import astype, broadcast_to, lower, moveaxis, reshape
from autograd.support.lazy_numpy import np
from autograd.tape.backends.llvm_scan import StepCounts
from autograd.tape.backends.native import NativeLoop
from autograd.tape.backends.protocol import Replay, only_floats
from autograd.tape.backends.tiers import compile_if_possible
from autograd.tape.loops.body import Body, number_of, variable

#: Results of a loop, or lists with one entry for each: the carry at the end, results of all steps, sums over the steps, and
#: the carries before each step.
Groups = tuple[list[Any], list[Any], list[Any], list[Any]]

#: Number of steps after which a loop of numbers runs in machine code: LLVM takes about as long as Python for them.
MANY_STEPS = 5_000


class Loop:
    """Loop of `length` steps. Its op refers to it, not the other way round: a cycle would keep graphs in memory.

    Attributes:
        body: One step, from (carry, rows, shared inputs) to (carry, results, terms of sums)
        counts: Number of the carries and of the arrays of rows
        results: Number of the results of a step
        saves: True if the carries before each step are results, as a pullback needs
        steps: Number of steps computed so far
    """

    def __init__(self, body: Body, counts: tuple[int, int], results: int, length: int, reverse: bool, saves: bool) -> None:
        self.body, self.counts, self.results = body, counts, results
        self.length, self.reverse, self.saves = length, reverse, saves
        self.steps = 0

    def run(self, xp: Any, inputs: Sequence[Any]) -> Any:
        """Flat results in a namespace."""
        n, m = self.counts
        carry, rows, shared = inputs[:n], inputs[n : n + m], inputs[n + m :]
        run = getattr(xp, "scan", None)
        groups = run(self, carry, rows, shared) if run else self._loop(xp, list(carry), rows, shared)
        parts = [xp.reshape(xp.asarray(x), (-1,)) for group in groups for x in group]
        return xp.concatenate(parts) if parts else xp.asarray(np.zeros(0))

    def _loop(self, xp: Any, carry: list[Any], rows: Sequence[Any], shared: Sequence[Any]) -> Groups:
        if any(np.iscomplexobj(x) for x in (*carry, *rows, *shared)):  # complex steps
            return self._run_steps(partial(self.body.evaluate, xp), carry, rows, shared)
        variables = iter(self.body.inputs)
        carry = [number_of(v, x) for x, v in zip(carry, variables, strict=False)]
        row_variables = list(itertools.islice(variables, len(rows)))
        fixed = [number_of(v, x) for x, v in zip(shared, variables, strict=True)]
        self.steps += self.length
        if self.steps >= MANY_STEPS and self._machine_code is not None:
            final, found, sums = self._machine_code.run(carry, rows, fixed, self.length, self.reverse)
            return final, list(found[: self.results]), list(sums), list(found[self.results :])
        columns = [np.asarray(x).tolist() if isinstance(v, Value) else x for x, v in zip(rows, row_variables, strict=True)]
        return self._run_steps(self.body.replay, carry, columns, fixed)

    def _run_steps(self, replay: Replay, carry: list[Any], columns: Sequence[Any], fixed: Sequence[Any]) -> Groups:
        """Results of a loop in Python."""
        n, k = self.counts[0], self.counts[0] + self.results
        results: list[list[Any]] = [[None] * self.length for _ in range(self.results)]
        saved: list[list[Any]] = [[None] * self.length for _ in range(n * self.saves)]
        sums = [np.zeros(shape, dtype) for shape, dtype in self.layout[2]]
        for t in reversed(range(self.length)) if self.reverse else range(self.length):
            for column, c in zip(saved, carry, strict=False):
                column[t] = c
            outputs = replay([*carry, *[x[t] for x in columns], *fixed])
            carry = list(outputs[:n])
            for column, y in zip(results, outputs[n:k], strict=True):
                column[t] = y
            for i, z in enumerate(outputs[k:]):
                sums[i] = sums[i] + z
        return carry, list(map(_stacked, results, self.layout[1])), sums, list(map(_stacked, saved, self.layout[3]))

    @cached_property
    def _machine_code(self) -> NativeLoop | None:
        """The loop in machine code, or None if it has arrays or LLVM is missing."""
        sums = len(self.layout[2])
        counts = StepCounts(*self.counts, self.results, sums, self.counts[0] * self.saves)
        return compile_if_possible(lambda: NativeLoop(self.body.program, counts)) if only_floats(self.body.program) else None

    @cached_property
    def layout(self) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        """(shape, dtype) of each result."""
        n, k = self.counts[0], self.counts[0] + self.results
        parts = [(np.shape(y._data), np.asarray(y._data).dtype) for y in self.body.outputs]

        def of_all_steps(group: list[Any]) -> list[Any]:
            return [((self.length, *shape), dtype) for shape, dtype in group]

        return parts[:n], of_all_steps(parts[n:k]), parts[k:], of_all_steps(parts[:n] if self.saves else [])


class ScanOp(Op):
    """Op of a loop: inputs are the first carry, the rows and what all steps share; results are one flat array."""

    def __init__(self, loop: Loop, active: Sequence[bool]) -> None:
        def scan(xp: Any, *inputs: Any) -> Any:
            return loop.run(xp, inputs)

        def pullback(cotangents: Any, y: Any, *inputs: Any, i: int) -> Any:
            return cotangents[i]

        super().__init__(scan, (pullback,), symbol=f"scan of {loop.length} steps")
        self.loop, self.body, self.counts, self.results = loop, loop.body, loop.counts, loop.results
        self.layout, self.active = loop.layout, tuple(active)
        self.recomputes = self.converts = True

    def pullbacks_of(self, inputs: tuple[Any, ...]) -> Sequence[Rule | None]:
        pullbacks = super().pullbacks_of(inputs)
        return [pullback if active else None for pullback, active in zip(pullbacks, self.active, strict=True)]

    def pullback_arguments(self, g: Any, y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> list[Any]:
        return [self._cotangents(g, y, inputs), y, *inputs]

    def on_inputs(self, inputs: Sequence[Any]) -> Groups:
        """Results for nodes or arrays."""
        has_nodes = any(isinstance(x, Node) for x in inputs)
        operands = tuple([lift_value(x, np.dtype(float)) if isinstance(x, Value) else x for x in inputs])
        return self.unpack(Tensor.record(self, operands, {}) if has_nodes else self.on_arrays(list(operands), {}))

    def unpack(self, flat: Any) -> Groups:
        """Results in a flat array or node."""
        parts = [part for group in self.layout for part in group]
        ends = itertools.accumulate((math.prod(shape) for shape, _ in parts), initial=0)
        found = []
        for (start, end), (shape, dtype) in zip(itertools.pairwise(ends), parts, strict=True):
            part = reshape(getitem(flat, slice(start, end)), shape)
            found.append(part if part.dtype == dtype else astype(part, dtype))
        rest = iter(found)
        final, results, sums, saved = [[next(rest) for _ in group] for group in self.layout]
        return final, results, sums, saved

    # The pullback

    def _cotangents(self, g: Any, y: Any, inputs: Sequence[Any]) -> list[Any]:
        """Cotangent of each input; None for an input without a derivative."""
        n, m = self.counts
        final, results, sums, before = self.unpack(g)
        saved = self.unpack(y)[3]
        moving = [r for r in results if r.dtype.kind == "f"]
        columns = [*saved, *inputs[n : n + m], *moving, *before]
        operands = [*final, *columns, *sums, *inputs[n + m :]]
        op = self._derivative(operands, isinstance(g, Node))
        carry, by_row, by_sum, _ = op.on_inputs(operands)
        found = iter([*carry, *by_row, *by_sum])
        return [next(found) if active else None for active in self.active]

    def _derivative(self, operands: Sequence[Any], saves: bool) -> "ScanOp":
        """Loop of the pullback, recorded once, with data of these operands as the example."""
        if saves not in self._derivatives:
            n, m = self.counts
            known = next(iter(self._derivatives.values()), None)
            moving = sum(
                y._data.dtype.kind == "f" if isinstance(y, Tensor) else 1 for y in self.body.outputs[n : n + self.results]
            )
            columns = n + m + moving + n
            body = known.body if known else Body(self._pull_back_step, self._examples(operands, columns))
            active = [True] * (2 * n) + list(self.active[n : n + m]) + [True] * (moving + n + len(self.layout[2]))
            active += self.active[n + m :]
            by_row = sum(self.active[n : n + m])
            loop = Loop(body, (n, columns), by_row, self.loop.length, not self.loop.reverse, saves)
            self._derivatives[saves] = ScanOp(loop, active)
        return self._derivatives[saves]

    @cached_property
    def _derivatives(self) -> "dict[bool, ScanOp]":
        return {}

    def _examples(self, operands: Sequence[Any], columns: int) -> list[Any]:
        """Data of one step of the pullback."""
        n, m = self.counts
        outputs, inputs = self.body.outputs, self.body.inputs
        like = [*outputs[:n], *inputs[: n + m], *(y for y in outputs[n : n + self.results] if _is_float(y)), *inputs[:n]]
        like += [*outputs[n + self.results :], *inputs[n + m :]]
        data = [x._data if isinstance(x, Node) else x for x in operands]
        steps = [False] * n + [True] * columns + [False] * (len(data) - n - columns)
        data = [x[0] if by_step and len(x) else x for x, by_step in zip(data, steps, strict=True)]
        return [number_of(v, x) if np.shape(x) == np.shape(v._data) else v._data for v, x in zip(like, data, strict=True)]

    def _pull_back_step(self, nodes: list[Any]) -> list[Node]:
        n, m = self.counts
        rest = iter(nodes)

        def take(count: int) -> list[Any]:
            return list(itertools.islice(rest, count))

        outputs = self.body.outputs
        check_no_hooks(self.body.own_nodes, "scan")
        final, carry, rows = take(n), take(n), take(m)
        moving = take(sum(map(_is_float, outputs[n : n + self.results])))
        before, sums, shared = take(n), take(len(self.layout[2])), list(rest)
        found = self.body.on_nodes([*carry, *rows, *shared])
        seeds = zip([y for y in found if _is_float(y)], [*final, *moving, *sums], strict=True)
        pairs = [(y, seed) for y, seed in seeds if y.requires_grad]
        wanted = [x for x, active in zip([*carry, *rows, *shared], self.active, strict=True) if active]
        cotangents = [zeros_like(x, True) for x in wanted]
        if pairs:
            cotangents = gradients([y for y, _ in pairs], wanted, [seed for _, seed in pairs], create_graph=True)
        return [*(c + b for c, b in zip(cotangents, before, strict=False)), *cotangents[n:]]

    # Batching

    def batched(self, inputs: Sequence[Any], mapped: Sequence[bool], n: int) -> Any:
        """Flat results of n examples, by one loop over steps of all examples."""
        start, end = self.counts[0], sum(self.counts)
        dtypes = [np.asarray(v._data).dtype for v in self.body.inputs]  # an input without axes may be a number without dtype
        inputs = [x if isinstance(x, Node) else np.asarray(x, dtype) for x, dtype in zip(inputs, dtypes, strict=True)]
        pairs = list(zip(inputs, mapped, strict=True))
        carry = [x if m else broadcast_to(x, (n, *shape_of(x))) for x, m in pairs[:start]]
        rows = [moveaxis(x, 1, 0) if m else x for x, m in pairs[start:end]]
        operands = [*carry, *rows, *inputs[end:]]
        examples = [np.asarray(x._data if isinstance(x, Node) else x) for x in operands]
        examples[start:end] = [x[0] if len(x) else np.ones(x.shape[1:], x.dtype) for x in examples[start:end]]
        is_mapped = [*(True for _ in carry), *mapped[start:]]
        body = Body(lambda variables: self._batched_step(variables, is_mapped, n), examples)
        loop = Loop(body, self.counts, self.results, self.loop.length, self.loop.reverse, self.loop.saves)
        op = ScanOp(loop, self.active)
        final, results, sums, saved = op.on_inputs(operands)
        parts = [*final, *(moveaxis(x, 0, 1) for x in results), *sums, *(moveaxis(x, 0, 1) for x in saved)]
        found = concatenate([reshape(x, (n, math.prod(x.shape[1:]))) for x in parts], axis=1)
        check_no_hooks(self.body.own_nodes if found.requires_grad else (), "scan")
        return found

    def _batched_step(self, variables: list[Any], mapped: list[bool], n: int) -> list[Node]:
        pairs = list(zip(self.body.inputs, variables, mapped, strict=True))
        single = [variable(x._data) if m else v if isinstance(x, Tensor) else lower(v) for x, v, m in pairs]
        found = self.body.on_nodes(single)
        graph = reachable_nodes(found, min((x.serial for x in single), default=0) - 1)
        batch = batch_graph(graph, {x: v for x, (_, v, m) in zip(single, pairs, strict=True) if m}, n, found)
        return [batch[y] if y in batch else broadcast_to(y, (n, *shape_of(y))) for y in found]


def _is_float(node: Node) -> bool:
    return isinstance(node, Value) or node._data.dtype.kind == "f"


def _stacked(column: list[Any], part: Any) -> Any:
    array = np.asarray(column, part[1] if column and not np.iscomplexobj(column[0]) else None)
    return array.reshape(part[0])
