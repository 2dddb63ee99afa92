"""What a function and its gradient owe beside being right: the same answer twice, shapes, types, memory of their own."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.checks.arguments import Arguments, flat
from autograd.checks.functions import TINY, GraphFunction, Subject
from autograd.checks.report import GradientError
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value


def contents(arguments: Arguments) -> list[bytes]:
    """What every array among the arguments holds."""
    return [np.asarray(x._data if isinstance(x, Node) else x).tobytes() for x in arguments.leaves if _is_array(x)]


def _is_array(x: Any) -> bool:
    return isinstance(x, np.ndarray | Tensor)


def check_no_mutation(arguments: Arguments, before: list[bytes]) -> None:
    """Raise if an argument does not hold what it held."""
    for k, (was, now) in enumerate(zip(before, contents(arguments), strict=True)):
        if was != now:
            raise GradientError(f"the function changed its argument: array {k} of its inputs was written to; copy it first")


def check_deterministic(subject: Subject) -> None:
    """Raise if the function gives another answer when it is called again."""
    first, again = subject.value(subject.arguments.point), subject.value(subject.arguments.point)
    if first.shape != again.shape or first.tobytes() != again.tobytes():
        k = int(np.argmax(first != again)) if first.shape == again.shape else 0
        raise GradientError(
            "the function is not deterministic: called twice at one point it gave "
            f"{_at(first, k)} and {_at(again, k)}; seed what is random in it, inside of it"
        )


def _at(vector: Any, k: int) -> str:
    return repr(float(vector[k])) if vector.size else "nothing"


def check_shape_and_dtype(subject: GraphFunction, w: Any) -> None:
    """Raise if gradients have other shapes or types than their leaves, share memory, or depend on how they are asked for."""
    seeds = subject.seeds(w)
    found = subject.pulled(w, seeds=seeds)
    arguments = subject.arguments
    for label, x, g in zip(arguments.labels, subject.variables, found, strict=True):
        data = np.asarray(x._data)
        if np.shape(g) != data.shape:
            raise GradientError(f"the gradient has shape {np.shape(g)}, and {label} has shape {data.shape}", entry=label)
        if isinstance(x, Tensor) and np.asarray(g).dtype != data.dtype:
            raise GradientError(f"the gradient is {np.asarray(g).dtype}, and {label} is {data.dtype}", entry=label)
    _refuse_sharing(subject, found, seeds)
    if not subject.found:
        return
    claimed, bars = subject.vjp(w)
    recorded = flat(subject.pulled(w, create_graph=True))
    _refuse_difference(subject, claimed, recorded, bars, "the recorded sweep, of create_graph, gives another gradient")
    again = flat(subject.pulled(w))
    _refuse_difference(subject, claimed, again, np.zeros_like(bars), "asked twice, the sweep gives another gradient")
    if len(subject.found) == 1:
        swept, twice = _swept(subject, w)
        _refuse_difference(subject, claimed, swept, bars, ".backward() gives another gradient than gradients()")
        _refuse_difference(subject, 2 * claimed, twice, 2 * bars, ".backward() twice does not give twice the gradient")


def _refuse_sharing(subject: GraphFunction, found: list[Any], seeds: list[Any]) -> None:
    named = [(f"the gradient of {label}", g) for label, g in zip(subject.arguments.labels, found, strict=True)]
    others = [(repr(label), x._data) for label, x in zip(subject.arguments.labels, subject.variables, strict=True)]
    others += [("the seed", seed) for seed in seeds]
    arrays = [(name, g) for name, g in [*named, *others] if isinstance(g, np.ndarray) and g.size]
    for i, (name, a) in enumerate(arrays[: len(named)]):
        for other, b in arrays[i + 1 :]:
            if np.shares_memory(a, b):
                raise GradientError(f"{name} and {other} share memory: writing to one changes the other")


def _refuse_difference(subject: GraphFunction, want: Any, got: Any, bars: Any, cause: str) -> None:
    eps = 1e-6 if subject.single else 1e-15
    with np.errstate(invalid="ignore"):
        wrong = ~((np.abs(want - got) <= bars + eps * np.abs(want) + TINY) | (want == got) | (np.isnan(want) & np.isnan(got)))
    if wrong.any():
        i = int(np.argmax(wrong))
        raise GradientError(
            cause, entry=subject.arguments.entry(i), claimed=float(got[i]), measured=float(want[i]),
            bar=float(np.broadcast_to(bars, want.shape)[i]), oracle="gradients()", order=subject.order,
        )  # fmt: skip


def _swept(subject: GraphFunction, w: Any) -> tuple[Any, Any]:
    """What `.backward()` leaves in the variables, after one call and after two."""
    factor = subject.seeds(w)[0] if isinstance(subject.found[0], Value) else 1.0
    with swept(subject, w) as again:
        _refuse_sharing(subject, [x.grad for x in subject.variables], [])
        once = factor * _left(subject)
        again()
        return once, factor * _left(subject)


def _left(subject: GraphFunction) -> Any:
    """The gradients that stand in the variables, as a vector of its own."""
    grads = [(x.grad, np.shape(x._data)) for x in subject.variables]
    return flat([np.zeros(shape) if grad is None else np.array(grad) for grad, shape in grads])


@contextlib.contextmanager
def swept(subject: GraphFunction, w: Any) -> Iterator[Callable[[], None]]:
    """Time in which the one output has been swept backward, from the seed w or, a Value, from 1; gives what does it again.

    Every leaf has the gradient of this sweep, and afterwards the one that it had.
    """
    (y,), (seed,) = subject.found, subject.seeds(w)
    before = {x: x.grad for x in newest_first([y]) if x.op is None}

    def sweep() -> None:
        if isinstance(y, Value):
            y.backward()
        else:
            y.backward(seed)  # type: ignore[attr-defined]

    try:
        for x in subject.variables:
            x.grad = 0.0 if isinstance(x, Value) else None
        sweep()
        yield sweep
    finally:
        for leaf, grad in before.items():
            leaf.grad = grad
