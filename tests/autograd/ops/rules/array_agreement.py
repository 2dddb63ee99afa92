"""Checks of array functions: NumPy's values, exact transposes, and derivatives by differences."""

import itertools

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograd import Tensor, gradients, no_grad

DTYPES = (np.float64, np.float32)


def integers(shape, dtype=np.float64):
    """Arrays of small integers, whose sums and products are exact."""
    return arrays(dtype, shape, elements=st.integers(-4, 4).map(float))


def shapes(min_dims=0, max_dims=3):
    """Shapes with axes of length 0 to 4."""
    return array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=0, max_side=4)


def axis_in(shape):
    return st.integers(-len(shape), len(shape) - 1)


def axes_in(shape, min_size=0):
    """Some axes of `shape`, each once, counted from either end."""
    ndim = len(shape)
    positions = st.lists(st.integers(0, ndim - 1), unique=True, min_size=min_size) if ndim else st.just([])
    return positions.flatmap(lambda p: st.tuples(*[st.sampled_from((i, i - ndim)) for i in p]))


def any_axes(shape):
    return st.one_of(st.none(), axes_in(shape), *[axis_in(shape)] * bool(shape))


def one_axis_or_none(shape):
    return st.one_of(st.none(), *[axis_in(shape)] * bool(shape))


def leaves(xs):
    return [Tensor(x, requires_grad=True) for x in xs]


def inner(a, b):
    return float(np.sum(np.asarray(a, float) * np.asarray(b, float)))


def assert_like_numpy(ours, theirs, *xs, rtol=0.0):
    """Value, shape and type on arrays and on tensors are those of `theirs`; results of tensors are recorded."""
    want = np.asarray(theirs(*xs))
    plain, recorded = ours(*xs), ours(*leaves(xs))
    assert recorded.requires_grad
    for got in (np.asarray(plain), recorded.numpy()):
        assert (got.shape, got.dtype) == (want.shape, want.dtype)
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)


def assert_transposes(f, *xs, w=None):
    """For f jointly linear in its inputs: ⟨w, f(d)⟩ = ⟨fᵀ(w), d⟩, exactly, and the same by a recorded sweep."""
    variables = leaves(xs)
    y = f(*variables)
    w = np.arange(1.0, y.size + 1).reshape(y.shape) % 7 - 3 if w is None else w
    w = w.astype(y.dtype)
    raw = gradients(y, variables, w)
    for x, gradient in zip(variables, raw, strict=True):
        assert (gradient.shape, gradient.dtype) == (x.shape, x.dtype)
    directions = [np.arange(x.size, dtype=float).reshape(x.shape) % 5 - 1 for x in xs]
    for moved in (xs, directions):
        assert inner(w, f(*map(Tensor, moved)).numpy()) == sum(inner(g, d) for g, d in zip(raw, moved, strict=True))
    for got, want in zip(gradients(y, variables, w, create_graph=True), raw, strict=True):
        np.testing.assert_array_equal(got.numpy(), want)


def extrapolated(f):
    """f′(0) by Richardson's extrapolation of central differences: for f smooth within 0.02, to about 1e-11."""
    table = [(f(h) - f(-h)) / (2 * h) for h in (0.02, 0.01, 0.005)]
    once = [b + (b - a) / 3 for a, b in itertools.pairwise(table)]
    return once[1] + (once[1] - once[0]) / 15


def assert_derivatives(f, *xs, seed=0):
    """First derivatives agree with differences of f, second ones with differences of the first, in random directions."""
    rng = np.random.default_rng(seed)
    variables = leaves(xs)
    y = f(*variables)
    w = rng.normal(size=y.shape)
    v = [rng.normal(size=x.shape) / 8 for x in xs]

    def moved(t):
        return [x + t * d for x, d in zip(xs, v, strict=True)]

    def value(t):
        with no_grad():
            return inner(w, f(*map(Tensor, moved(t))).numpy())

    def slope(t):
        at = leaves(moved(t))
        return sum(inner(g, d) for g, d in zip(gradients(f(*at), at, w), v, strict=True))

    first = slope(0.0)
    assert abs(first - extrapolated(value)) <= 1e-8 * (1.0 + abs(first))
    recorded = gradients(y, variables, w, create_graph=True)
    along = [(g, d) for g, d in zip(recorded, v, strict=True) if g.requires_grad]
    second = sum(inner(h, d) for g, direction in along for h, d in zip(gradients(g, variables, direction), v, strict=True))
    want = extrapolated(slope)
    assert abs(second - want) <= 1e-8 * (1.0 + abs(want))
