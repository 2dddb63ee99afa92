"""Run and compare rows of the contract of values and gradients, for each class of number."""

import numpy as np

from autograd import Tensor, Value, gradients

#: Constructor of a variable, and relative tolerance.
KINDS = {
    "Value": (Value, 1e-15),
    "float64": (lambda x: Tensor(x, requires_grad=True), 1e-15),
    "float32": (lambda x: Tensor(x, requires_grad=True, dtype=np.float32), 4e-7),
}
ARRAYS = ("float64", "float32")
DOUBLE = ("Value", "float64")
#: Placeholder for a number that the contract leaves open.
ANY = None


def runs(rows, kinds=tuple(KINDS)):
    """(case, kind, f, inputs, value, gradients) of every row and kind; a row may end with kinds of its own."""
    return [(case, kind, *row[:4]) for case, *row in rows for kind in (row[4] if len(row) > 4 else kinds)]


def name(run):
    case, kind, *_ = run
    return f"{case} {kind}"


def check(run):
    """Compare value and gradients with those of the row, by a raw and by a recorded sweep."""
    case, kind, f, inputs, value, want = run
    make, tolerance = KINDS[kind]
    xs = [make(x) for x in inputs]
    y = f(*xs)
    compare(y.data, value, tolerance, f"{case}: value")
    ones = np.ones(np.shape(y.data))
    raw = gradients(y, xs, ones)
    recorded = [g.data for g in gradients(y, xs, ones, create_graph=True)]
    y.backward(*[ones][: kind != "Value"])
    for found in (raw, recorded, [x.grad for x in xs]):
        for i, (got, expected) in enumerate(zip(found, want, strict=True)):
            compare(got, expected, tolerance, f"{case}: gradient {i}")


def compare(got, want, tolerance, what):
    """Equal in shape, and to `tolerance`; zeros, infinities and NaN exactly."""
    if want is ANY:
        return
    assert got is not None, what
    assert np.shape(got) == np.shape(want), what
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=0.0, err_msg=what)
