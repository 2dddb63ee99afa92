"""Invariants: determinism, no input mutation, gradient shape and dtype, no aliasing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from autograd.checks.arguments import Arguments, data_of, flatten
from autograd.checks.diagnosis import first_nodes
from autograd.checks.functions import TINY, BlackBox, GraphFunction, Subject, isolate_op
from autograd.checks.layouts import raw_call, state_difference
from autograd.checks.report import GradientError
from autograd.engine.graph import newest_first
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np

#: Gradients of this size are not compared: sums of them overflow.
HUGE = 1e300


def array_bytes(arguments: Arguments) -> list[bytes]:
    """The contents of every array among the arguments, as bytes."""
    return [data_of(x).tobytes() for x in arguments.leaves if isinstance(x, np.ndarray | Tensor)]


def check_no_mutation(arguments: Arguments, before: list[bytes]) -> None:
    """Raise if an array among the arguments changed."""
    for k, (old, new) in enumerate(zip(before, array_bytes(arguments), strict=True)):
        if old != new:
            raise GradientError(f"the function must not change its arguments: it wrote to array {k} of them; copy it first")


def check_deterministic(subject: Subject) -> None:
    """Raise if two calls of the function, or of the claimed gradient, return different numbers."""
    first, again = subject.value(subject.arguments.point), subject.value(subject.arguments.point)
    if first.shape != again.shape or first.tobytes() != again.tobytes():
        k = int(np.argmax(first != again)) if first.shape == again.shape else 0
        raise GradientError(
            "the function is not deterministic: two calls at one point returned "
            f"{_at(first, k)} and {_at(again, k)}; seed its random generator inside the function, or "
            "call eval() of a module with dropout"
        )
    if isinstance(subject, BlackBox):
        _check_same(
            subject, np.ravel(subject.jacobian), np.ravel(subject.claim(subject.arguments.point)), "the claimed gradient"
        )


def check_pullbacks_repeat(subject: GraphFunction, rng: np.random.Generator) -> None:
    """Raise if a pullback of a custom op returns different numbers in two calls, or after a call at another point."""
    for node in first_nodes([node for node, _ in subject.replay.steps if getattr(node.op, "is_custom", False)]):
        alone = isolate_op(node, 1, rng)
        seeds = alone.seeds(rng.uniform(0.5, 1.5, alone.m))
        first, again = (flatten(alone.weighted_gradients(np.zeros(0), seeds=seeds)) for _ in range(2))
        name = getattr(node.op, "name", "")
        _check_same(alone, first, again, f"{name}: a pullback", node.op)
        if (found := state_difference(raw_call(node), rng)) is not None:
            raise GradientError(
                f"{name}: {found.cause}", entry=f"the inputs of {name}", claimed=found.claimed, measured=found.measured,
                bar=found.bar, oracle="the first call", op=node.op,
            )  # fmt: skip


def _check_same(subject: Subject, first: Any, again: Any, what: str, op: Any = None) -> None:
    """Raise if two results are not equal bit by bit."""
    if first.tobytes() == again.tobytes():
        return
    k = int(np.argmax(first != again))
    raise GradientError(
        f"{what} changes from call to call at one point: it returned {_at(first, k)}, then {_at(again, k)}; it must not draw "
        "random numbers or keep state, such as a buffer that it adds to: compute from its arguments alone",
        entry=subject.arguments.entry(k % subject.n), op=op,
    )  # fmt: skip


def _at(vector: Any, k: int) -> str:
    return repr(float(vector[k])) if vector.size else "nothing"


def check_shape_and_dtype(subject: GraphFunction, w: Any) -> None:
    """Raise if gradients have another shape or dtype than their leaves, share memory, or differ between sweeps."""
    seeds = subject.seeds(w)
    found = subject.weighted_gradients(w, seeds=seeds)
    arguments = subject.arguments
    for label, x, g in zip(arguments.labels, subject.variables, found, strict=True):
        data = np.asarray(x._data)
        if np.shape(g) != data.shape:
            raise GradientError(f"the gradient of {label} must have shape {data.shape}, got {np.shape(g)}", entry=label)
        if isinstance(x, Tensor) and np.asarray(g).dtype != data.dtype:
            raise GradientError(f"the gradient of {label} must have dtype {data.dtype}, got {np.asarray(g).dtype}", entry=label)
    _check_no_sharing(subject, found, seeds)
    if not subject.found:
        return
    claimed, bars = subject.vjp(w)
    recorded = flatten(subject.weighted_gradients(w, create_graph=True))
    _check_close(subject, claimed, recorded, bars, "a sweep with create_graph=True gives a different gradient")
    again = flatten(subject.weighted_gradients(w))
    _check_close(subject, claimed, again, np.zeros_like(bars), "a second sweep gives a different gradient")
    if len(subject.found) == 1:
        once, twice = _backward_gradients(subject, w)
        _check_close(subject, claimed, once, bars, ".backward() gives a different gradient than gradients()")
        _check_close(subject, 2 * claimed, twice, 2 * bars, "two calls of .backward() do not give twice the gradient")


def _check_no_sharing(subject: GraphFunction, found: list[Any], seeds: list[Any]) -> None:
    pairs = [(f"the gradient of {label}", g) for label, g in zip(subject.arguments.labels, found, strict=True)]
    others = [(repr(label), x._data) for label, x in zip(subject.arguments.labels, subject.variables, strict=True)]
    others += [("the seed", seed) for seed in seeds]
    arrays = [(name, g) for name, g in [*pairs, *others] if isinstance(g, np.ndarray) and g.size]
    for i, (name, a) in enumerate(arrays[: len(pairs)]):
        for other, b in arrays[i + 1 :]:
            if np.shares_memory(a, b):
                raise GradientError(f"{name} and {other} share memory: writing to one changes the other")


def _check_close(subject: GraphFunction, want: Any, got: Any, bars: Any, cause: str) -> None:
    eps = 8 * subject.eps if subject.single else 1e-15
    with np.errstate(invalid="ignore"):
        near = np.abs(want - got) <= bars + eps * np.abs(want) + TINY
        wrong = ~(near | (want == got) | (np.isnan(want) & np.isnan(got)) | (np.abs(want) > HUGE))
    if wrong.any():
        i = int(np.argmax(wrong))
        raise GradientError(
            cause, entry=subject.arguments.entry(i), claimed=float(got[i]), measured=float(want[i]),
            bar=float(np.broadcast_to(bars, want.shape)[i]), oracle="gradients()", order=subject.order,
        )  # fmt: skip


def _backward_gradients(subject: GraphFunction, w: Any) -> tuple[Any, Any]:
    """The gradients in the variables after one call of `.backward()`, and after two."""
    factor = subject.seeds(w)[0] if isinstance(subject.found[0], Value) else 1.0
    with backward_twice(subject, w) as again:
        _check_no_sharing(subject, [x.grad for x in subject.variables], [])
        once = factor * _stored_gradients(subject)
        again()
        return once, factor * _stored_gradients(subject)


def _stored_gradients(subject: GraphFunction) -> Any:
    """A copy of the `.grad` of the variables, as one vector."""
    grads = [(x.grad, np.shape(x._data)) for x in subject.variables]
    return flatten([np.zeros(shape) if grad is None else np.array(grad) for grad, shape in grads])


@contextlib.contextmanager
def backward_twice(subject: GraphFunction, w: Any) -> Iterator[Callable[[], None]]:
    """Context after `.backward()` of the one output, from the seed w, or from 1 for a Value; yields a function that repeats it.

    On exit every leaf has its old `.grad` again.
    """
    (y,), (seed,) = subject.found, subject.seeds(w)
    before = {x: x.grad for x in newest_first([y]) if x.op is None}

    def sweep() -> None:
        if isinstance(y, Value):
            y.backward()
        else:
            y.backward(seed)

    try:
        for x in subject.variables:
            x.grad = 0.0 if isinstance(x, Value) else None
        sweep()
        yield sweep
    finally:
        for leaf, grad in before.items():
            leaf.grad = grad
