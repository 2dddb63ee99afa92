"""Our derivatives beside those of PyTorch or JAX, where these are installed, and theirs under our check."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.checks.arguments import Arguments, flat
from autograd.checks.diagnosis import explained
from autograd.checks.functions import GraphFunction
from autograd.checks.report import GradientError, Report
from autograd.support.optional import require

#: Weights of what one order gives, for the next to differentiate; None for ones.
Level = Sequence[Any] | None

#: How many outputs are compared one by one, and along how many random weights more are.
FEW_OUTPUTS, SOME = 24, 2


class _Torch:
    name, module = "PyTorch", "torch"

    def swept(self, f: Callable[..., Any], arguments: Arguments, levels: Sequence[Level]) -> list[Any]:
        torch = require(self.module, "check_against")
        xs = [torch.tensor(a, requires_grad=True) for a in arguments.arrays]
        parts = [y for y in tree.leaves(f(*arguments.rebuilt(xs))) if isinstance(y, torch.Tensor) and y.is_floating_point()]
        for k, by in enumerate(levels):
            weights = [np.ones(y.shape) for y in parts] if by is None else by
            pairs = zip(parts, weights, strict=True)
            total = sum(((y * torch.tensor(np.asarray(w), dtype=y.dtype)).sum() for y, w in pairs), torch.zeros(()))
            if not total.requires_grad:
                parts = [torch.zeros_like(x) for x in xs]
                continue
            found = torch.autograd.grad(total, xs, allow_unused=True, create_graph=k + 1 < len(levels))
            parts = [torch.zeros_like(x) if g is None else g for x, g in zip(xs, found, strict=True)]
        return [y.detach().numpy(force=True) for y in parts]


class _Jax:
    name, module = "JAX", "jax"

    def swept(self, f: Callable[..., Any], arguments: Arguments, levels: Sequence[Level]) -> list[Any]:
        jax = require(self.module, "check_against")
        jnp = jax.numpy
        if any(a.dtype.itemsize > 4 for a in arguments.arrays) and not jax.config.jax_enable_x64:
            raise TypeError(
                "JAX computes in float32 unless told otherwise: jax.config.update('jax_enable_x64', True), first of all"
            )
        every = tuple(range(len(arguments.arrays)))

        def outputs(*xs: Any) -> list[Any]:
            found = [
                jnp.asarray(y) for y in tree.leaves(f(*arguments.rebuilt(list(xs)))) if y is not None and not isinstance(y, str)
            ]
            return [y for y in found if jnp.issubdtype(y.dtype, jnp.floating)]

        def gradient_of(parts: Any, by: Level) -> Any:
            def total(*xs: Any) -> Any:
                found = parts(*xs)
                weights = [np.ones(y.shape) for y in found] if by is None else by
                return sum(((y * jnp.asarray(w, y.dtype)).sum() for y, w in zip(found, weights, strict=True)), jnp.zeros(()))

            return jax.grad(total, argnums=every)

        parts: Any = outputs
        for by in levels:
            parts = gradient_of(parts, by)
        return [np.asarray(y) for y in parts(*[jnp.asarray(a) for a in arguments.arrays])]


FRAMEWORKS = {"torch": _Torch(), "jax": _Jax()}


def framework_of(name: str) -> Any:
    """What knows how to ask a framework for gradients: its `swept(f, arguments, levels)`.

    Raises:
        ValueError: if there is none of this name
    """
    if name not in FRAMEWORKS:
        raise ValueError(f"there is no adapter for {name!r}: choose one of {', '.join(FRAMEWORKS)}")
    return FRAMEWORKS[name]


def adapted(framework: str, f: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(f, its Jacobian) as functions of floats and arrays, of a function of PyTorch's or JAX's: what `check_gradients` takes.

        f, df = adapted("torch", f_of_torch)
        check_gradients(f, x, gradient=df)

    Raises:
        ImportError: if the framework is not installed
        ValueError: if there is no adapter for it
    """
    peer = framework_of(framework)

    def value(*args: Any) -> list[Any]:
        if any(np.iscomplexobj(x) for x in tree.leaves(list(args))):
            raise TypeError(f"a function of {peer.name} is called with real numbers")
        return list(peer.swept(f, Arguments(f, args), []))

    def gradient(*args: Any) -> tuple[Any, ...]:
        arguments = Arguments(f, args)
        outputs = peer.swept(f, arguments, [])
        rows = [peer.swept(f, arguments, [_shaped(w, outputs)]) for w in np.eye(sum(y.size for y in outputs))]
        return tuple(np.stack(column) for column in zip(*rows, strict=True))

    return value, gradient


def _shaped(w: Any, outputs: Sequence[Any]) -> list[Any]:
    """A vector of weights, apart into the shapes of outputs."""
    parts = np.split(w, np.cumsum([y.size for y in outputs])[:-1])
    return [part.reshape(y.shape) for part, y in zip(parts, outputs, strict=True)]


def check_against(
    framework: str,
    f_ours: Callable[..., Any],
    f_theirs: Callable[..., Any],
    *args: Any,
    order: int = 2,
    argnums: int | Sequence[int] | None = None,
    rtol: float | None = None,
    seed: int = 0,
) -> Report:
    """A report that two functions, ours and one of "torch" or "jax", have the same values and derivatives at these arguments.

    f_ours takes nodes, as in `check_gradients`; f_theirs is called with tensors of the framework in their places.

    Args:
        order: up to which derivatives are compared, those of order 2 as derivatives of the weighted gradient
        rtol: what difference is allowed beside rounding, as a part of the largest entry; if None 1e-9, in single precision 1e-4
    Costs:
        a sweep of both for each output, up to 24, and an order
    Raises:
        GradientError: if a value or a derivative differs: `claimed` is ours and `measured` theirs
        ImportError: if the framework is not installed
        ValueError: if there is no adapter for it, or the functions give different shapes
    """
    peer, arguments, rng = framework_of(framework), Arguments(f_ours, args, argnums), np.random.default_rng(seed)
    require(peer.module, "check_against")
    worst, compared = 0.0, 0
    for k in range(1, order + 1):
        subject = GraphFunction(f_ours, arguments, k, rng)
        levels = subject.weights[: k - 1]
        theirs = peer.swept(f_theirs, arguments, levels)
        shapes = [np.shape(np.asarray(getattr(y, "_data", y))) for y in subject.outputs]
        if [y.shape for y in theirs] != shapes:
            raise ValueError(f"our function gives shapes {shapes}, and theirs {[y.shape for y in theirs]}")
        part = rtol if rtol is not None else 1e-4 if subject.single else 1e-9
        worst = max(worst, _compare(subject, subject.base, flat(theirs), 0.0, part, peer.name, "the values differ"))
        weights = np.eye(subject.m) if subject.m <= FEW_OUTPUTS else rng.uniform(0.5, 1.5, (SOME, subject.m))
        for w in weights:
            ours, bars = subject.vjp(w)
            found = flat(peer.swept(f_theirs, arguments, [*levels, _shaped(w, theirs)]))
            worst = max(worst, _compare(subject, ours, found, bars, part, peer.name, ""))
        compared += len(weights)
    return Report((peer.name,) * order, worst, evaluations=2 * compared, directions=f"{compared} sweeps")


def _compare(subject: GraphFunction, ours: Any, theirs: Any, bars: Any, part: float, name: str, cause: str) -> float:
    """The largest difference, relative to the largest entry; raises if it is too large."""
    largest = float(np.max(np.abs(theirs), initial=0.0))
    with np.errstate(invalid="ignore"):
        off = np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0.0, np.abs(ours - theirs))
    wrong = ~(off <= bars + part * largest)
    if wrong.any():
        i = int(np.argmax(np.where(wrong, np.nan_to_num(off, nan=np.inf), -1.0)))
        entry = f"output {i}" if cause else subject.arguments.entry(i)
        raise GradientError(
            cause or explained(ours, theirs, bars + part * largest), entry=entry, claimed=float(ours[i]),
            measured=float(theirs[i]), bar=float(np.broadcast_to(bars, off.shape)[i] + part * largest), oracle=name,
            order=subject.order,
        )  # fmt: skip
    return float(np.max(off, initial=0.0)) / largest if largest else 0.0
