"""Tapes in several threads and in forked processes: first uses, replays, recordings."""

import os
import threading

import numpy as np
import pytest

import autograd as ag
from autograd import Value, checkpoint, no_grad
from autograd.base import grad_mode
from autograd.support import machine_code
from autograd.tape.backends import Backend
from autograd.tape.backends.registry import find_backend
from tests.threads import in_threads, run_in_fork

BACKENDS = ("python", "numpy", "native", "jax")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def cube(x):
    return x * x * x if x < 10.0 else -x


def check_calls(f, rounds=20):
    for i in range(rounds):
        assert f(float(i)) == (3.0 * i * i if i < 10 else -1.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_first_calls_of_a_compiled_function(backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
        machine_code._machine.cache_clear()
    jax = pytest.importorskip("jax") if backend == "jax" else None
    f = ag.compile(ag.grad(cube), backend=backend)

    def run():
        if jax is None:
            check_calls(f)
        else:
            with jax.enable_x64(True):
                check_calls(f)

    in_threads(*[run] * 4)
    assert len(f.tapes) == 2
    assert len(f.tapes[0].branches) == 1


def test_a_tape_is_compiled_once():
    class Counting(Backend):
        def __init__(self):
            self.count = 0

        def compile(self, program):
            self.count += 1
            return find_backend("numpy").compile(program)

        def batch(self, program):
            self.count += 1
            return super().batch(program)

    backend = Counting()
    tape = ag.record(lambda x: x * x, 1.0, backend=backend)
    in_threads(*[lambda: (tape(3.0), tape.map(np.ones(3)))] * 8)
    assert backend.count == 2


def test_clearing_the_cache_beside_calls():
    f = ag.compile(ag.grad(cube))

    def clear():
        for _ in range(30):
            f.clear()

    in_threads(*[lambda: check_calls(f, 60)] * 3, clear)


def test_replays_of_one_tape_do_not_share_buffers():
    f = ag.compile(lambda x: ag.sum(ag.tanh(x) * x) + ag.sum(ag.exp(-x) * x))

    def run(k):
        x = np.full(20_000, k)
        expected = f(x)
        assert all(f(x) == expected for _ in range(50))

    f(np.ones(20_000))
    in_threads(*[lambda k=k: run(k) for k in (1.0, 2.0, 3.0, 4.0)])


def busy_with_replays(f, x):
    f(x)


def busy_with_recordings(f, x):
    ag.record(lambda y: y * y, 1.0)


def busy_in_blocks(f, x):
    with no_grad(), ag.detect_anomaly(), grad_mode.recording(), no_grad():
        x * x


def busy_with_checkpoints(f, x):
    t = ag.Tensor(x, requires_grad=True)
    checkpoint(lambda t: ag.sum(t * SCALE))(t).backward()


SCALE = np.ones(20_000)


@needs_fork
@pytest.mark.parametrize("work", [busy_with_replays, busy_with_recordings, busy_in_blocks, busy_with_checkpoints])
def test_children_forked_beside_a_busy_thread(work):
    x = np.linspace(0.0, 1.0, 20_000)
    f = ag.compile(ag.grad(lambda x: ag.sum(ag.sin(x) * x)))
    expected = f(x)
    done = threading.Event()

    def serve():
        while not done.is_set():
            work(f, x)

    def check():
        assert grad_mode.is_recording()
        assert not grad_mode.blocks
        assert SCALE.flags.writeable
        assert np.array_equal(f(x), expected)
        assert ag.compile(ag.grad(cube))(2.0) == 12.0
        v = Value(3.0)
        (v * v).backward()
        busy_with_checkpoints(f, x)
        assert v.grad == 6.0
        with no_grad():
            assert not (v * v).requires_grad

    threads = [threading.Thread(target=serve) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            run_in_fork(check)
    finally:
        done.set()
        for thread in threads:
            thread.join()
