"""Functions under check, from vectors to vectors: values and claimed derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.base import tree
from autograd.base.grad_mode import no_grad, recording
from autograd.checks.arguments import Arguments, data_of, flatten, has_gradient, numeric_leaves, split_vector, varies
from autograd.checks.oracles.replay import MORE_SAMPLES, USUAL_SAMPLES, GraphReplay
from autograd.engine.gradients import gradients
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np
from autograd.transforms.grad_vjp_jvp import jvp, keep_graph

EPS = 2.0**-52
#: Differences of this size are ignored: subnormal intermediate numbers lose digits.
TINY = 1e-290


class Subject:
    """A function at a point, from `n` numbers to `m`; of order 2 it is the weighted gradient of f at the same point."""

    arguments: Arguments
    base: Any
    order = 1

    def value(self, vector: Any) -> Any:
        """f at the point `vector`, as one vector."""
        raise NotImplementedError

    def vjp(self, w: Any) -> tuple[Any, Any]:
        """(wᵀ J as claimed, its rounding error), as vectors."""
        raise NotImplementedError

    def jvp(self, v: Any) -> Any:
        """J v as claimed by forward mode, or None without a claim."""
        return None

    @property
    def eps(self) -> float:
        """The relative spacing of the least precise numbers of the computation."""
        return self.arguments.eps

    @property
    def single(self) -> bool:
        """True if any part is computed in less than double precision."""
        return self.eps > EPS

    @property
    def n(self) -> int:
        return int(self.arguments.point.size)

    @property
    def m(self) -> int:
        return int(self.base.size)


class GraphFunction(Subject):
    """A function of Values and Tensors; the engine claims its derivative."""

    def __init__(self, f: Callable[..., Any], arguments: Arguments, order: int, rng: np.random.Generator) -> None:
        self.f, self.arguments, self.order, self.rng = f, arguments, order, rng
        self.samples = USUAL_SAMPLES
        self.weights: list[list[Any]] = []
        self.variables = arguments.variables()
        with keep_graph(True), recording():
            self.outputs = self._outputs(self.variables, order)
        self.found = [y for y in self.outputs if has_gradient(y)]
        self.replay = GraphReplay(self.found, self.variables)
        self.base = flatten(self.outputs)

    def _outputs(self, variables: list[Any], order: int) -> list[Any]:
        if order == 1:
            result = self.f(*self.arguments.unflatten(variables))
            if not (outputs := numeric_leaves(result)):
                raise TypeError(f"the function must return numbers, arrays or nodes, got {result!r:.80}")
            return outputs
        below = self._outputs(variables, order - 1)
        if len(self.weights) < order - 1:
            self.weights.append([self.rng.uniform(0.5, 1.5, np.shape(data_of(y))) for y in below])
        pairs = [(y, w) for y, w in zip(below, self.weights[order - 2], strict=True) if has_gradient(y)]
        if not pairs:
            return [np.zeros(np.shape(x._data)) for x in variables]
        seeds = [_like(y, w) for y, w in pairs]
        return list(gradients([y for y, _ in pairs], variables, seeds, create_graph=True))

    @property
    def degenerate(self) -> bool:
        """True if an output has less than single precision, so that only differences can measure it."""
        return any(data_of(y).dtype.itemsize < 4 for y in self.found)

    @property
    def eps(self) -> float:
        dtypes = {data_of(node).dtype for node, _ in self.replay.steps}
        return max([self.arguments.eps, *(float(np.finfo(dtype).eps) for dtype in dtypes if dtype.kind == "f")])

    def expand(self, found: list[Any]) -> Any:
        """Results for the outputs with a gradient as a vector over all outputs; the others have derivative 0."""
        results = iter(found)
        parts = [np.ravel(data_of(next(results))) if has_gradient(y) else np.zeros(data_of(y).size) for y in self.outputs]
        return np.concatenate(parts).astype(float) if parts else np.zeros(0)

    def value(self, vector: Any) -> Any:
        with keep_graph(self.order > 1), recording() if self.order > 1 else no_grad():
            return flatten(self._outputs(self.arguments.variables(vector), self.order))

    def replay_at(self, vector: Any) -> GraphReplay:
        """The graph at the point `vector`."""
        variables = self.arguments.variables(vector)
        with keep_graph(True), recording():
            outputs = self._outputs(variables, self.order)
        return GraphReplay([y for y in outputs if has_gradient(y)], variables)

    def increase_samples(self) -> None:
        """Estimate rounding errors from more samples."""
        self.samples = self.replay.samples = MORE_SAMPLES

    def seeds(self, w: Any) -> list[Any]:
        """A vector of weights split into seeds, one for each output with a gradient, in its shape and dtype."""
        parts = zip(self.outputs, split_vector(w, self.outputs), strict=True)
        return [_like(y, part) for y, part in parts if has_gradient(y)]

    def weighted_gradients(self, w: Any, create_graph: bool = False, seeds: list[Any] | None = None) -> list[Any]:
        """The gradients of the weighted outputs from the engine, one per variable."""
        if not self.found:
            return [np.zeros_like(a) for a in self.arguments.arrays]
        seeds = self.seeds(w) if seeds is None else seeds
        return list(gradients(self.found, self.variables, seeds, create_graph=create_graph))

    def vjp(self, w: Any) -> tuple[Any, Any]:
        claimed = flatten(self.weighted_gradients(w))
        if not self.found:
            return claimed, np.zeros_like(claimed)
        recorded = self.weighted_gradients(w, create_graph=True)
        scatter = np.concatenate([np.ravel(s) for s in self._scatters(recorded)])
        return claimed, scatter + 2 * self.eps * np.abs(claimed)

    def _scatters(self, recorded: list[Any]) -> list[Any]:
        backward = GraphReplay([g for g in recorded if has_gradient(g)], self.variables)
        backward.samples = self.samples
        found = iter(backward.scatter(self.rng))
        return [next(found) if has_gradient(g) else USUAL_SAMPLES[1] * EPS * np.abs(data_of(g)) for g in recorded]

    def jvp(self, v: Any) -> Any:
        """J v by forward mode through the same function."""
        pieces = self.arguments.pieces(v)
        tangents = [
            float(p) if isinstance(x, Value) else np.asarray(p, x._data.dtype)
            for x, p in zip(self.variables, pieces, strict=True)
        ]
        primals = [Value(x._data, False) if isinstance(x, Value) else Tensor(x._data) for x in self.variables]

        def f(*variables: Any) -> list[Any]:
            return self._outputs(list(variables), self.order)

        _, found = jvp(f, primals, tangents)
        return self.expand([t for y, t in zip(self.outputs, found, strict=True) if has_gradient(y)])


class BlackBox(Subject):
    """A plain function of numbers and arrays; another function claims its derivative."""

    def __init__(self, f: Callable[..., Any], gradient: Callable[..., Any], arguments: Arguments) -> None:
        self.f, self.gradient, self.arguments = f, gradient, arguments
        self.base = self.value(arguments.point)
        self.jacobian = self.claim(arguments.point)
        self.uncertain = self._uncertain()

    def value(self, vector: Any) -> Any:
        return flatten(numeric_leaves(self.f(*self.arguments.plain_arguments(vector))))

    def complex_value(self, vector: Any) -> Any:
        """f at a complex point."""
        return flatten(numeric_leaves(self.f(*self.arguments.unflatten([p[()] for p in self.arguments.pieces(vector)]))))

    def claim(self, vector: Any) -> Any:
        """The claim of `gradient` as a matrix."""
        claimed = self.gradient(*self.arguments.plain_arguments(vector, dtypes=True))
        parts = _split_claims(claimed, self.arguments, self.m)
        return np.concatenate([np.asarray(p, float).reshape(self.m, -1) for p in parts], axis=1)

    def _uncertain(self) -> Any:
        """The rounding error of the claim: its change when the point moves by a few ulps, and 8 ulps of the largest entry."""
        ulp = self.eps
        moved = self.arguments.point * (1.0 + 2.0 * ulp * np.where(np.arange(self.n) % 2, 1.0, -1.0))
        with np.errstate(all="ignore"):
            spread = np.abs(self.claim(moved) - self.jacobian)
        finite = np.isfinite(self.jacobian)
        largest = np.max(np.abs(self.jacobian), axis=1, initial=0.0, keepdims=True, where=finite)
        return np.where(np.isfinite(spread), spread, 0.0) + 8 * ulp * largest

    def vjp(self, w: Any) -> tuple[Any, Any]:
        return w @ self.jacobian, np.abs(w) @ self.uncertain


def _split_claims(claimed: Any, arguments: Arguments, m: int) -> Sequence[Any]:
    """The claim for each variable, in the shape of the outputs and the variable."""
    single = len(arguments.arrays) == 1
    chosen = arguments.chosen
    alone = not isinstance(claimed, tuple | list) or (len(chosen) == 1 and type(claimed) is type(chosen[0]))
    claims = (claimed,) if alone else tuple(claimed)
    if any(isinstance(x, dict) for x in claims):
        claimed = [g for _, x, g in tree.pairs("gradient", chosen, claims) if varies(x)]
    found = [claimed] if single and not isinstance(claimed, tuple | list | dict) else numeric_leaves(claimed)
    if single and len(found) != 1:
        found = [np.asarray(claimed)]
    if len(found) != len(arguments.arrays):
        raise ValueError(f"gradient must return one part for each of the {len(arguments.arrays)} variables, got {len(found)}")
    for label, a, g in zip(arguments.labels, arguments.arrays, found, strict=True):
        if np.size(g) != m * a.size or (m == 1 and np.shape(g) not in (a.shape, (1, *a.shape))):
            want = a.shape if m == 1 else f"{(m, *a.shape)}, a Jacobian with the outputs first,"
            raise ValueError(
                f"gradient must return shape {want} for {label}, got shape {np.shape(g)}: {label} has shape {a.shape}; sum "
                "over axes along which it was broadcast"
            )
    return found


def isolate_op(node: Node, order: int, rng: np.random.Generator) -> GraphFunction:
    """The op of a node as a function, at its recorded inputs."""
    inputs, op, params = node.inputs, node.op, node.params
    moving = differentiated_positions(node)

    def f(*xs: Any) -> Any:
        new = [x.detach() if isinstance(x, Value | Tensor) else x for x in inputs]
        for i, x in zip(moving, xs, strict=True):
            new[i] = x
        return type(node).record(op, tuple(new), params)  # type: ignore[arg-type]

    args = tuple(inputs[i].detach() for i in moving)
    return GraphFunction(f, Arguments(f, args), order, rng)


def differentiated_positions(node: Node) -> list[int]:
    """The positions of the inputs that require a gradient."""
    return [i for i, x in enumerate(node.inputs) if has_gradient(x)]


def random_direction(subject: Subject, rng: np.random.Generator) -> Any:
    """A random direction in steps of the sizes of the numbers."""
    return subject.arguments.scales * rng.uniform(0.5, 1.0, subject.n) * rng.choice([-1.0, 1.0], subject.n)


def unit_vector(n: int, i: Any, length: float = 1.0) -> Any:
    """A vector of n numbers that is zero except for entry i."""
    return np.where(np.arange(n) == i, length, 0.0)


def _like(y: Any, w: Any) -> Any:
    """Weights as a seed of the output y."""
    return float(np.reshape(w, ())) if isinstance(y, Value) else np.reshape(w, np.shape(y._data)).astype(y._data.dtype)
