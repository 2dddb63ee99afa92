"""Comparison of derivatives with PyTorch or JAX, and checks of their derivatives."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from autograd.base import tree
from autograd.checks.arguments import Arguments, flatten, split_vector
from autograd.checks.diagnosis import explain_difference
from autograd.checks.functions import GraphFunction
from autograd.checks.report import GradientError, Report
from autograd.support.lazy_numpy import np
from autograd.support.optional import require

#: Weights of the outputs of one order, whose sum the next order differentiates.
Level = Sequence[Any]

#: Most outputs compared one by one, and the number of random weightings of more outputs.
FEW_OUTPUTS, WEIGHTINGS = 24, 2


class _Torch:
    name, module = "PyTorch", "torch"

    def derivatives(self, f: Callable[..., Any], arguments: Arguments, levels: Sequence[Level]) -> list[Any]:
        """The outputs of f, or after each level the gradients of their weighted sum."""
        torch = require(self.module, "check_against")
        xs = [torch.tensor(a, requires_grad=True) for a in arguments.arrays]
        parts = [y for y in tree.leaves(f(*arguments.unflatten(xs))) if isinstance(y, torch.Tensor) and y.is_floating_point()]
        for k, weights in enumerate(levels):
            pairs = zip(parts, weights, strict=True)
            total = sum(((y * torch.tensor(np.asarray(w), dtype=y.dtype)).sum() for y, w in pairs), torch.zeros(()))
            found: Any = [None] * len(xs)
            if total.requires_grad:
                found = torch.autograd.grad(total, xs, allow_unused=True, create_graph=k + 1 < len(levels))
            parts = [torch.zeros_like(x) if g is None else g for x, g in zip(xs, found, strict=True)]
        return [y.detach().numpy(force=True) for y in parts]


class _Jax:
    name, module = "JAX", "jax"

    def derivatives(self, f: Callable[..., Any], arguments: Arguments, levels: Sequence[Level]) -> list[Any]:
        """The outputs of f, or after each level the gradients of their weighted sum."""
        jax = require(self.module, "check_against")
        jnp = jax.numpy
        if any(a.dtype.itemsize > 4 for a in arguments.arrays) and not jax.config.jax_enable_x64:
            raise TypeError("JAX needs double precision for float64 arguments: call jax.config.update('jax_enable_x64', True)")

        def outputs(*xs: Any) -> list[Any]:
            leaves = tree.leaves(f(*arguments.unflatten(list(xs))))
            found = [jnp.asarray(y) for y in leaves if y is not None and not isinstance(y, str)]
            return [y for y in found if jnp.issubdtype(y.dtype, jnp.floating)]

        def gradient_of(parts: Callable[..., Any], weights: Level) -> Callable[..., Any]:
            def total(*xs: Any) -> Any:
                pairs = zip(parts(*xs), weights, strict=True)
                return sum(((y * jnp.asarray(w, y.dtype)).sum() for y, w in pairs), jnp.zeros(()))

            return jax.grad(total, argnums=tuple(range(len(arguments.arrays))))

        parts = functools.reduce(gradient_of, levels, outputs)
        return [np.asarray(y) for y in parts(*[jnp.asarray(a) for a in arguments.arrays])]


FRAMEWORKS = {"torch": _Torch(), "jax": _Jax()}


def adapter_for(name: str) -> Any:
    """The adapter of a framework, which has `derivatives(f, arguments, levels)`."""
    if name not in FRAMEWORKS:
        raise ValueError(f"framework must be one of {', '.join(FRAMEWORKS)}, got {name!r}")
    return FRAMEWORKS[name]


def adapted(framework: str, f: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(f, its Jacobian) of a PyTorch or JAX function, on floats and arrays: `check_gradients(f, x, gradient=df)`."""
    peer = adapter_for(framework)

    def value(*args: Any) -> list[Any]:
        if any(np.iscomplexobj(x) for x in tree.leaves(list(args))):
            raise TypeError(f"a {peer.name} function must get real numbers, got complex ones")
        return list(peer.derivatives(f, Arguments(f, args), []))

    def gradient(*args: Any) -> tuple[Any, ...]:
        arguments = Arguments(f, args)
        outputs = peer.derivatives(f, arguments, [])
        rows = [peer.derivatives(f, arguments, [split_vector(w, outputs)]) for w in np.eye(sum(y.size for y in outputs))]
        return tuple(np.stack(column) for column in zip(*rows, strict=True))

    return value, gradient


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
    """A report that two functions, ours and one of "torch" or "jax", have equal values and derivatives at these arguments.

    f_ours takes nodes, as in `check_gradients`; f_theirs gets tensors of the framework instead.

    Args:
        order: The highest order to compare; order 2 compares the derivatives of the weighted gradient
        rtol: The difference allowed beyond rounding, relative to the largest entry; if None 1e-9, in single precision 1e-4
    Costs:
        One sweep of both per order and output, up to 24 outputs
    Raises:
        GradientError: If a value or a derivative differs: `claimed` is ours and `measured` theirs
        ImportError: If the framework is not installed
        ValueError: If the framework is unknown, or the functions return different shapes
    """
    peer, arguments, rng = adapter_for(framework), Arguments(f_ours, args, argnums), np.random.default_rng(seed)
    require(peer.module, "check_against")
    f_theirs = _paired_by_key(f_theirs, f_ours(*arguments.unflatten(arguments.variables())))
    worst, compared = 0.0, 0
    for k in range(1, order + 1):
        subject = GraphFunction(f_ours, arguments, k, rng)
        levels = subject.weights[: k - 1]
        theirs = peer.derivatives(f_theirs, arguments, levels)
        shapes = [np.shape(np.asarray(getattr(y, "_data", y))) for y in subject.outputs]
        if [y.shape for y in theirs] != shapes:
            raise ValueError(f"f_ours and f_theirs must return equal shapes, got {shapes} and {[y.shape for y in theirs]}")
        part = rtol if rtol is not None else 1e-4 if subject.single else 1e-9
        worst = max(worst, _compare(subject, subject.base, flatten(theirs), 0.0, part, peer.name, "the values differ"))
        weights = np.eye(subject.m) if subject.m <= FEW_OUTPUTS else rng.uniform(0.5, 1.5, (WEIGHTINGS, subject.m))
        for w in weights:
            ours, bars = subject.vjp(w)
            found = flatten(peer.derivatives(f_theirs, arguments, [*levels, split_vector(w, theirs)]))
            worst = max(worst, _compare(subject, ours, found, bars, part, peer.name, ""))
        compared += len(weights)
    return Report((peer.name,) * order, worst, evaluations=2 * compared, directions=f"{compared} sweeps")


def _paired_by_key(f: Callable[..., Any], ours: Any) -> Callable[..., Any]:
    """f with its results in the order of the keys of `ours`, if that is a dict."""
    if not isinstance(ours, dict):
        return f
    return lambda *xs: [y for _, _, y in tree.pairs("the result of f_theirs", ours, f(*xs))]


def _compare(subject: GraphFunction, ours: Any, theirs: Any, bars: Any, part: float, name: str, cause: str) -> float:
    """The largest difference relative to the largest entry."""
    largest = float(np.max(np.abs(theirs), initial=0.0))
    with np.errstate(invalid="ignore"):
        off = np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0.0, np.abs(ours - theirs))
    wrong = ~(off <= bars + part * largest)
    if wrong.any():
        i = int(np.argmax(np.where(wrong, np.nan_to_num(off, nan=np.inf), -1.0)))
        entry = f"output {i}" if cause else subject.arguments.entry(i)
        raise GradientError(
            cause or explain_difference(ours, theirs, bars + part * largest), entry=entry, claimed=float(ours[i]),
            measured=float(theirs[i]), bar=float(np.broadcast_to(bars, off.shape)[i] + part * largest), oracle=name,
            order=subject.order,
        )  # fmt: skip
    return float(np.max(off, initial=0.0)) / largest if largest else 0.0
