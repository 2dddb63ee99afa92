"""`autograd.numpy`: NumPy's values on arrays, nodes in `array`, `asarray` and `full`, and nothing loaded before it is used."""

import subprocess
import sys

import autograd.numpy as np
import autograd.numpy.linalg
import autograd.numpy.random as npr
import numpy
import pytest

import autograd as ag
from autograd import grad, jacobian, record

NODES = {"array", "asarray", "full"}


def test_every_name_of_numpy_is_numpy_s():
    assert {name for name in numpy.__all__ if getattr(np, name) is not getattr(numpy, name)} == NODES
    assert {name for name in dir(numpy) if name[0] != "_" and not hasattr(np, name)} == set()
    assert (ag.numpy.linalg, npr, np.fft) == (numpy.linalg, numpy.random, numpy.fft)


@pytest.mark.parametrize(
    "x", [2.0, 3, True, "text", None, [1, 2.5], [[1.0], [2.0]], (), numpy.arange(6.0).reshape(2, 3).T, {"a": 1}]
)
@pytest.mark.parametrize("options", [{}, {"dtype": object}, {"order": "C"}, {"ndmin": 3}, {"copy": False}])
def test_arrays_without_nodes_are_numpy_s(x, options):
    for name in NODES - {"full"}:
        if name == "asarray" and "ndmin" in options:
            continue
        try:
            want = getattr(numpy, name)(x, **options)
        except ValueError as error:
            with pytest.raises(type(error)):
                getattr(np, name)(x, **options)
        else:
            got = getattr(np, name)(x, **options)
            numpy.testing.assert_array_equal(got, want, strict=True)
            assert got.strides == want.strides
    numpy.testing.assert_array_equal(np.full(3, 2.5), numpy.full(3, 2.5), strict=True)
    numpy.testing.assert_array_equal(np.full((2, 2), [1, 2], dtype="f4"), numpy.full((2, 2), [1, 2], dtype="f4"), strict=True)


FUNCTIONS = {
    "flat": lambda x: np.array([x[0], 2.0, x[1] ** 2]),
    "nested": lambda x: np.array([[x[0] * x[1], 1.0], [x[1], x[0]]]).ravel(),
    "arrays": lambda x: np.asarray([x, x**2]).ravel(),
    "numbers": lambda x: np.array([np.sum(x), np.prod(x)]),
    "a node": lambda x: np.array(x**2),
    "ndmin": lambda x: np.array(x**2, ndmin=3).ravel(),
    "full": lambda x: np.full((2, 3), x[0] * x[1]).ravel(),
    "full rows": lambda x: np.full((2, 2), x**2).ravel(),
}
STACKED = {
    "flat": lambda x: ag.stack([x[0], 0.0 * x[0] + 2.0, x[1] ** 2]),
    "nested": lambda x: ag.stack([x[0] * x[1], 0.0 * x[0] + 1.0, x[1], x[0]]),
    "arrays": lambda x: ag.concatenate([x, x**2]),
    "numbers": lambda x: ag.stack([x[0] + x[1], x[0] * x[1]]),
    "a node": lambda x: x**2,
    "ndmin": lambda x: x**2,
    "full": lambda x: ag.stack([x[0] * x[1]] * 6),
    "full rows": lambda x: ag.concatenate([x**2, x**2]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arrays_of_nodes_are_stacked_at_every_order_and_in_tapes(name):
    f, g, x = FUNCTIONS[name], STACKED[name], numpy.array([2.0, 3.0])
    for transform in (lambda f: f, jacobian, lambda f: jacobian(jacobian(f)), lambda f: record(jacobian(f), x + 1.0)):
        numpy.testing.assert_allclose(transform(f)(x), transform(g)(x), rtol=1e-15)


def test_arrays_of_floats_and_of_one_float():
    assert grad(lambda x: np.sum(np.array([x, x * x])))(3.0) == 7.0
    assert grad(lambda x: np.array(x) * x)(3.0) == 6.0


def test_a_dtype_and_options_that_nodes_do_not_have():
    assert grad(lambda x: np.sum(np.array([x[0]], dtype=numpy.float32)))(numpy.ones(2)).dtype == float
    for options in ({"like": numpy.ones(1)}, {"subok": True}):
        with pytest.raises(TypeError, match="leave it out"):
            grad(lambda x, o=options: np.sum(np.array([x[0]], **o)))(numpy.ones(2))


def test_the_package_loads_nothing_of_the_adapters():
    script = (
        "import sys, pathlib, autograd\n"
        "names = {f'autograd.{path.stem}' for path in pathlib.Path(autograd.__path__[1]).iterdir()} | {'autograd.hips'}\n"
        "print(len(names) > 6, names & set(sys.modules))\n"
        "print(autograd.numpy.sin(0.0), autograd.make_vjp.__module__, 'autograd.numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True set()", "0.0 autograd True"]
