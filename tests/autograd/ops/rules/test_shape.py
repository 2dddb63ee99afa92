"""Shape, indexing and rearranging ops: NumPy's values and exact transposes."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices, integer_array_indices

import autograd as ag
from autograd import Tensor, gradients
from tests.autograd.ops.rules.array_agreement import (
    DTYPES,
    any_axes,
    assert_like_numpy,
    assert_transposes,
    axes_in,
    axis_in,
    integers,
    one_axis_or_none,
    shapes,
)


def permutation(shape):
    ndim = len(shape)
    return st.permutations(range(ndim)).flatmap(lambda p: st.tuples(*[st.sampled_from((i, i - ndim)) for i in p]))


@st.composite
def moves(draw, shape):
    source = draw(axes_in(shape))
    destination = draw(axes_in(shape))
    n = min(len(source), len(destination))
    return source[:n], destination[:n]


@st.composite
def rolls(draw, shape):
    axis = draw(any_axes(shape))
    many = isinstance(axis, tuple)
    shift = draw(st.tuples(*[st.integers(-9, 9)] * len(axis)) if many else st.integers(-9, 9))
    return shift, axis


@st.composite
def repeats(draw, shape):
    axis = draw(one_axis_or_none(shape))
    n = int(np.prod(shape)) if axis is None else shape[axis]
    return draw(st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), min_size=n, max_size=n))), axis


@st.composite
def takes(draw, shape):
    axis = draw(one_axis_or_none(shape))
    n = int(np.prod(shape)) if axis is None else shape[axis]
    assume(n)
    index = st.integers(-n, n - 1)
    return draw(st.one_of(index, st.lists(index, max_size=4), st.lists(st.lists(index, min_size=2, max_size=2)))), axis


@st.composite
def along(draw, shape):
    axis = draw(axis_in(shape))
    assume(shape[axis])
    wanted = list(shape)
    wanted[axis] = draw(st.integers(0, 4))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.integers(-shape[axis], shape[axis], wanted), axis


@st.composite
def pads(draw, shape):
    mode = draw(st.sampled_from(["constant", "edge", "reflect", "symmetric", "wrap"]))
    assume(mode == "constant" or 0 not in shape)
    pair = st.tuples(st.integers(0, 5), st.integers(0, 5))
    width = draw(st.one_of(st.integers(0, 5), pair, st.tuples(*[pair] * len(shape))))
    return (width, mode) if shape else (0, mode)


DIAGONALS = st.integers(-4, 4)

# name: (fewest axes, most, further arguments drawn for a shape)
LINEAR = {
    "ravel": (0, 3, lambda s: st.just(())),
    "reshape": (
        0,
        3,
        lambda s: st.sampled_from([(s[::-1],), ((*s, 1),)] + [(-1,), ((-1, *s[1:]),)] * (0 not in s and s != ())),
    ),
    "transpose": (0, 3, lambda s: st.one_of(st.just(()), st.tuples(permutation(s)))),
    "swapaxes": (1, 3, lambda s: st.tuples(axis_in(s), axis_in(s))),
    "moveaxis": (1, 3, moves),
    "squeeze": (0, 3, lambda s: st.just(())),
    "expand_dims": (0, 2, lambda s: st.one_of(st.tuples(axis_in((*s, 1))), st.just(((0, -1),)))),
    "broadcast_to": (0, 2, lambda s: st.tuples(st.integers(0, 3).map(lambda n: (n, *s)))),
    "flip": (0, 3, lambda s: st.tuples(any_axes(s))),
    "roll": (1, 3, rolls),
    "tile": (0, 2, lambda s: st.tuples(st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=3).map(tuple)))),
    "repeat": (0, 2, repeats),
    "take": (0, 2, takes),
    "take_along_axis": (1, 3, along),
    "diag": (1, 2, lambda s: st.tuples(DIAGONALS)),
    "diagonal": (2, 3, lambda s: st.tuples(DIAGONALS, st.just(-1), st.just(0))),
    "trace": (2, 3, lambda s: st.tuples(DIAGONALS)),
    "triu": (2, 3, lambda s: st.tuples(DIAGONALS)),
    "tril": (2, 3, lambda s: st.tuples(DIAGONALS)),
    "cumsum": (0, 3, lambda s: st.tuples(one_axis_or_none(s))),
    "sum": (0, 3, lambda s: st.tuples(any_axes(s))),
    "pad": (0, 2, pads),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LINEAR)
@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_linear_function_agrees_with_numpy_and_its_transpose_is_exact(name, data, dtype):
    least, most, others = LINEAR[name]
    shape = data.draw(shapes(least, most))
    x = data.draw(integers(shape, dtype))
    args = data.draw(others(shape))
    assert_like_numpy(lambda t: getattr(ag, name)(t, *args), lambda a: getattr(np, name)(a, *args), x)
    assert_transposes(lambda t: getattr(ag, name)(t, *args), x)


@pytest.mark.parametrize("name", ["sum", "mean"])
@given(data=st.data(), keepdims=st.booleans())
def test_reduction_keeps_axes_like_numpy(name, data, keepdims):
    shape = data.draw(shapes().filter(lambda s: name == "sum" or 0 not in s))
    axis = data.draw(any_axes(shape))
    x = data.draw(integers(shape))
    assert_like_numpy(
        lambda t: getattr(ag, name)(t, axis, keepdims), lambda a: getattr(np, name)(a, axis=axis, keepdims=keepdims), x
    )


@given(data=st.data())
def test_any_index_of_numpy_is_transposed_exactly(data):
    x = data.draw(integers(data.draw(shapes(max_dims=3))))
    index = data.draw(
        st.one_of(
            basic_indices(x.shape, allow_newaxis=True, allow_ellipsis=True),
            st.just(x > 0),
            *[integer_array_indices(x.shape)] * (x.ndim > 0 and 0 not in x.shape),
        )
    )
    assert_like_numpy(lambda t: ag.getitem(t, index), lambda a: a[index], x)
    assert_transposes(lambda t: ag.getitem(t, index), x)


@pytest.mark.parametrize(
    "index",
    [
        True, False, (True, 0), (slice(None), [True, False, True]), ([0, 1, 1], [2, 2, 2]), (..., [0, 0]), (None, [1], None),
        (np.array([[0, 1], [1, 1]]), slice(0, 2)), ([0, 1], slice(None), [1, 1]), (np.array([True, False]), 1),
    ],
    ids=str,
)  # fmt: skip
def test_mixed_indices_are_transposed_exactly(index):
    x = np.arange(24.0).reshape(2, 3, 4)[..., :3] if not isinstance(index, tuple) else np.arange(18.0).reshape(2, 3, 3)
    assert_like_numpy(lambda t: ag.getitem(t, index), lambda a: a[index], x)
    assert_transposes(lambda t: ag.getitem(t, index), x)


def test_an_index_array_changed_later_does_not_change_the_gradient():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    index = np.array([0, 0, 2])
    y = x[index]
    index[:] = 1
    y.backward(np.ones(3))
    assert x.grad.tolist() == [2.0, 0.0, 1.0]


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_sort_agrees_with_numpy_and_permutes_cotangents_back(data, dtype):
    x = data.draw(integers(data.draw(shapes(1, 3)), dtype))
    axis = data.draw(one_axis_or_none(x.shape))
    assert_like_numpy(lambda t: ag.sort(t, axis), lambda a: np.sort(a, axis), x)
    t = Tensor(x, requires_grad=True)
    y = ag.sort(t, axis)
    w = np.arange(y.size, dtype=dtype).reshape(y.shape)
    (gradient,) = gradients(y, [t], w)
    order = np.argsort(x, axis=axis, stable=True)
    gathered = gradient.ravel()[order] if axis is None else np.take_along_axis(gradient, order, axis)
    np.testing.assert_array_equal(gathered, w)


@pytest.mark.parametrize("k", [-1, 0, 1])
def test_triangles_drop_nonfinite_entries(k):
    x = np.where(np.tri(3, k=k, dtype=bool), 1.0, np.inf)
    t = Tensor(x, requires_grad=True)
    y = ag.tril(t, k)
    y.backward(np.ones((3, 3)))
    np.testing.assert_array_equal(y.numpy(), np.tri(3, k=k))
    np.testing.assert_array_equal(t.grad, np.tri(3, k=k))


@given(data=st.data())
def test_pad_with_constants(data):
    x = data.draw(integers(data.draw(shapes(1, 2))))
    pair = st.tuples(st.integers(0, 2), st.integers(0, 2))
    widths = data.draw(st.tuples(*[pair] * x.ndim))
    values = data.draw(st.one_of(st.integers(-3, 3), pair))
    assert_like_numpy(
        lambda t: ag.pad(t, widths, constant_values=values), lambda a: np.pad(a, widths, constant_values=values), x
    )
    t = Tensor(x, requires_grad=True)
    y = ag.pad(t, widths, constant_values=values)
    w = np.arange(float(y.size)).reshape(y.shape)
    (gradient,) = gradients(y, [t], w)
    np.testing.assert_array_equal(gradient, w[tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))])


GRID = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda x: ag.squeeze(x, 0), ValueError, r"axis 0 of shape \(2, 3\) must have length 1, got 2"),
        (lambda x: ag.moveaxis(x, 0, (0, 1)), ValueError, r"got 0 and \(0, 1\)"),
        (lambda x: ag.swapaxes(x, 0, 2), ValueError, r"swapaxes: axis 2.*\(2, 3\)"),
        (lambda x: ag.swapaxes(x, (0, 1), 1), TypeError, r"one integer, got \(0, 1\)"),
        (lambda x: ag.cumsum(x, (0, 1)), TypeError, r"cumsum: axis must be one integer, got \(0, 1\)"),
        (lambda x: ag.tile(x, -1), ValueError, "tile: reps must .* got -1"),
        (lambda x: ag.repeat(x, [1, 2], 1), ValueError, r"repeat: .* 3 of them .*\(2, 3\), got \[1, 2\]"),
        (lambda x: ag.repeat(x, -1, 1), ValueError, "repeat: repeats must .* got -1"),
        (lambda x: ag.roll(x, 1.5), ValueError, "roll: shift must .* got 1.5"),
        (lambda x: ag.roll(x, (1, 2, 3), (0, 1)), ValueError, r"roll: shift .*\(0, 1\), got \(1, 2, 3\)"),
        (lambda x: ag.take(x, 7), IndexError, "7"),
        (lambda x: ag.take_along_axis(x, [0], 1), ValueError, r"\(1,\).*\(2, 3\)"),
        (lambda x: ag.diag(x[None]), ValueError, r"diag: .* got shape \(1, 2, 3\)"),
        (lambda x: ag.diagonal(x[0]), ValueError, r"diagonal: axis 1.*\(3,\)"),
        (lambda x: ag.diagonal(x, 0, 1, -1), ValueError, "repeats an axis"),
        (lambda x: ag.triu(x[0]), ValueError, r"triu: .* got shape \(3,\)"),
        (lambda x: ag.pad(x, -1), ValueError, r"pad: shape \(2, 3\) with pad_width -1"),
        (lambda x: ag.pad(x, ((1, 2), (3, 4), (5, 6))), ValueError, r"pad: shape \(2, 3\)"),
        (lambda x: ag.pad(x, 1, "mean"), ValueError, "mode must be one of constant, edge, .*, not 'mean'"),
        (lambda x: ag.pad(x[:0], 1, "edge"), ValueError, r"pad: shape \(0, 3\).*edge"),
        (lambda x: ag.broadcast_to(x, (3, 3)), ValueError, r"broadcast_to: shape \(2, 3\).*\(3, 3\)"),
    ],
)
@pytest.mark.parametrize("make", [Tensor, np.array])
def test_error_messages(make, call, error, named):
    with pytest.raises(error, match=named):
        call(make(GRID))
