"""Ops on whole arrays: transposes exactly, on integers; all others against extrapolated differences."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from autograd import Tensor, gradients, no_grad
from tests.laws.example_calls import example_id, examples
from tests.laws.inputs import seeds

LINEAR, BILINEAR = examples("linear"), examples("bilinear")
ANY = examples("linear", "bilinear", "general")


def integers(rng, shape):
    """Multiples of 60, which the means of up to 6 numbers keep exact."""
    return 60.0 * rng.integers(-9, 10, size=shape)


def leaves(arrays):
    return [Tensor(a, requires_grad=True) for a in arrays]


def apply(example, *arrays):
    with no_grad():
        return example.call(*map(Tensor, arrays)).numpy().astype(float)


def inner(a, b):
    return float(np.sum(np.asarray(a, float) * np.asarray(b, float)))


@pytest.mark.slow
@pytest.mark.parametrize("case", LINEAR, ids=example_id)
@given(rng=seeds)
def test_linear_op_is_linear(case, rng):
    """Jointly in all inputs."""
    _, _, example = case
    xs, ys = ([integers(rng, shape) for shape in example.shapes] for _ in range(2))
    sums = [x + 2 * y for x, y in zip(xs, ys, strict=True)]
    np.testing.assert_array_equal(apply(example, *sums), apply(example, *xs) + 2 * apply(example, *ys))


@pytest.mark.parametrize("case", LINEAR, ids=example_id)
@given(rng=seeds)
def test_pullback_of_a_linear_op_is_its_transpose(case, rng):
    """⟨w, A x⟩ = ⟨Aᵀ w, x⟩, exactly."""
    _, _, example = case
    xs = leaves([integers(rng, shape) for shape in example.shapes])
    y = example.call(*xs)
    w = integers(rng, y.shape)
    pulled = gradients(y, xs, w)
    assert inner(w, y.numpy()) == sum(inner(p, x.numpy()) for p, x in zip(pulled, xs, strict=True))


@pytest.mark.parametrize("case", BILINEAR, ids=example_id)
@given(rng=seeds)
def test_bilinear_op_is_linear_in_each_input(case, rng):
    _, _, example = case
    xs, ys = ([integers(rng, shape) for shape in example.shapes] for _ in range(2))
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        sums, others = ([*xs[:i], z, *xs[i + 1 :]] for z in (x + 2 * y, y))
        np.testing.assert_array_equal(apply(example, *sums), apply(example, *xs) + 2 * apply(example, *others))


@pytest.mark.parametrize("case", BILINEAR, ids=example_id)
@given(rng=seeds)
def test_pullbacks_of_a_bilinear_op_are_its_transposes(case, rng):
    """⟨w, f(a, b)⟩ = ⟨ā, a⟩ = ⟨b̄, b⟩ and so, the other input held, in every direction; exactly."""
    _, _, example = case
    xs = leaves([integers(rng, shape) for shape in example.shapes])
    y = example.call(*xs)
    w = integers(rng, y.shape)
    for i, pulled in enumerate(gradients(y, xs, w)):
        direction = integers(rng, pulled.shape)
        moved = [direction if i == j else x.numpy() for j, x in enumerate(xs)]
        assert inner(w, y.numpy()) == inner(pulled, xs[i].numpy())
        assert inner(w, apply(example, *moved)) == inner(pulled, direction)


#: Ops whose vectors have signs of LAPACK, which may change between two arguments; `test_decompositions.py` judges them.
OF_ANY_SIGN = {"eigenpairs", "orthogonal_triangular", "singular_triplets"}


def extrapolated_derivative(f):
    """f′(0) by Richardson's extrapolation of central differences: for f smooth within 0.02, to about 1e-11."""
    table = [(f(h) - f(-h)) / (2 * h) for h in (0.02, 0.01, 0.005)]
    once = [b + (b - a) / 3 for a, b in pairwise(table)]
    return once[1] + (once[1] - once[0]) / 15


@pytest.mark.slow
@pytest.mark.parametrize("case", examples("bilinear", "general"), ids=example_id)
@given(rng=seeds)
def test_gradient_agrees_with_differences(case, rng):
    """Every entry of every gradient, one direction each."""
    name, _, example = case
    if name in OF_ANY_SIGN:
        return
    arrays = example.arrays(rng)
    xs = leaves(arrays)
    y = example.call(*xs)
    w = rng.normal(size=y.shape)
    for i, gradient in enumerate(gradients(y, xs, w)):
        for k in np.ndindex(arrays[i].shape):

            def along(t, i=i, k=k):
                moved = [a.copy() for a in arrays]
                moved[i][k] += t
                return inner(w, apply(example, *moved))

            want = extrapolated_derivative(along)
            assert abs(gradient[k] - want) <= 1e-8 * (1.0 + abs(want))


@pytest.mark.slow
@pytest.mark.parametrize("case", examples("general"), ids=example_id)
@given(rng=seeds)
def test_second_derivative_agrees_with_differences_of_the_first(case, rng):
    _, _, example = case
    arrays = example.arrays(rng)
    xs = leaves(arrays)
    y = example.call(*xs)
    w, v = rng.normal(size=y.shape), [rng.normal(size=a.shape) / 8 for a in arrays]
    first = gradients(y, xs, w, create_graph=True)
    recorded = [g for g in first if g.requires_grad]
    second = [gradients(g, xs, np.ones(g.shape)) for g in recorded]
    got = sum(inner(direction, part) for row in second for direction, part in zip(v, row, strict=True))

    def along(t):
        moved = leaves([a + t * d for a, d in zip(arrays, v, strict=True)])
        return sum(np.sum(g) for g in gradients(example.call(*moved), moved, w))

    want = extrapolated_derivative(along)
    assert abs(got - want) <= 1e-8 * (1.0 + abs(want))
