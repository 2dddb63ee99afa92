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
        (lambda: np.sin(T, out=np.zeros((2, 2))), r"use autograd\.sin;"),
        (lambda: np.absolute(T, where=True), r"use autograd\.abs;"),
        (lambda: np.copysign(T, T, where=True), r"np\.copysign\(…, where=…\) .*: leave them out;"),
        (lambda: np.add.reduce(T), r"use autograd\.sum;"),
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
        ("put(0.5, inf, 2)", "these arguments"),
    ],
)
def test_an_expression_that_cannot_be_read(text, cure):
    command = [sys.executable, "-m", "autograd", "explain", text, "x=1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert cure in result.stderr
    assert "Traceback" not in result.stderr
