"""Faults of derivatives that engines have had, each as a wrong rule beside a right one: the wrong is caught, the right passes.

The arguments do not aim at the fault: random numbers without ties, zeros or repetitions; else a property test draws them.
"""

import numpy as np
import pytest
from hypothesis import Phase, settings

import autograd as ag
from autograd import GradientError, Tensor, Value, check_gradients, custom_op, gradients_hold
from autograd.domain import POSITIVE
from autograd.strategies import reals, tensors


def raw(x):
    """The numbers of x, without their graph."""
    return np.asarray(x._data if isinstance(x, Tensor | Value) else x)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def others(x):
    """For each entry of a vector the product of the others."""
    n = x.shape[0]
    return ag.stack([ag.prod(ag.concatenate([x[:i], x[i + 1 :]])) for i in range(n)]) if n else 1.0 * x


def put_all(g, index, shape):
    return ag.put(g, index, shape)


def put_last(g, index, shape):
    """Like `put_all`, but the last of repeated indices wins."""
    flat = list(np.ravel(index))
    return ag.put(g * np.array([float(i not in flat[k + 1 :]) for k, i in enumerate(flat)]).reshape(index.shape), index, shape)


def softmax_loss(g, z, hot, weights):
    return g * weights[:, None] * (ag.softmax(z, axis=1) - hot)


def log_softmax_loss(xp, z, hot, weights):
    return xp.sum(weights * (xp.log(xp.sum(xp.exp(z), 1, False)) - xp.sum(z * hot, 1, False)), None, False)


def lower(a):
    return np.tril(np.ones((3, 3))) * a


def centred(x, n):
    return 2.0 * (x - ag.mean(x)) / n


HOT, WEIGHTS = np.eye(3)[[0, 2, 1, 1]], np.array([1.0, 0.5, 2.0, 1.5])
SMOOTH = HOT * 0.9 + 0.1 / 3
INDEX = np.array([0, 2, 1])
MASK = np.array([1.0, 0.0, 1.0, 1.0]) / 0.75
WIDE = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
V3, V4, M, SQUARE = normal(3), normal(4), normal(3, 4), normal(3, 3) + 3.0 * np.eye(3)
ANY, V, MAT = {"x": tensors()}, {"x": tensors((4,))}, {"x": tensors((3, 4))}


def softplus_by_parts(xp, x):
    return xp.where(x > 20.0, x, xp.log1p(xp.exp(xp.minimum(x, 20.0))))


def soft_threshold(xp, x, *, bound=0.5):
    return xp.where(x > bound, x - bound, xp.where(x < -bound, x + bound, 0.0 * x))


def over_columns(g, y, a, b):
    return g[:, None] * b + 0.0 * a


def reflect_pad(xp, x):
    if x.shape[0] < 2:
        raise ValueError(f"reflection needs 2 entries, got {x.shape[0]}")
    return xp.concatenate([x[1:2], x, x[-2:-1]])


def huber(xp, x, *, delta=1.0):
    return xp.where(xp.abs(x) < delta, 0.5 * x * x, delta * (xp.abs(x) - 0.5 * delta))


def huber_slope(g, x, delta):
    return ag.where(ag.abs(x) < delta, g * x, delta * g * ag.sign(x))


#: (forward rule, kind, wrong pullbacks, right pullbacks, arguments, strategies or None); several pullbacks are a tuple.
FAULTS = {
    "softplus tail of another branch": (
        softplus_by_parts, "elementwise", lambda g, y, x: g * ag.where(x > 20.0, 0.0, ag.sigmoid(x)),
        lambda g, y, x: g * ag.sigmoid(x), (0.7,), {"x": reals()},
    ),
    "tanh of large arguments": (
        lambda xp, x: xp.tanh(x), "elementwise", lambda g, y, x: g * 4.0 / (ag.exp(x) + ag.exp(-x)) ** 2 * (ag.abs(x) < 300.0)
        + g * (ag.abs(x) >= 300.0), lambda g, y, x: g * (1.0 - y * y), (0.7,), {"x": reals()},
    ),
    "logsumexp that overflows": (
        lambda xp, x: xp.max(x, None, False) + xp.log(xp.sum(xp.exp(x - xp.max(x, None, False)), None, False)), "general",
        lambda g, y, x: g * ag.exp(x) / ag.sum(ag.exp(x)), lambda g, y, x: g * ag.exp(x - y), (V4,),
        {"x": tensors((4,), domain=(-900, 900))},
    ),
    "arctan2 of exchanged arguments": (
        lambda xp, a, b: xp.arctan2(a, b), "elementwise",
        (lambda g, y, a, b: g * a / (a * a + b * b), lambda g, y, a, b: -g * b / (a * a + b * b)),
        (lambda g, y, a, b: g * b / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b)),
        (0.7, -0.4), {"a": reals(0.5, 5), "b": reals(-5, 5)},
    ),
    "arctan2 in the right half plane": (
        lambda xp, a, b: xp.arctan2(a, b), "elementwise",
        (lambda g, y, a, b: g * ag.abs(b) / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b)),
        (lambda g, y, a, b: g * b / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b)),
        (0.7, 0.4), {"a": reals(0.5, 5), "b": reals(-5, 5)},
    ),
    "clip that passes everything": (
        lambda xp, x: xp.minimum(xp.maximum(x, 0.0 * x - 1.0), 0.0 * x + 1.0), "elementwise", lambda g, y, x: g * 1.0,
        lambda g, y, x: g * (ag.abs(x) <= 1.0), (V4,), ANY,
    ),
    "clip with one bound": (
        lambda xp, x: xp.minimum(xp.maximum(x, 0.0 * x - 1.0), 0.0 * x + 1.0), "elementwise",
        lambda g, y, x: g * (x < 1.0), lambda g, y, x: g * (ag.abs(x) <= 1.0), (V4,), ANY,
    ),
    "soft threshold that shrinks the slope": (
        soft_threshold, "elementwise", lambda g, y, x, bound: g * ag.where(ag.abs(x) > bound, 1.0 - bound / ag.abs(x), 0.0),
        lambda g, y, x, bound: g * (ag.abs(x) >= bound), (V4,), ANY,
    ),
    "Huber without its delta": (
        huber, "elementwise", lambda g, y, x, delta: huber_slope(g, x, delta) / ag.where(ag.abs(x) < delta, 1.0, delta),
        lambda g, y, x, delta: huber_slope(g, x, delta), (V4,), ANY,
    ),
    "cumulative sum that is not reversed": (
        lambda xp, x: xp.cumsum(x), "linear", lambda g, y, x: ag.cumsum(g), lambda g, y, x: ag.flip(ag.cumsum(ag.flip(g))),
        (V4,), V,
    ),
    "product of two zeros": (
        lambda xp, x: xp.prod(x), "general",
        lambda g, y, x: g * ag.where(raw(x) == 0, ag.prod(ag.where(raw(x) == 0, 1.0, x)), y / ag.where(raw(x) == 0, 1.0, x)),
        lambda g, y, x: g * others(x), (V4,), V,
    ),
    "variance unbiased, derivative not": (
        lambda xp, x: xp.sum((x - xp.mean(x)) ** 2, None, False) / (x.size - 1), "general",
        lambda g, y, x: g * centred(x, x.size), lambda g, y, x: g * centred(x, x.size - 1), (V4,), V,
    ),
    "deviation of equal entries": (
        lambda xp, x: xp.sqrt(xp.mean((x - xp.mean(x)) ** 2) + 1e-3), "general",
        lambda g, y, x: g * ag.where(raw(x - ag.mean(x)).any(), 0.5 * centred(x, x.size) / y, 1.0 + 0.0 * x),
        lambda g, y, x: g * 0.5 * centred(x, x.size) / y, (V4,), V,
    ),
    "batch of one example": (
        lambda xp, x: (x - xp.mean(x, axis=0, keepdims=True)) * 2.0, "linear",
        lambda g, y, x: 2.0 * (g - ag.mean(g, axis=0, keepdims=True)) + (2.0 * g if x.shape[0] == 1 else 0.0),
        lambda g, y, x: 2.0 * (g - ag.mean(g, axis=0, keepdims=True)), (M,), MAT,
    ),
    "normalisation that takes its statistics for constants": (
        lambda xp, x: x - xp.mean(x, axis=0, keepdims=True), "linear", lambda g, y, x: g * 1.0,
        lambda g, y, x: g - ag.mean(g, axis=0, keepdims=True), (M,), MAT,
    ),
    "maximum that pays every tie in full": (
        lambda xp, x: xp.max(x, None, False), "general", lambda g, y, x: g * (raw(x) == raw(y)),
        lambda g, y, x: g * (raw(x) == raw(y)) / (raw(x) == raw(y)).sum(), (V4,), V,
    ),
    "maxima of windows that overlap": (
        lambda xp, x: xp.maximum(x[:-1], x[1:]), "general",
        lambda g, y, x: put_last(g, np.where(raw(x)[:-1] >= raw(x)[1:], np.arange(3), np.arange(1, 4)), x.shape),
        lambda g, y, x: put_all(g, np.where(raw(x)[:-1] >= raw(x)[1:], np.arange(3), np.arange(1, 4)), x.shape), (V4,), V,
    ),
    "repeated indices of an input": (
        lambda xp, x, i: x[i], "general", (lambda g, y, x, i: put_last(g, raw(i), x.shape), None),
        (lambda g, y, x, i: put_all(g, raw(i), x.shape), None), (V4, INDEX), None,
    ),
    "negative indices": (
        lambda xp, x: x[np.array([-1, 0])], "linear", lambda g, y, x: put_all(g, np.array([0, 0]), x.shape),
        lambda g, y, x: put_all(g, np.array([-1, 0]), x.shape), (V4,), V,
    ),
    "repeat as tile": (
        lambda xp, x: xp.repeat(x, 2), "linear", lambda g, y, x: g[: x.shape[0]] + g[x.shape[0] :],
        lambda g, y, x: g[::2] + g[1::2], (V4,), V,
    ),
    "roll back by the same shift": (
        lambda xp, x, *, shift=1: xp.roll(x, shift), "linear", lambda g, y, x, shift: ag.roll(g, shift),
        lambda g, y, x, shift: ag.roll(g, -shift), (V4,), V,
    ),
    "roll of negative shifts": (
        lambda xp, x, *, shift=1: xp.roll(x, shift), "linear", lambda g, y, x, shift: ag.roll(g, -abs(shift)),
        lambda g, y, x, shift: ag.roll(g, -shift), (V4,), V,
    ),
    "padding by reflection as by zeros": (
        reflect_pad, "linear",
        lambda g, y, x: g[1:-1],
        lambda g, y, x: g[1:-1] + ag.put(g[:1], slice(1, 2), x.shape) + ag.put(g[-1:], slice(-2, -1), x.shape), (V4,), V,
    ),
    "dilation left out": (
        lambda xp, x, *, gap=1: x[gap:] * x[: x.shape[0] - gap], "general",
        lambda g, y, x, gap: ag.put(g * x[: x.shape[0] - gap], slice(1, 1 + g.shape[0]), x.shape)
        + ag.put(g * x[gap:], slice(0, g.shape[0]), x.shape),
        lambda g, y, x, gap: ag.put(g * x[: x.shape[0] - gap], slice(gap, None), x.shape)
        + ag.put(g * x[gap:], slice(0, x.shape[0] - gap), x.shape),
        (normal(6),), {"x": tensors((6,))},
    ),
    "groups that are exchanged": (
        lambda xp, x: xp.concatenate([x[:2] * 2.0, x[2:] * 3.0]), "linear",
        lambda g, y, x: ag.concatenate([g[2:] * 2.0, g[:2] * 3.0]), lambda g, y, x: ag.concatenate([g[:2] * 2.0, g[2:] * 3.0]),
        (V4,), V,
    ),
    "transposed product": (
        lambda xp, x: x @ WIDE.T, "linear", lambda g, y, x: g @ np.roll(WIDE, 1, 1), lambda g, y, x: g @ WIDE, (M,), MAT,
    ),
    "diagonal by a repeated letter": (
        lambda xp, x: xp.trace(x), "linear", lambda g, y, x: g * np.ones(x.shape), lambda g, y, x: g * np.eye(*x.shape),
        (SQUARE,), {"x": tensors((3, 3))},
    ),
    "column broadcast to a matrix": (
        lambda xp, a, b: xp.sum(a * b, 1, False), "bilinear",
        (over_columns, lambda g, y, a, b: ag.mean(g[:, None] * a, axis=1, keepdims=True)),
        (over_columns, lambda g, y, a, b: ag.sum(g[:, None] * a, axis=1, keepdims=True)),
        (M, normal(3, 1)), {"a": tensors((3, 4)), "b": tensors((3, 1))},
    ),
    "mean over a negative axis": (
        lambda xp, x, *, axis=-1: xp.mean(x, axis=axis), "linear",
        lambda g, y, x, axis: ag.expand_dims(g, axis) * np.ones(x.shape) / x.shape[0],
        lambda g, y, x, axis: ag.expand_dims(g, axis) * np.ones(x.shape) / x.shape[axis], (M,), MAT,
    ),
    "triangle that is read, gradient of both": (
        lambda xp, x: xp.sum((np.tril(np.ones((3, 3))) * x) ** 2, None, False), "general", lambda g, y, x: 2.0 * g * x,
        lambda g, y, x: 2.0 * g * lower(x), (SQUARE,), {"x": tensors((3, 3))},
    ),
    "weights of a loss left out": (
        lambda xp, z: log_softmax_loss(xp, z, HOT, WEIGHTS), "general",
        lambda g, y, z: softmax_loss(g, z, HOT, np.ones(4)), lambda g, y, z: softmax_loss(g, z, HOT, WEIGHTS),
        (normal(4, 3),), {"z": tensors((4, 3))},
    ),
    "hot labels in place of smoothed ones": (
        lambda xp, z: log_softmax_loss(xp, z, SMOOTH, WEIGHTS), "general", lambda g, y, z: softmax_loss(g, z, HOT, WEIGHTS),
        lambda g, y, z: softmax_loss(g, z, SMOOTH, WEIGHTS), (normal(4, 3),), {"z": tensors((4, 3))},
    ),
    "upstream gradient left out": (
        lambda xp, x: xp.sum(x * x, None, False), "general", lambda g, y, x: 2.0 * x + 0.0 * g,
        lambda g, y, x: 2.0 * g * x, (V4,), V,
    ),
    "interpolation of the other end": (
        lambda xp, a, b, t: a + t * (b - a), "elementwise",
        (lambda g, y, a, b, t: g * t, lambda g, y, a, b, t: g * (1.0 - t), lambda g, y, a, b, t: g * (b - a)),
        (lambda g, y, a, b, t: g * (1.0 - t), lambda g, y, a, b, t: g * t, lambda g, y, a, b, t: g * (b - a)),
        (0.7, -0.4, 0.3), dict.fromkeys("abt", reals(-2, 2)),
    ),
    "NaN of the dead branch": (
        lambda xp, x: xp.where(x > 0.0, xp.sqrt(xp.maximum(x, 0.0 * x)), 0.0 * x) * x, "elementwise",
        lambda g, y, x: ag.where(x > 0.0, 1.5 * g * ag.sqrt(ag.abs(x)), 0.0 * g * ag.log(x)),
        lambda g, y, x: ag.where(x > 0.0, 1.5 * g * ag.sqrt(ag.maximum(x, 0.0)), 0.0 * g), (V4,), ANY,
    ),
    "power of a negative base": (
        lambda xp, x: x * x * x, "elementwise", lambda g, y, x: 3.0 * g * ag.exp(2.0 * ag.log(x)),
        lambda g, y, x: 3.0 * g * x * x, (0.7,), {"x": reals(-3, 3)},
    ),
    "power of base zero": (
        lambda xp, x: x * x * x, "elementwise", lambda g, y, x: 3.0 * g * y / x, lambda g, y, x: 3.0 * g * x * x, (V4,), ANY,
    ),
    "remainder as fmod": (
        lambda xp, x, d: x - d * xp.floor(x / d), "elementwise",
        (lambda g, y, x, d: g * 1.0, lambda g, y, x, d: -g * ag.trunc(x / d)),
        (lambda g, y, x, d: g * 1.0, lambda g, y, x, d: -g * ag.floor(x / d)),
        (5.3, 2.1), {"x": reals(-20, 20), "d": reals(0.5, 5)},
    ),
    "mask without its scale": (
        lambda xp, x: x * MASK, "linear", lambda g, y, x: g * (MASK > 0), lambda g, y, x: g * MASK, (V4,), V,
    ),
    "single precision that loses a factor": (
        lambda xp, x: xp.exp(x), "elementwise", lambda g, y, x: g * y * (1.0 if raw(x).dtype != np.float32 else 1.01),
        lambda g, y, x: g * y, (V4,), V,
    ),
    "buffer of the last call": (
        lambda xp, x: xp.exp(x), "elementwise",
        lambda g, y, x, kept=[]: (kept.append(raw(y).copy()), g * kept[-1 if len(kept) < 3 else -3])[1],
        lambda g, y, x: g * y, (V4,), V,
    ),
    "second derivative detached": (
        lambda xp, x: xp.exp(x), "elementwise", lambda g, y, x: g * np.exp(raw(x)), lambda g, y, x: g * y, (V4,), V,
    ),
    "second derivative of a smooth ramp": (
        lambda xp, x: xp.where(x > 0.0, x * x, 0.0 * x), "elementwise", lambda g, y, x: 2.0 * g * ag.maximum(raw(x), 0.0),
        lambda g, y, x: ag.where(x > 0.0, 2.0 * g * x, 0.0 * g), (V4,), ANY,
    ),
    "logarithm of the absolute value": (
        lambda xp, x: 0.5 * xp.log(x * x), "elementwise", lambda g, y, x: g / ag.abs(x), lambda g, y, x: g / x, (0.7,),
        {"x": reals(-5, 5)},
    ),
    "square root near the end": (
        lambda xp, x: xp.sqrt(x), "elementwise", lambda g, y, x: g * 0.5 / (y + 1e-3), lambda g, y, x: g * 0.5 / y, (0.7,),
        {"x": reals(domain=POSITIVE)},
    ),
    "sum of squares by a rounded one": (
        lambda xp, x: xp.sum(x * x, None, False), "general", lambda g, y, x: 2.0 * g * np.float32(raw(x)),
        lambda g, y, x: 2.0 * g * x, (V4,), V,
    ),
}  # fmt: skip


def error_of(f, args, strategies, examples):
    """The error of a check at the arguments, or else of a property test; None if both pass."""
    try:
        with np.errstate(all="ignore"):
            check_gradients(f, *args, shrink=False)
            if strategies is not None:
                gradients_hold(max_examples=examples, **strategies)(f)()
    except (GradientError, TypeError, ValueError) as error:
        return error
    return None


@pytest.fixture
def _search_without_shrinking():
    name = settings.get_current_profile_name()
    settings.register_profile(
        "search", derandomize=True, database=None, phases=[Phase.generate], deadline=None, report_multiple_bugs=False
    )
    settings.load_profile("search")
    yield
    settings.load_profile(name)


@pytest.mark.slow
@pytest.mark.usefixtures("_search_without_shrinking")
@pytest.mark.parametrize("name", FAULTS)
def test_a_known_fault_is_caught_and_the_right_rule_passes(name):
    forward, kind, wrong, right, args, strategies = FAULTS[name]
    names = list(strategies or ()) or [f"x{i}" for i in range(len(args))]
    for pullbacks, is_wrong in ((right, False), (wrong, True)):
        op = custom_op(*(pullbacks if isinstance(pullbacks, tuple) else (pullbacks,)), kind=kind)(forward)
        call = eval(f"lambda {', '.join(names)}: op({', '.join(names)})", {"op": op})
        error = error_of(call, args, strategies, 100 if is_wrong else 5)
        if not is_wrong:
            assert error is None, error
        else:
            assert isinstance(error, GradientError)
            assert error.op is op
