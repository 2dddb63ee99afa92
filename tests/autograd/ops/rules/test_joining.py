"""Concatenate, stack, split: NumPy's values, exact transposes, types, many parts, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Tensor
from tests.autograd.ops.rules.array_agreement import DTYPES, assert_like_numpy, assert_transposes, axis_in, integers, shapes


@st.composite
def joinable(draw, dtype):
    shape = draw(shapes(1, 3))
    axis = draw(axis_in(shape))
    parts = []
    for n in draw(st.lists(st.integers(0, 3), min_size=1, max_size=4)):
        own = list(shape)
        own[axis] = n
        parts.append(draw(integers(tuple(own), dtype)))
    return parts, axis


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_concatenate_and_its_transpose(data, dtype):
    parts, axis = data.draw(joinable(dtype))
    assert_like_numpy(lambda *t: ag.concatenate(t, axis), lambda *a: np.concatenate(a, axis), *parts)
    assert_like_numpy(lambda *t: ag.concatenate(t, None), lambda *a: np.concatenate(a, None), *parts)
    assert_transposes(lambda *t: ag.concatenate(t, axis), *parts)


@given(data=st.data(), dtype=st.sampled_from(DTYPES), n=st.integers(1, 4))
def test_stack_and_its_transpose(data, dtype, n):
    shape = data.draw(shapes(max_dims=2))
    parts = [data.draw(integers(shape, dtype)) for _ in range(n)]
    axis = data.draw(axis_in((*shape, n)))
    assert_like_numpy(lambda *t: ag.stack(t, axis), lambda *a: np.stack(a, axis), *parts)
    assert_transposes(lambda *t: ag.stack(t, axis), *parts)


@given(data=st.data())
def test_split_agrees_with_numpy_and_concatenate_inverts_it(data):
    x = data.draw(integers(data.draw(shapes(1, 3))))
    axis = data.draw(axis_in(x.shape))
    n = x.shape[axis]
    cuts = data.draw(
        st.one_of(st.lists(st.integers(0, n), max_size=3).map(sorted), st.sampled_from([d for d in range(1, 5) if n % d == 0]))
    )
    t = Tensor(x, requires_grad=True)
    got, want = ag.split(t, cuts, axis), np.split(x, cuts, axis)
    assert [p.shape for p in got] == [p.shape for p in want]
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a.numpy(), b)
    assert_transposes(lambda z: ag.concatenate(ag.split(z, cuts, axis), axis), x)


def test_one_array_joined_twice_has_both_gradients():
    x = Tensor([1.0, 2.0], requires_grad=True)
    ag.concatenate([x, x[:1], x]).backward([1.0, 2.0, 10.0, 100.0, 200.0])
    assert x.grad.tolist() == [111.0, 202.0]


def test_a_constant_part_has_no_gradient_and_a_lone_number_keeps_the_type():
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    y = ag.stack([x[0], 2.0, np.float64(3.0), x[1]])
    assert y.dtype == np.float32
    assert y.numpy().tolist() == [1.0, 2.0, 3.0, 1.0]
    y.backward([1.0, 2.0, 3.0, 4.0])
    assert x.grad.tolist() == [1.0, 4.0]
    assert ag.stack([Tensor([1])[0], 0.5]).numpy().tolist() == [1.0, 0.5]
    assert ag.concatenate([x, np.ones(1)]).dtype == np.float64


@pytest.mark.slow
@pytest.mark.parametrize("n", [256, 257, 70_000])
def test_many_parts_are_joined_in_order(n):
    parts = [Tensor(float(i), requires_grad=True) for i in range(n)]
    y = ag.stack(parts)
    np.testing.assert_array_equal(y.numpy(), np.arange(float(n)))
    y.backward(np.arange(float(n)))
    assert [p.grad.item() for p in parts] == list(range(n))


GRID = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda x: ag.concatenate([]), "concatenate: arrays must not be empty"),
        (lambda x: ag.concatenate([x, x[0]]), r"concatenate: shapes \(2, 3\) and \(3,\)"),
        (lambda x: ag.concatenate([x, x.T]), r"\(2, 3\) and \(3, 2\).*axis 0"),
        (lambda x: ag.concatenate([x[0, 0], x[0, 1]]), "use stack"),
        (lambda x: ag.concatenate([x, x], 2), r"axis 2.*\(2, 3\)"),
        (lambda x: ag.stack([x, x[0]]), r"stack: shapes \(2, 3\) and \(3,\)"),
        (lambda x: ag.split(x, 2, 1), r"\(2, 3\).* into 2 equal pieces along axis 1"),
        (lambda x: ag.split(x, 0), "0 equal pieces"),
    ],
)
@pytest.mark.parametrize("make", [Tensor, np.array])
def test_error_messages(make, call, named):
    with pytest.raises(ValueError, match=named):
        call(make(GRID))
