"""Sweeps in several threads, in forked processes, and with an exception in the middle."""

import os
import sys
import threading

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, checkpoint, custom_op, gradients
from tests.autograd.support.test_blocks import interrupted_at
from tests.threads import in_threads, run_in_fork


@pytest.fixture(autouse=True)
def _frequent_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def value_sum(p, t):
    y = p * 0.0
    for _ in range(20):
        y = y + p
    return y


def tensor_sum(p, t):
    return (t * 20.0 + t - t).sum()


def mixed_sum(p, t):
    return (p * t * 0.0 + p * 20.0 / 3.0 + t * 20.0).sum()


def run_hooked(p, t):
    """Sweep with a hook that runs a sweep."""
    y = t * 10.0
    y.register_hook(lambda g: (t * 10.0).sum().backward())
    y.retain_grad()
    y.sum().backward()
    assert np.array_equal(y.grad, np.ones(3))


def run_checkpoint(p, t):
    checkpoint(lambda t: (t * 20.0).sum())(t).backward()


def run_gradients(p, t):
    y = mixed_sum(p, t)
    assert gradients(y, [p])[0] == 20.0
    y.backward()


@pytest.mark.parametrize(
    ("work", "of_value", "of_tensor"),
    [
        (lambda p, t: value_sum(p, t).backward(), 20.0, None),
        (lambda p, t: tensor_sum(p, t).backward(), 0.0, 20.0),
        (lambda p, t: mixed_sum(p, t).backward(), 20.0, 20.0),
        (run_hooked, 0.0, 20.0),
        (run_checkpoint, 0.0, 20.0),
        (run_gradients, 20.0, 20.0),
    ],
    ids=["values", "tensors", "mixed", "hooks", "checkpoint", "gradients"],
)
def test_gradients_of_shared_leaves_add_up(work, of_value, of_tensor):
    p, t = Value(2.0), Tensor(np.ones(3), requires_grad=True)
    rounds, n = 40, 4

    def run():
        for _ in range(rounds):
            work(p, t)

    in_threads(*[run] * n)
    assert p.grad == n * rounds * of_value
    if of_tensor is not None:
        assert np.array_equal(t.grad, np.full(3, n * rounds * of_tensor))


def test_sweeps_of_one_graph_in_threads():
    x = Value(3.0)
    y = x * x + x
    in_threads(*[lambda: [y.backward() for _ in range(200)]] * 4)
    assert x.grad == 800 * 7.0


def work_of_many_kinds(p, t, f, rounds):
    """Four checked operations a round: a gradient, a block, a replay, and a sweep whose sum is checked at the end."""
    for i in range(rounds):
        x = float(i % 7)
        assert ag.grad(lambda v: v * v * v)(x) == 3.0 * x * x
        with ag.no_grad():
            assert not (p * x).requires_grad
        assert f(np.full(4, x)).tolist() == [2.0 * x] * 4
        ((p * 3.0 + t).sum() if i % 2 else p * 12.0).backward()


@pytest.mark.slow
def test_many_operations_in_twelve_threads():
    """The environment variable AUTOGRAD_THREAD_OPERATIONS sets how many."""
    p, t = Value(1.0), Tensor(np.zeros(4), requires_grad=True)
    f = ag.compile(ag.grad(lambda x: ag.sum(x * x)))
    rounds = int(os.environ.get("AUTOGRAD_THREAD_OPERATIONS", "24000")) // 96 * 2
    in_threads(*[lambda: work_of_many_kinds(p, t, f, rounds)] * 12)
    assert p.grad == 12 * rounds * 12.0
    assert np.array_equal(t.grad, np.full(4, 12 * rounds / 2))


@custom_op(lambda g, y, x: failing(g), kind="elementwise")
def broken(xp, x):
    return x * 1.0


def failing(g):
    raise MemoryError


def test_an_error_of_a_hook_or_a_rule_changes_no_leaf():
    a, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    p = Value(2.0)
    hooked = a * 2.0
    hooked.register_hook(failing)
    for y in (p * (hooked + b + b * 3.0).sum(), p * (broken(a) + b).sum()):
        with pytest.raises(MemoryError):
            y.backward()
        assert (a.grad, b.grad, p.grad) == (None, None, 0.0)


@pytest.mark.parametrize("make", [lambda: Value(2.0), lambda: Tensor([2.0], requires_grad=True)], ids=["Value", "Tensor"])
def test_an_exception_at_any_moment_changes_all_leaves_or_none(make):
    leaves = [make() for _ in range(4)]
    a, b, c, d = leaves
    y = (a * b + c * d + a * c).sum() if isinstance(a, Tensor) else a * b + c * d + a * c
    n = 1
    while True:
        y.backward()
        before = [np.sum(x.grad) for x in leaves]
        if not interrupted_at(n, y.backward):
            break
        after = [np.sum(x.grad) for x in leaves]
        assert after in (before, [g + step for g, step in zip(before, (4.0, 2.0, 4.0, 2.0), strict=True)])
        n += 1
    assert n > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_forked_beside_a_sweep_has_whole_gradients():
    p = Value(1.0)

    def sweep():
        y = p * 1.0
        for _ in range(300):
            y = y + p
        while not done.is_set():
            y.backward()

    done = threading.Event()
    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        for _ in range(10):

            def check():
                assert p.grad % 301.0 == 0.0
                q = Value(3.0)
                (q * q + p * 0.0).backward()
                assert q.grad == 6.0

            run_in_fork(check)
    finally:
        done.set()
        thread.join()
