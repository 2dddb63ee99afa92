"""Grad modes: per thread and per task, as decorators, in generators, and restored at the end."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograd import Tensor, Value, grad, gradients, no_grad
from autograd.base.grad_mode import blocks, is_recording, recording


def records(x=None):
    """True if arithmetic is recorded in the current context."""
    x = x or Value(2.0)
    return (x * x).requires_grad


def test_nothing_is_recorded_inside_and_all_outside():
    x, t = Value(2.0), Tensor([2.0], requires_grad=True)
    with no_grad():
        for y in (x * x, x + 1, 1 / x, x.exp(), t * t, t.sum(), t[0]):
            assert not y.requires_grad
            assert y.inputs == ()
    assert records(x)
    assert records(t)


def test_blocks_nest():
    with no_grad():
        with no_grad():
            assert not records()
        assert not records()
        with recording():
            assert records()
        assert not records()
    assert records()


def test_an_error_inside_ends_the_block():
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert records()


def test_one_block_may_be_opened_again_and_inside_itself():
    block = no_grad()
    for _ in range(2):
        with block, block:
            assert not records()
        assert records()


def test_decorator():
    @no_grad()
    def called(x):
        return x * x

    @no_grad
    def bare(x):
        return x * x

    for f in (called, bare):
        assert not f(Value(2.0)).requires_grad
        assert records()
    assert bare.__name__ == "bare"


def test_decorated_function_may_recurse():
    @no_grad()
    def down(n):
        assert not records()
        return n if n == 0 else down(n - 1)

    down(5)
    assert records()


def test_a_thread_has_its_own_setting():
    inside, done = threading.Event(), threading.Event()
    seen = []

    def other():
        inside.wait()
        seen.append(records())
        with no_grad():
            seen.append(records())
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        done.wait()
        assert not records()
    thread.join()
    assert seen == [True, False]


def test_a_decorated_function_in_many_threads():
    barrier = threading.Barrier(8)

    @no_grad()
    def work(_):
        barrier.wait()
        return records()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [False] * 8
        barrier = threading.Barrier(1)
        assert pool.submit(records).result()


def test_a_task_has_its_own_setting():
    async def off(ready, go):
        with no_grad():
            ready.set()
            await go.wait()
            return records()

    async def on(ready, go):
        await ready.wait()
        found = records()
        go.set()
        return found

    async def both():
        ready, go = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(off(ready, go), on(ready, go))

    assert asyncio.run(both()) == [False, True]


def test_a_block_inside_a_generator_that_is_run_to_its_end():
    def numbers():
        with no_grad():
            yield records()
            yield records()

    assert list(numbers()) == [False, False]
    assert records()


def test_a_generator_closed_early_ends_its_block():
    def numbers():
        with no_grad():
            yield 1

    steps = numbers()
    next(steps)
    steps.close()
    assert records()


def test_closing_a_generator_in_another_context_ends_its_block():
    def numbers():
        with no_grad():
            yield 1

    steps = numbers()
    contextvars.copy_context().run(next, steps)
    steps.close()
    assert not blocks
    assert records()


def test_blocks_of_generators_that_take_turns_leave_nothing_behind():
    def numbers():
        with no_grad():
            yield from range(3)

    first, second = numbers(), numbers()
    next(first), next(second)
    assert not records()
    assert [*first, *second] == [1, 2, 1, 2]
    assert records()


def test_a_copied_context_keeps_its_setting():
    with no_grad():
        context = contextvars.copy_context()
        assert context.run(records) is False
    assert context.run(records) is False
    assert records()


def test_gradients_may_be_taken_of_an_old_graph_inside_no_grad():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
        assert gradients(y, x) == 6.0
    assert x.grad == 6.0


def test_transforms_record_inside_no_grad():
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
        assert grad(grad(lambda x: x**3))(3.0) == 18.0
        assert not is_recording()


def test_a_recorded_gradient_may_be_taken_inside_no_grad():
    x = Value(3.0)
    y = x**3
    with no_grad():
        (first,) = gradients(y, [x], create_graph=True)
    assert gradients(first, x) == 18.0


def test_assigning_data_in_a_training_step_needs_no_block():
    w = Tensor([1.0], requires_grad=True)
    (w * w).sum().backward()
    w.data -= 0.1 * w.grad
    assert w.requires_grad
    assert w.op is None
