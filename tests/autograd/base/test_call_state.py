"""Arrays of every kind of memory are read-only while a function is recorded or run again, and writeable afterwards."""

import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, checkpoint, compile, grad


class Sub(np.ndarray):
    """Subclass of arrays."""


def frozen_owner():
    owner = np.arange(4.0)
    view = owner[1:]
    owner.flags.writeable = False
    return view


def buffer_view():
    return np.frombuffer(bytearray(80))[2:][1:]


KINDS = {
    "owner": lambda folder: np.arange(3.0),
    "view of a view": lambda folder: np.arange(9.0)[2:][::2],
    "subclass": lambda folder: np.arange(5.0).view(Sub)[1:],
    "buffer": lambda folder: buffer_view(),
    "bytes of a pickle": lambda folder: pickle.loads(pickle.dumps(np.arange(2000.0, dtype=np.float32)))[:3],
    "writeable view of a read-only array": lambda folder: frozen_owner(),
    "memory map": lambda folder: np.memmap(folder / "x", float, "w+", shape=(4,))[1:],
    "array of a memory map": lambda folder: np.asarray(np.memmap(folder / "x", float, "w+", shape=(4,))),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("transform", [compile, lambda f: grad(checkpoint(f))])
def test_arrays_stay_writeable(make, transform, tmp_path):
    w = make(tmp_path)
    w[:] = 1.0  # a factor that a tape may leave out, if it is constant
    x = np.ones(3)
    base = w.base  # reachable on its own too

    def f(x):
        assert base is w.base
        return ag.sum(x * x * w[:3])

    g = transform(f)
    g(x)
    assert w.flags.writeable
    w[:] = 2.0
    np.testing.assert_array_equal(g(x), f(x) if transform is compile else 4.0 * x)
    assert w.flags.writeable


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_leaf_does_not_share_memory_that_is_written_to(make, tmp_path):
    w = make(tmp_path)
    w[:] = 1.0
    leaf, product = Tensor(w, requires_grad=True), Tensor(np.ones(w.shape), requires_grad=True) * w
    w[:] = 5.0
    product.sum().backward()
    np.testing.assert_array_equal(leaf.numpy(), np.ones(w.shape))
    np.testing.assert_array_equal(product.inputs[0].grad, np.ones(w.shape))
