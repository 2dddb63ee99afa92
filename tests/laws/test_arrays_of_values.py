"""Ops on arrays of Values: the numbers and gradients of a Tensor, or an error that names `autograd.stack`."""

import numpy as np
import pytest

import autograd as ag
from autograd.testing.call_catalogue import ARRAYS, ELEMENTWISE


def calls():
    for rows in (ELEMENTWISE, ARRAYS):
        for op, examples in rows.items():
            for call in examples:
                for shapes in call.shapes or [((2, 2),) * call.arity]:
                    yield pytest.param(call, shapes, id=f"{op}: {call.text} {shapes}")


def values(array):
    result = np.empty(array.size, object)
    for i, x in enumerate(array.ravel().tolist()):
        result[i] = ag.Value(x)
    return result.reshape(array.shape)


@pytest.mark.parametrize(("call", "shapes"), list(calls()))
def test_an_op_follows_an_array_of_values_or_names_stack(call, shapes, rng):
    arrays = [rng.permutation(np.linspace(0.35, 1.85, int(np.prod(s)))).reshape(s) for s in shapes]
    tensors, objects = [ag.Tensor(a, requires_grad=True) for a in arrays], [values(a) for a in arrays]
    want = call(*tensors)
    weights = rng.uniform(0.5, 1.5, want.shape)
    try:
        got = np.asarray(call(*objects), object)
    except TypeError as refusal:
        if "autograd.stack" in str(refusal):
            return
        raise
    entries = got.ravel().tolist()
    assert got.shape == want.shape
    np.testing.assert_allclose([x.data if isinstance(x, ag.Value) else x for x in entries], want.numpy().ravel(), rtol=1e-12)
    total = sum([w * x for w, x in zip(weights.ravel().tolist(), entries, strict=True)], ag.Value(0.0))
    found = ag.gradients(total, objects)
    for g, expected in zip(found, ag.gradients(want, tensors, weights) if want.requires_grad else found, strict=True):
        np.testing.assert_allclose(np.asarray(g, float), expected, rtol=1e-9, atol=1e-12)
