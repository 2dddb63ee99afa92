"""Tensors have the methods of arrays."""

import numpy as np
import pytest

from autograd import Tensor

METHODS = {
    "sum": (0,), "mean": (0,), "max": (1,), "min": (1,), "prod": (0,), "var": (0,), "std": (1,), "cumsum": (1,),
    "cumprod": (1,), "reshape": (3, 2), "ravel": (), "flatten": (), "transpose": (1, 0), "swapaxes": (0, 1), "squeeze": (),
    "repeat": (2, 1), "take": ([0, 5],), "diagonal": (), "trace": (1,), "dot": ([1.0, 2.0, 4.0],), "clip": (1.5, 3.5),
    "round": (1,), "astype": (np.float32,), "argmax": (0,), "argmin": (1,), "argsort": (1,), "tolist": (), "item": (),
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_of_a_tensor_are_those_of_an_array(name):
    x = np.array([[0.3, 2.5, 1.1], [4.2, 3.7, 0.9]]) if name != "item" else np.array([[2.0]])
    got = getattr(Tensor(x, requires_grad=True), name)(*METHODS[name])
    want = getattr(x, name)(*METHODS[name])
    assert isinstance(got, Tensor) == (name not in ("argmax", "argmin", "argsort", "tolist", "item"))
    np.testing.assert_allclose(got.numpy() if isinstance(got, Tensor) else got, want, rtol=1e-15)
    assert np.shape(got.numpy() if isinstance(got, Tensor) else got) == np.shape(want)
