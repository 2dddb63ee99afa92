"""Forward mode comes from the same rows as reverse mode: ⟨w, jvp(v)⟩ = ⟨vjp(w), v⟩ for every op of the table."""

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor, compile, custom_op, grad, jvp, vjp
from tests.laws.example_calls import DISCRETE, ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import arrays_in


def assert_transposes(call, arrays, rng):
    moving = [i for i, a in enumerate(arrays) if np.asarray(a).dtype.kind == "f"]
    y, pull = vjp(call, *arrays)
    w = rng.standard_normal(np.shape(y))
    tangents = [rng.standard_normal(np.shape(a)) for a in arrays]
    again, pushed = jvp(call, arrays, tangents)
    assert np.array_equal(y, again)
    assert np.shape(pushed) == np.shape(y)
    pulled = pull(w)
    forward = np.sum(w * pushed)
    backward = sum(np.sum(pulled[i] * tangents[i]) for i in moving)
    scale = np.sum(np.abs(w * pushed)) + sum(np.sum(np.abs(pulled[i] * tangents[i])) for i in moving)
    assert abs(forward - backward) <= (1e-12 if np.asarray(y).dtype == np.float64 else 1e-6) * scale


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_ops_under_broadcasting(case, rng):
    op, params = case
    shapes = [(2, 3), (3,), (2, 1)][: op.arity]
    arrays = arrays_in(op.smooth_on, shapes, rng)
    if op.smooth_on.distinct:
        arrays = [a + 7.0 * i for i, a in enumerate(arrays)]
    assert_transposes(lambda *xs: op(*xs, **params), arrays, rng)


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_all_other_ops(case, rng):
    _, _, example = case
    arrays = example.arrays(rng)
    assert_transposes(lambda *xs: ag.positive(example.call(*xs)), arrays, rng)


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
@pytest.mark.parametrize("wrap", [lambda f: f, compile], ids=["eager", "compiled"])
def test_constants_have_no_tangent(wrap, case, rng):
    """A tape keeps what a constant is computed from; no tangent flows from there."""
    _, _, example = case
    x, *rest = example.arrays(rng)
    f = ag.no_grad(lambda z: ag.sum(example.call(z, *rest)))
    x, v = (np.asarray(a, float) for a in (x, rng.standard_normal(np.shape(x))))
    found = wrap(lambda x: jvp(lambda z: ag.sum(z) * ag.stop_gradient(ag.sum(z)) + f(z), (x,), (v,))[1])(x)
    np.testing.assert_allclose(found, np.sum(v) * np.sum(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", examples("general"), ids=example_id)
def test_forward_mode_can_be_differentiated(case, rng):
    """d/dx of ⟨w, J(x) v⟩ by reverse over forward, against reverse over reverse."""
    _, _, example = case
    x, *rest = example.arrays(rng)
    v = rng.standard_normal(np.shape(x))

    def pushed(x):
        return ag.sum(jvp(lambda z: example.call(z, *rest), (x,), (v,))[1])

    def pulled(x):
        y, pull = vjp(lambda z: example.call(z, *rest), x)
        return ag.sum(pull(np.ones(np.shape(y if not isinstance(y, Tensor) else y.numpy())))[0] * v)

    assert np.allclose(grad(pushed)(x), grad(pulled)(x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_a_recorded_forward_sweep(case, rng):
    """A recording also holds integers, such as the permutation of `sort`, which have no tangents."""
    _, _, example = case
    arrays = example.arrays(rng)
    tangents = [rng.standard_normal(np.shape(a)) for a in arrays]

    def pushed(arrays, tangents):
        return jvp(lambda *xs: ag.positive(example.call(*xs)), arrays, tangents)[1]

    assert np.allclose(compile(pushed)(arrays, tangents), pushed(arrays, tangents), rtol=1e-13, atol=1e-15)


@custom_op(None, lambda g, y, x, scale: g * ag.sign(ag.sum(x)))
def sign_of_sum(xp, x, scale):
    """Number with derivative zero in its first input."""
    return xp.sign(xp.sum(x, axis=None, keepdims=False)) * scale


OPS.pop(sign_of_sum.name)  # an op of this file alone


@pytest.mark.parametrize("op", [*DISCRETE, lambda x: sign_of_sum(x, 2.0)], ids=[*(op.name for op in DISCRETE), "custom"])
def test_inputs_without_a_derivative_have_no_part_in_the_tangent(op, rng):
    x, v = rng.standard_normal((2, 3, 3))
    y, slope = jvp(lambda x: ag.multiply(op(x), 1.0), (x,), (v,))
    assert np.shape(slope) == np.shape(y)
    assert not np.any(slope)
    assert jvp(lambda x, s: sign_of_sum(x, s), (x, np.array(2.0)), (v, np.array(3.0)))[1] == 3.0 * np.sign(x.sum())
