"""Errors of frequent mistakes: each names the cure for that mistake."""

import math
import re
import subprocess
import sys

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, grad

T = Tensor([[2.0, 1.0], [0.5, 3.0]], requires_grad=True)
V = Value(1.5)
TWO_DIGITS = "%.2f"
LOGITS, LABELS = np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([0, 1])


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda: np.linalg.eig(T), r"write np\.linalg\.eigh of a symmetric matrix"),
        (lambda: np.real(T), "x itself: nodes are real"),
        (lambda: np.fft.fft(T), r"np\.cos\(w\) @ x"),
        (lambda: np.unwrap(T), "custom_op"),
        (lambda: Tensor([[1.0, 2.0], [3.0]]), r"not \[\[1\.0, 2\.0\], \[3\.0\]\]: its rows must have one length"),
        (lambda: ag.exp([[1.0, 2.0], [3.0]]), "its rows must have one length and nesting"),
        (lambda: ag.sum([[1.0, 2.0], [3.0]]), "its rows must have one length and nesting"),
        (lambda: T * [[1.0, 2.0], [3.0]], "its rows must have one length and nesting"),
        (lambda: np.interp(T, [[1.0], 2.0], [1.0, 2.0]), "its rows must have one length and nesting"),
        (lambda: np.r_[T[0], 1.0], r"np\.concatenate in place of np\.r_"),
        (lambda: np.frompyfunc(abs, 1, 1)(T), "the ufunc abs .*has no derivative here"),
        (lambda: np.einsum("ij->", T, dtype=np.float32), r"without 'dtype': convert the result, with \.astype"),
        (lambda: np.percentile(T, [50, 101]), r"np\.percentile: q must be from 0 to 100, got \[50, 101\]"),
        (lambda: np.quantile(T, -0.1), r"np\.quantile: q must be from 0 to 1, got -0\.1"),
        (lambda: np.linalg.cond(T[:0, :0]), r"matrices must have entries, got shape \(0, 0\)"),
        (lambda: f"{T:.2f}", r"formats need .* one element, got shape \(2, 2\)"),
        (lambda: list(T[0, 0]), r"iteration need .* at least one axis, got shape \(\)"),
        (lambda: grad(abs)(True), "a real number is required, not the truth value True: write 1.0"),
        (lambda: grad(abs)({1.0}), r"a real number is required, not \{1\.0\} of type set: .* list, tuple, dict"),
        (lambda: grad(abs)(2j), r"a real number is required, not 2j .*z\.real and z\.imag"),
        (lambda: np.sin(T, out=np.zeros((2, 2))), r"use autograd\.sin;"),
        (lambda: np.absolute(T, where=True), r"use autograd\.abs;"),
        (lambda: np.copysign(T, T, where=True), r"np\.copysign\(…, where=…\) .*: leave them out;"),
        (lambda: np.add.reduce(T, where=T > 0), r"use autograd\.sum;"),
        (lambda: ag.psi, r"use autograd\.digamma"),
        (lambda: ag.svd, r"use np\.linalg\.svd"),
        (lambda: grad(ag.sum)(np.array([1, 2])), r"np\.array\(\[1\., 2\.\]\).*\(2,\).*int64.*astype\(float\)"),
        (lambda: grad(lambda w: ag.sum(w["a"]))({"a": np.array([1, 2])}), r"astype\(float\)"),
        (lambda: Value([1.0, 2.0]), "use Tensor"),
        (lambda: ag.exp("a"), r"exp takes numbers or arrays of numbers, got 'a' of type str: convert it with float"),
        (lambda: ag.exp(None), "exp takes numbers or arrays of numbers, got None of type NoneType"),
        (lambda: ag.exp([1, "a"]), r"exp takes numbers .* got \['1', 'a'\]"),
        (lambda: ag.sum("a"), "sum takes numbers"),
        (lambda: ag.maximum(None, 1.0), "maximum takes numbers"),
        (lambda: ag.add({1}, 1.0), r"add takes numbers .* got \{1\} of type set"),
        (lambda: nn.Loader((LOGITS, LABELS), batch_size=2), r"\(2, 2\) and \(2,\).*Loader\(x, y\)"),
        (lambda: nn.accuracy(LOGITS, np.array(["a", "b"])), r"np\.unique\(labels, return_inverse=True\)"),
        (lambda: nn.one_hot(LABELS + 1, num_classes=2), "subtract 1"),
        (lambda: nn.accuracy(LOGITS, LABELS + 1), "subtract 1"),
        (lambda: nn.confusion_matrix(LABELS, LOGITS), r"confusion_matrix\(scores, labels\)"),
        (lambda: nn.cross_entropy(LABELS, LOGITS), r"cross_entropy\(scores, labels\)"),
        (lambda: bool(T), r"\(2, 2\).*autograd\.where"),
        (lambda: 1 if T > 0 else 0, r"shape \(2, 2\) .*autograd\.where.*\.any\(\) or \.all\(\)"),
        (lambda: not (T[0] >= T[1]), r"shape \(2,\) .*autograd\.where"),
        (lambda: 0 < T < 1, r"shape \(2, 2\) .*autograd\.where"),
        (lambda: max(T), r"shape \(2,\) .*autograd\.where"),
        (lambda: grad(lambda x: ag.sum(x if x == 0 else -x))(np.ones(3)), r"shape \(3,\) .*autograd\.where"),
        (lambda: bool(~(T > 0) & (T < 3)), r"shape \(2, 2\) .*autograd\.where"),
        (lambda: ag.sum(T, dim=0), "sum has no argument 'dim': write axis="),
        (lambda: T.sum(dim=0), "without 'dim': write axis="),
        (lambda: T.mean(keepdim=True), "without 'keepdim': write keepdims="),
        (lambda: ag.std(T, axi=0), "std has no argument 'axi': did you mean axis="),
        (lambda: ag.stack([T, T], dim=1), "stack has no argument 'dim': write axis="),
        (lambda: ag.leaky_relu(T, negative_slope=0.1), "write slope="),
        (lambda: ag.exp(T, T), r"exp takes at most 1 positional arguments, got 2"),
        (lambda: Value(1.0, lable="a"), "did you mean label="),
        (lambda: Value(1.0, _children=(V,), _op="+"), r"no argument '_children': .*autograd\.custom_op"),
        (lambda: Tensor(1.0, require_grad=True), "did you mean requires_grad="),
        (lambda: ag.custom_gradient(0.84), "custom_gradient needs a function, got 0.84"),
        (lambda: ag.hessian(0.84), "hessian needs a function, got 0.84"),
        (lambda: ag.custom_op(0.84), "a pullback is a function .* got 0.84"),
        (lambda: ag.custom_op(lambda xp, x: x)(0.84), "a forward rule, .* got 0.84"),
        (lambda: ag.custom_op(pullback=None), "the pullbacks first"),
        (lambda: ag.stack("ab"), r"stack takes a list or tuple of arrays, got 'ab': write stack\(\[x, …\]\)"),
        (lambda: ag.concatenate(V), "concatenate takes a list or tuple of arrays, got Value"),
        (lambda: ag.stack(["a", "b"]), "got 'a' of type str"),
        (lambda: ag.where("a", 1.0, 2.0), "where takes numbers or arrays of numbers, got 'a'"),
        (lambda: ag.kron, r"write np\.kron\(…\)"),
        (lambda: ag.interp, r"write np\.interp\(…\)"),
        (lambda: nn.load(nn.Linear(1, 1), "model.onnx"), r"nn\.load_onnx\(path\)"),
        (lambda: nn.load(nn.Linear(1, 1), "model.pt"), r"nn\.load_from_torch\(model, path\)"),
    ],
)
def test_the_error_names_the_cure(call, cure):
    with pytest.raises((TypeError, ValueError, AttributeError), match=cure):
        call()


def test_a_conversion_to_float_names_the_op_that_replaces_this_call():
    def write(array, x):
        array[0] = x

    calls = [
        (lambda x: math.pow(x, 2), r"use autograd\.power"), (lambda x: math.log(x), r"use autograd\.log;"),
        (lambda x: math.hypot(math.sin(1.0), x), r"use autograd\.hypot;"), (lambda x: math.lgamma(x), r"use autograd\.gammaln"),
        (lambda x: pow(math.atan2(1.0, x), 2), r"use autograd\.arctan2"), (lambda x: TWO_DIGITS % x, r'f"\{x:\.2f\}"'),
        (lambda x: write(np.zeros(3), x), r"autograd\.stack"), (lambda x: float(x), r"\.item\(\)"),
        (lambda x: list(map(math.sin, [x])), r"autograd\.custom_gradient"),
    ]  # fmt: skip
    for call, cure in calls:
        with pytest.raises(TypeError, match=cure):
            call(V)
        with pytest.raises((TypeError, ValueError)) as caught:
            call(T[0, 0])
        assert re.search(cure, str(caught.value.__cause__ or caught.value))


def reset_gradient():
    v = Value(2.0)
    v.grad = None
    (v * v).backward()
    return v.grad


def by_maximum():
    maximum = ag.custom_op(lambda g, y, x: g * (x == y))(lambda xp, x: xp.max(x))
    return grad(maximum)(np.array([1.0, 2.0])).tolist()


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (lambda: grad(lambda r: ag.sum(r * np.array([1.0, 2.0])))(2.0), 3.0),
        (lambda: grad(lambda s: np.where(s > 1, s**2, 0.0))(2.0), 4.0),
        (lambda: grad(lambda a, w: a * w, argnums="w")(2.0, 3.0), 2.0),
        (lambda: grad(lambda a, w: a * w, argnums=np.int64(1))(2.0, 3.0), 2.0),
        (lambda: ag.stack([V, 2 * V]).tolist(), [1.5, 3.0]),
        (lambda: ag.softmax([V, V]).tolist(), [0.5, 0.5]),
        (by_maximum, [0.0, 1.0]),
        (reset_gradient, 4.0),
        (lambda: ag.compile(lambda x: ag.where(~(x > 1), x, 0 * x))(np.array([1.0, 2.0])).tolist(), [1.0, 0.0]),
        (lambda: ag.compile(lambda x: x.sum() if (x > 1).any() else 2 * x.sum())(np.array([1.0, 2.0])).item(), 3.0),
        (lambda: repr(nn.MLP(2, [2], 1, activation="relu")), "MLP(Linear(2, 2), ReLU(), Linear(2, 1))"),
        (lambda: ag.compile(lambda x: ag.sum(x @ x), backend="python")(np.eye(2)), 2.0),
    ],
)
def test_a_call_that_a_user_expects_to_work_works(call, result):
    assert call() == result


def test_a_conversion_in_a_callback_of_scipy_names_the_cure_of_its_function():
    integrate = pytest.importorskip("scipy.integrate")
    for factor in (V, T[0, 0]):
        with pytest.raises(TypeError, match=r"np\.trapezoid"):
            integrate.quad(lambda t, factor=factor: t * factor, 0.0, 1.0)


def test_results_computed_from_comparisons_are_plain_arrays():
    positive = T > 1.0
    results = (positive * 2.0, positive.sum(axis=0), positive.astype(float), np.where(positive, 1, 2), Tensor(positive).data)
    for plain in results:
        assert type(plain) is np.ndarray
    assert repr(positive) == "array([[ True, False],\n       [False,  True]])"
    assert bool(positive[:1, :1]) is True
    assert (T[positive] == T.data[positive.tolist()]).all()


def test_no_cure_is_guessed_from_the_spelling():
    for call in (lambda: np.unwrap(T), lambda: np.linalg.eigvals(T), lambda: np.i0(T)):
        with pytest.raises(TypeError) as caught:
            call()
        assert "?" not in str(caught.value)


def test_numpy_statistics_of_values():
    with pytest.raises(TypeError, match=r"np\.std\(autograd\.stack\(values\)\)"):
        np.std([V, 2 * V])


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("2x+1", "write products with *: 2*x"),
        ("1 + 3 sin(x)", "3*sin"),
        ("2(x+1)", "2*(x)"),
        ("put(0.5, inf, 2)", "arrays used as indices must be of integer"),
    ],
)
def test_an_expression_that_cannot_be_read(text, cure):
    command = [sys.executable, "-m", "autograd", "explain", text, "x=1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert cure in result.stderr
    assert "Traceback" not in result.stderr
