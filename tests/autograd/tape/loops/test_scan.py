"""`scan`: values, structure, dtypes and errors."""

from contextlib import nullcontext

import numpy as np
import pytest

import autograd as ag
from autograd import (
    Tensor,
    Value,
    compile,
    detect_anomaly,
    draw,
    grad,
    hessian,
    record,
    scan,
    stop_gradient,
    value_and_grad,
    vmap,
)
from autograd.base.tree import leaves
from autograd.support import machine_code
from autograd.tape.loops.scan_op import MANY_STEPS, Loop

F32 = np.float32


def test_structure_of_the_carry_and_the_results():
    carry, results = scan(
        lambda c, x: ({"a": c["a"] + x["u"], "b": c["b"] * 2.0, "name": c["name"]}, (c["a"], None)),
        {"a": np.zeros(2), "b": 1.0, "name": "state"},
        {"u": np.ones((3, 2))},
    )
    np.testing.assert_array_equal(carry["a"], [3.0, 3.0])
    assert carry["b"] == 8.0
    assert type(carry["b"]) is float
    assert carry["name"] == "state"
    np.testing.assert_array_equal(results[0], [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    assert results[1] is None


def test_results_share_no_memory():
    carry, ys = scan(lambda c, x: (c + x, c), np.zeros(2), np.ones((2, 2)))
    carry[:] = 7.0
    np.testing.assert_array_equal(ys, [[0.0, 0.0], [1.0, 1.0]])


@pytest.mark.parametrize("backend", ["eager", "numpy", "jax"])
@pytest.mark.parametrize("reverse", [False, True])
def test_float32_stays_float32(backend, reverse):
    def run(c, xs):
        return scan(lambda c, x: (c * F32(0.5) + x, c), c, xs, reverse=reverse)

    if backend == "jax":
        pytest.importorskip("jax")
    c, xs = np.ones(2, F32), np.arange(6, dtype=F32).reshape(3, 2)
    carry, ys = (run if backend == "eager" else compile(run, backend=backend))(c, xs)
    assert carry.dtype == ys.dtype == F32
    np.testing.assert_array_equal(carry, [2.125, 3.875] if reverse else [5.125, 6.875])
    np.testing.assert_array_equal(ys[0], [4.25, 5.75] if reverse else [1.0, 1.0])


@pytest.mark.parametrize("start", [F32(0.5), np.full((), 0.5, F32), np.full(1, 0.5, F32)])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_float32_stays_float32_in_batches(start, n):
    def f(w):
        return scan(lambda c, _: (c * w, c * F32(0.1)), start, length=2)

    w = np.linspace(0.1, 0.9, n, dtype=F32)
    for g in (f, grad(lambda w: f(w)[1].sum())):
        batch, ones = leaves(vmap(g)(w)), [leaves(g(x)) for x in w]
        assert all(y.dtype == F32 and len(y) == n for y in batch)
        for y, *parts in zip(batch, *ones, strict=True):
            np.testing.assert_array_equal(y, parts if n else y)


def test_integer_rows_are_indices():
    f = grad(lambda p, i: scan(lambda c, i: (c * p[i], p[i]), 1.0, i)[0])
    p, i = np.array([2.0, 3.0, 5.0]), np.array([0, 2, 2])
    np.testing.assert_array_equal(f(p, i), [25.0, 0.0, 20.0])
    tape = compile(f)
    np.testing.assert_array_equal(tape(p, i), [25.0, 0.0, 20.0])
    np.testing.assert_array_equal(tape(p, i[::-1] - 1), f(p, i[::-1] - 1))
    assert len(tape.tapes) == 1


def test_index_out_of_range_is_not_clamped_in_jax():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        f = compile(lambda p, i: scan(lambda c, i: (c + p[i], None), np.zeros(()), i)[0], backend="jax")
        assert f(np.ones(3), np.array([0, -1])) == 2.0
        assert np.isnan(f(np.ones(3), np.array([0, 7])))


def test_no_steps():
    carry, ys = scan(lambda c, x: (c, x * 2), 1.0, np.zeros((0, 3)))
    assert carry == 1.0
    assert ys.shape == (0, 3)
    assert grad(lambda w: scan(lambda c, x: (c * w, x), w, np.zeros((0, 3)))[0])(2.0) == 1.0


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_no_steps_in_a_tape(backend):
    def f(c, xs):
        carry, ys = scan(lambda c, x: (ag.sin(c * x), (c * c, x)), c, xs)
        return carry.sum() * 2.0 + sum(y.sum() for y in ys)

    if backend == "jax":
        jax = pytest.importorskip("jax")
    with jax.enable_x64(True) if backend == "jax" else nullcontext():
        gradients = compile(grad(f, (0, 1)), backend=backend)(np.ones(2), np.zeros((0, 2)))
    np.testing.assert_array_equal(gradients[0], [2.0, 2.0])
    assert gradients[1].shape == (0, 2)


def test_nodes_outside_of_transforms():
    w, x = Value(3.0), Tensor([1.0, 2.0], requires_grad=True)
    carry, ys = scan(lambda c, x: (c * w + x, c), 1.0, x)
    (carry + ys.sum()).backward()
    assert isinstance(carry, Value)
    assert isinstance(ys, Tensor)
    assert (carry.data, w.grad, x.grad.tolist()) == (14.0, 8.0, [4.0, 1.0])


def test_stop_gradient_in_a_step():
    f = grad(lambda w: scan(lambda c, _: (c * w + stop_gradient(c), None), 1.0, length=3)[0])
    assert f(2.0) == 19.0  # c₁ = 3, c₂ = 9, of which w sees c₂ + w (c₁ + w c₀)
    assert compile(f)(2.0) == 19.0


def test_tape_has_one_instruction_for_each_loop_whatever_its_length():
    lengths = [
        len(record(value_and_grad(lambda w, n=n: scan(lambda c, _: (c * w, c), 1.0, length=n)[0]), 0.5)) for n in (3, 300)
    ]
    assert lengths[0] == lengths[1] < 12
    tape = record(value_and_grad(lambda w: scan(lambda c, _: (c * w, None), 1.0, length=300)[0]), 0.5)
    assert str(tape).count("scan(") == 2


def test_tape_follows_arrays_from_outside():
    w = np.array([2.0, 3.0])
    f = compile(grad(lambda x: scan(lambda c, _: (c * w, None), x, length=2)[0].sum()))
    np.testing.assert_array_equal(f(np.ones(2)), [4.0, 9.0])
    w[0] = 5.0
    np.testing.assert_array_equal(f(np.ones(2)), [25.0, 9.0])


def test_loop_is_one_box_of_a_drawing():
    text = draw(scan(lambda c, _: (c * Value(2.0), None), Value(1.0), length=50)[0]).dot
    assert text.count("scan of 50 steps") == 1


def noisy(c, _):
    return c + np.random.default_rng().random() * 0 + np.random.random(), None


BUFFER = np.zeros(3)


def writing(c, _):
    BUFFER[0] = 1.0
    return c, None


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: scan(lambda c, _: c, 1.0, length=3), TypeError, "write carry, None"),
        (lambda: scan(lambda c, _: (c, None), 1, length=3), TypeError, "got 1: write 0.0"),
        (lambda: scan(lambda c, _: ((c, c), None), 1.0, length=3), TypeError, "must have the structure leaf"),
        (lambda: scan(lambda c, _: (c if c > 0 else -c, None), 1.0, length=3), TypeError, r"inside scan differs .* where\("),
        (lambda: scan(lambda c, _: (c + float(c), None), 1.0, length=3), TypeError, "inside scan would give"),
        (lambda: scan(lambda c, _: (c, None), 1.0), ValueError, "or length=n, got xs=None"),
        (lambda: scan(lambda c, _: (c, None), 1.0, range(3)), ValueError, r"pass arrays as xs, .* got xs=range\(0, 3\)"),
        (lambda: scan(lambda c, _: ((c[0], "b"), None), (1.0, "a"), length=2), TypeError, r"\[1\] must stay 'a', .* got 'b'"),
        (lambda: scan(lambda c, _: (c, None), 1.0, [1.0, 2.0]), TypeError, r"write np.array\("),
        (lambda: compile(lambda x: scan(lambda c, _: (c, None), 1.0, x), backend="python")(np.ones(2)), TypeError, "'numpy'"),
        (lambda: scan(lambda c, _: (c, None), 1.0, np.ones(3), 2), ValueError, r"shapes \(3,\) and length=2"),
        (lambda: scan(lambda c, _: (c[:2], None), np.ones(3), length=2), ValueError, r"shape \(3,\) .* got \(2,\)"),
        (
            lambda: scan(lambda c, _: (c * np.ones(2), None), np.ones(2, F32), length=2),
            TypeError,
            "dtype float32 .* got float64",
        ),
        (lambda: scan(lambda c, _: (c, None), 1.0, np.array(["a"])), TypeError, "real numbers"),
        (lambda: scan(noisy, 1.0, length=2), RuntimeError, "random"),
        (lambda: scan(writing, 1.0, length=2), TypeError, "was written to"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_branch_on_data_from_outside_is_a_guard():
    @compile
    def f(w):
        return scan(lambda c, _: (c * w if w > 1.0 else c + w, None), 1.0, length=3)[0]

    assert (f(2.0), f(0.5), len(f.tapes)) == (8.0, 2.5, 2)


def test_modules_with_state_are_refused():
    import nn

    layer = nn.BatchNorm1d(2)
    with pytest.raises(TypeError, match="BatchNorm"):
        scan(lambda c, x: (layer(c), None), np.ones((3, 2)), length=2)
    assert layer.eval() is not None
    scan(lambda c, x: (layer(c), None), np.ones((3, 2)), length=2)


def test_long_loop():
    n = 20_000
    value, slope = compile(value_and_grad(lambda r: scan(lambda x, _: (r * x * (1 - x), None), 0.5, length=n)[0]))(2.0)
    assert (value, slope) == (0.5, pytest.approx(0.25, rel=1e-12))


def test_forward_mode_and_elementwise_grad():
    f = lambda r: scan(lambda x, _: (ag.sin(r * x), None), 0.5, length=4)[0]  # noqa: E731
    assert ag.jvp(f, (2.0,), (1.0,))[1] == pytest.approx(grad(f)(2.0), rel=1e-14)


def logistic(r, xs):
    """A loop of numbers with two carries, rows, results, a constant and an op without machine code."""
    (a, b), ys = scan(lambda c, x: ((r * c[0] * (1 - c[0]), c[1] * 0.5 + ag.digamma(x)), c[0] * x), (0.5, 0.0), xs)
    return a + b + ag.sum(ys * ys)


@pytest.mark.parametrize("transform", [lambda f: f, compile])
def test_many_steps_of_numbers_run_in_machine_code(monkeypatch, transform):
    pytest.importorskip("llvmlite")
    xs = np.linspace(1.0, 2.0, MANY_STEPS)
    f = transform(value_and_grad(logistic, (0, 1)))
    with monkeypatch.context() as patch:
        patch.setattr(machine_code, "_machine", no_llvm)
        value, (slope, slopes) = f(2.5, xs)
    f = transform(value_and_grad(logistic, (0, 1)))
    monkeypatch.setattr(Loop, "_run_steps", None)
    found, (found_slope, found_slopes) = f(2.5, xs)
    assert (found, found_slope, found_slopes.tolist()) == (value, slope, slopes.tolist())


def no_llvm(optimisation):
    raise ImportError


def test_steps_of_all_replays_count(monkeypatch):
    pytest.importorskip("llvmlite")
    tape = record(lambda r: scan(lambda x, _: (r * x * (1 - x), None), 0.5, length=MANY_STEPS // 2)[0], 3.7)
    monkeypatch.setattr(Loop, "_run_steps", None)
    assert 0.0 < tape(3.7) < 1.0


def test_error_of_an_op_in_machine_code_is_raised():
    pytest.importorskip("llvmlite")

    @ag.custom_op(lambda g, y, x: g, kind="elementwise")
    def refuse(xp, x):
        if float(x) > 0.5:
            raise ValueError("too large")
        return x

    with pytest.raises(ValueError, match="too large"):
        scan(lambda c, x: (c + refuse(x), None), 0.0, np.linspace(0.0, 1.0, MANY_STEPS))


@pytest.mark.parametrize("transform", [lambda f: f, grad, hessian, lambda f: compile(grad(f))])
def test_anomalies_are_those_of_the_steps(transform):
    def f(run, x):
        c, _ = run(lambda c, x: (ag.log(c + x) + 3.0, None), x, np.array([-1.0, 0.5, 2.0]))
        return c

    def backwards(f, c, xs):  # the start and the first row are no step: log(0.5 − 1)
        return scan(f, c, xs, reverse=True)

    with detect_anomaly():
        assert np.isfinite(transform(lambda x: f(backwards, x))(0.5))
        with pytest.raises(FloatingPointError, match="scan"):
            transform(lambda x: f(scan, x * Tensor(1.0, requires_grad=True)))(0.5)


def test_no_anomaly_without_a_step_or_an_example():
    with detect_anomaly():
        assert scan(lambda c, x: (c * ag.log(x - 1.0), None), 2.0, np.zeros(0))[0] == 2.0
        assert ag.vmap(lambda x: ag.log(x - 1.0))(np.zeros(0)).shape == (0,)
