"""Law: inside `detect_anomaly()`, a replay raises where the function itself does, and names the same op."""

import itertools
import re
from contextlib import nullcontext

import numpy as np
import pytest

from autograd import Tensor, Value, compile, detect_anomaly, exp, grad, log, record, sqrt
from autograd import sum as sum_of
from autograd.tape.backends import Backend
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id, example_id, examples

BACKENDS = ("python", "numpy", "native", "jax")
POINTS = [-1.0, 0.0, 0.5, 1.0, 1e3, 1e308]


def anomaly(f, *args):
    """Beginning of the message of a FloatingPointError inside `detect_anomaly()`, or None."""
    try:
        with detect_anomaly():
            f(*args)
    except FloatingPointError as error:
        return re.match(r"(the gradient of )?\w+", str(error))[0]
    return None


def constant(x):
    """Node without a gradient, whose ops are checked."""
    return Value(x, requires_grad=False) if isinstance(x, float) else Tensor(x)


def replay(f, *args, backend):
    """Compiled function that has its tape, and a tape of f."""
    compiled = compile(f, backend=backend)
    compiled(*args)
    return compiled, record(f, *args, backend=backend)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_ops_and_their_gradients_at_points_without_a_finite_result(case):
    op, params = case
    numbers = list(itertools.product(POINTS, repeat=op.arity))[:: 1 if op.arity < 3 else 7]

    def f(*xs):
        return op(*xs, **params)

    for of in [f] + [grad(f)] * (op.pullbacks[0] is not None):
        for backend in ("python", "numpy"):
            example = [np.array([x]) if backend == "numpy" and of is f else x for x in numbers[0]]
            for replayed in replay(of, *example, backend=backend):
                for xs in numbers:
                    args = [np.array([x]) if isinstance(e, np.ndarray) else x for e, x in zip(example, xs, strict=True)]
                    nodes = [constant(x) for x in args] if of is f else args
                    assert anomaly(replayed, *args) == anomaly(of, *nodes), (of, backend, xs)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_a_first_call_of_the_gradient_inside_the_block(case):
    op, params = case
    if op.pullbacks[0] is None:
        return
    derivative = grad(lambda *xs: op(*xs, **params))
    for xs in itertools.product([0.0, 1e308], repeat=op.arity):
        assert (
            anomaly(compile(derivative), *xs) == anomaly(lambda *xs: record(derivative, *xs), *xs) == anomaly(derivative, *xs)
        )


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_array_ops_of_infinities(case, rng):
    _, _, example = case
    arrays = example.arrays(rng)
    replayed = replay(example.call, *arrays, backend="numpy")
    for value in (0.0, np.inf, np.nan):
        args = [np.where(rng.random(x.shape) < 0.5, value, x) if x.dtype.kind == "f" else x for x in arrays]
        for f in replayed:
            assert anomaly(f, *args) == anomaly(example.call, *map(constant, args))


def reciprocal(x):
    return 1.0 / (1.0 + exp(x))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [(reciprocal, 1000.0, "exp"), (grad(reciprocal), 1000.0, "exp"), (grad(sqrt), 0.0, "the gradient of sqrt")],
)
def test_an_infinity_inside_is_found_in_every_back_end(f, x, expected, backend):
    if backend in ("native", "jax"):
        package = pytest.importorskip("llvmlite" if backend == "native" else backend)
    with package.enable_x64(True) if backend == "jax" else nullcontext():
        for replayed in replay(f, 1.0, backend=backend):
            assert anomaly(replayed, x) == expected
            assert anomaly(replayed, 1.0) is None
            replayed(x)  # no check outside of the block
        assert anomaly(replayed.map, np.array([1.0, x, 2.0])) == expected
        assert anomaly(replayed.map, np.array([1.0, 2.0])) is None


def test_the_first_call_may_be_inside_the_block():
    assert anomaly(compile(log), -1.0) == "log"
    assert anomaly(compile(grad(lambda x: sum_of(log(x)))), np.array([1.0, 0.0])) == "log"
    assert anomaly(compile(log), 1.0) is None


def test_an_infinity_behind_a_compiled_function_inside():
    inner = compile(lambda x: x * 2.0)
    for f in replay(lambda x: reciprocal(inner(x)), 1.0, backend="auto"):
        assert anomaly(f, 1000.0) == "exp"


def test_the_line_is_named():
    f = compile(lambda x: log(x - 2.0))
    f(3.0)
    with (
        pytest.raises(FloatingPointError, match=r"log gave nan(.|\n)*test_anomaly_of_replays\.py:\d+: f = compile"),
        detect_anomaly(),
    ):
        f(1.0)


def test_a_result_that_only_the_back_end_makes_is_found():
    class Broken(Backend):
        def compile(self, program):
            return lambda leaves: [np.nan]

    for f in replay(lambda x: x * 2.0, 1.0, backend=Broken()):
        with pytest.raises(FloatingPointError, match="gave a number that is not finite"), detect_anomaly():
            f(1.0)
