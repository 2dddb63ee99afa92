"""Large graphs: no recursion, no growth from step to step, and time in proportion to size."""

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, compile, grad, gradients, record
from autograd.engine import reverse_mode
from tests.small_stack import SMALL
from tests.work import entries_computed, lines_run

ROOT = Path(__file__).parents[3]
VALUE = "Value(1.0)"
TENSOR = "Tensor(1.0, requires_grad=True)"

CHAIN = """
import sys, threading
from autograd import Tensor, Value, compile, grad, gradients, record

def run():
    x = {leaf}
    y = x
    for _ in range({n} // 2):
        y = (y + 1.0) * 1.0
    {sweep}
    del y
    print("freed")

assert sys.getrecursionlimit() == 1000
threading.stack_size({stack})
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""
BACKWARD = "y.backward(); assert x.grad == 1.0"
RECORDED = "(g,) = gradients(y, [x], create_graph=True); assert g.item() == 1.0; del g"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("leaf", "n", "sweep"),
    [(VALUE, 1_000_000, BACKWARD), (TENSOR, 100_000, BACKWARD), (VALUE, 100_000, RECORDED), (TENSOR, 20_000, RECORDED)],
    ids=["Values", "Tensors", "Values recorded", "Tensors recorded"],
)
def test_a_long_chain_is_built_swept_and_freed_on_a_small_stack(leaf, n, sweep):
    script = CHAIN.format(stack=SMALL, leaf=leaf, n=n, sweep=sweep)
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "freed\n", "")


def test_fan_out_and_fan_in_of_one_value():
    x, n = Value(2.0), 100_000
    total = x
    for use in [x * 0.5 for _ in range(n - 1)]:
        total = total + use
    total.backward()
    assert x.grad == 1.0 + 0.5 * (n - 1)


def test_fan_out_and_fan_in_of_one_tensor():
    x = Tensor([2.0, 3.0], requires_grad=True)
    total = x
    for use in [x * 0.5 for _ in range(20_000)]:
        total = total + use
    total.backward(np.ones(2))
    assert x.grad.tolist() == [10_001.0, 10_001.0]


def test_a_shared_node_is_swept_once_and_not_once_a_path():
    """2¹⁰⁰⁰ paths, 1000 nodes."""
    x = y = Value(1.0)
    for _ in range(1000):
        y = y * 0.5 + y * 0.5
    y.backward()
    assert x.grad == 1.0


def one_value_step(parameters):
    loss = sum((w * 2.0 - 1.0) ** 2 for w in parameters)
    loss.backward()
    for w in parameters:
        w.data -= 0.01 * w.grad
        w.grad = 0.0


def one_tensor_step(parameters):
    w, b = parameters
    loss = ((ag.tanh(np.ones((4, 3)) @ w + b) - 1.0) ** 2).mean()
    loss.backward()
    for p in parameters:
        p.data -= 0.01 * p.grad
        p.grad = None


@pytest.mark.parametrize(
    ("step", "make"),
    [
        (one_value_step, lambda: [Value(float(i)) for i in range(10)]),
        (one_tensor_step, lambda: [Tensor(np.ones((3, 2)), requires_grad=True), Tensor(np.ones(2), requires_grad=True)]),
    ],
    ids=["Values", "Tensors"],
)
def test_training_leaves_no_objects_behind(step, make):
    parameters = make()
    for _ in range(3):
        step(parameters)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(100):
            step(parameters)
        assert len(gc.get_objects()) <= before
    finally:
        gc.enable()


def test_a_large_graph_is_freed_with_its_output():
    gc.disable()
    try:
        y, alive = Tensor(np.ones(3), requires_grad=True), []
        for _ in range(1000):
            y = ag.sin(y) * y
            alive.append(weakref.ref(y))
        (first,) = gradients(y.sum(), [y], create_graph=True)
        del y, first
        assert not any(ref() for ref in alive)
    finally:
        gc.enable()


def value_graph(n):
    x, y = Value(1.0), Value(0.5)
    for _ in range(n // 2):
        y = y * x + 1e-3
    y.backward()


def tensor_graph(n):
    x, y = Tensor(1.0, requires_grad=True), Tensor(0.5, requires_grad=True)
    for _ in range(n // 2):
        y = y * x + 1e-3
    y.backward()


def fan_graph(n):
    x, total = Value(1.0), Value(0.0)
    for use in [x * 0.5 for _ in range(n // 2)]:
        total = total + use
    total.backward()


def index_graph(n):
    x, total = Tensor(np.linspace(0.0, 1.0, n), requires_grad=True), 0.0
    for entry in x:
        total = total + entry * entry
    (g,) = gradients(total, [x], create_graph=True)
    sum(g[i] * i for i in range(n)).backward()


@pytest.mark.slow
@pytest.mark.parametrize("run", [value_graph, tensor_graph, fan_graph, index_graph])
def test_work_grows_with_size(run):
    """Ten times the nodes take ten times the lines."""
    assert lines_run(run, 10_000) == pytest.approx(10 * lines_run(run, 1_000), rel=0.01)


#: Reads of a few entries of a matrix x, step i of a loop over its rows.
READS = {
    "row": lambda x, i: x[i],
    "two rows": lambda x, i: x[i] * x[i - 1],
    "rows of a slice": lambda x, i: x[i : i + 2],
    "a column of rows": lambda x, i: x[i : i + 2, 1],
    "entry": lambda x, i: x[i, -1],
    "entry of a row": lambda x, i: x[i][1],
    "list": lambda x, i: x[[i, i]],
    "new axis": lambda x, i: x[i, None],
    "take": lambda x, i: ag.take(x, i, axis=0),
    "take_along_axis": lambda x, i: ag.take_along_axis(x, np.full((1, 3), i), axis=0),
    "a number in a tensor": lambda x, i: x[Tensor(i)],
    "a batch of one row": lambda x, i: x[np.arange(i, i + 1)],
    "largest": lambda x, i: x[i, ag.argmax(x[i])],
    "mask": lambda x, i: x[i][np.array([True, False, True])],
    "stack": lambda x, i: ag.stack([x[i], x[0]]),
}  # fmt: skip


def loss_of_reads(read):
    """Sum over a loop of reads, whose derivatives of every order depend on x."""
    return lambda x: sum(ag.sum(ag.sin(read(x, i)) * read(x, i)) for i in range(len(x)))


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_entries_of_the_gradient_of_a_loop_of_reads_grow_with_its_length(read, order, compiled, monkeypatch):
    f = loss_of_reads(read)
    for _ in range(order):
        f = grad(lambda x, f=f: ag.sum(f(x)))
    run = (lambda x: compile(f)(x)) if compiled else f
    short, long = (np.sin(np.arange(3.0 * n)).reshape(n, 3) for n in (30, 120))
    assert entries_computed(run, long) < 8 * entries_computed(run, short)  # 16 times as many if each read took the whole array
    if compiled:
        entries = [sum(np.prod(step.kind[0]) for step in record(f, x).program.instructions) for x in (short, long)]
        assert entries[1] < 8 * entries[0]
    found = run(short)
    monkeypatch.setattr(reverse_mode, "_SMALL", len(short) ** 2)  # no read is small
    np.testing.assert_allclose(found, f(short), rtol=1e-12, atol=1e-12)


def test_methods_are_compiled_at_their_first_call_and_modules_loaded_at_their_first_use():
    code = """
import sys
import numpy
before = set(sys.modules)
import autograd as ag
assert not {"difflib", "traceback", "pathlib"} & (set(sys.modules) - before)
assert "autograd.drawing" not in sys.modules and "autograd.tape.tape" not in sys.modules
kept, reflected = ag.Value.__mul__, ag.Value.__rsub__
x = ag.Value(2.0)
for _ in range(2):
    assert kept(x, 3.0).data == kept(3.0 * x, x).data / 2 == (x * 3.0).data == 6.0
    assert reflected(x, 3.0).data == (3.0 - x).data == 1.0
assert ag.Value.__mul__ is not kept and ag.Value.__mul__.__name__ == kept.__name__ == "__mul__"
assert ag.Value.__mul__.__doc__ == kept.__doc__
y = ag.sinh(x) + x.tanh()
y.backward()
assert str(ag.OPS["sinh"]) == "<op sinh(x): elementwise>"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
