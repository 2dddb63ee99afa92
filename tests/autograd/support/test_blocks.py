"""Blocks: decorators of every kind of function, and the state after an exception at any moment."""

import asyncio
import contextlib
import dis
import functools
import gc
import inspect
import os
import sys

import numpy as np
import pytest

import autograd
from autograd import Value, detect_anomaly, grad, no_grad, record, remember_lines, scope
from autograd.base import grad_mode
from autograd.base.numerics import quiet
from autograd.base.trace_state import Trace, current_trace, tracing
from autograd.engine.graph import pause_garbage_collection
from autograd.engine.node import next_serial
from autograd.transforms.grad_vjp_jvp import graph_requested

#: Each mode with the function that tells if it is on.
MODES = [
    (no_grad, lambda: not grad_mode.is_recording()),
    (detect_anomaly, grad_mode.is_detecting_anomaly),
    (remember_lines, grad_mode.is_remembering_lines),
    (lambda: tracing(Trace(next_serial())), lambda: current_trace() is not None),
]
every_mode = pytest.mark.parametrize(("mode", "is_on"), MODES, ids=["no_grad", "detect_anomaly", "remember_lines", "tracing"])


@every_mode
def test_a_decorated_function(mode, is_on):
    assert mode()(lambda: is_on())()
    assert not is_on()


@every_mode
def test_a_decorated_generator_has_the_mode_in_its_body_only(mode, is_on):
    @mode()
    def steps():
        received = []
        try:
            while len(received) < 2:
                assert is_on()
                received.append((yield is_on()))
        except KeyError:
            yield "caught", is_on()
        return received

    assert inspect.isgeneratorfunction(steps)
    first, second = steps(), steps()
    for generator in (first, second, first):
        assert generator.send(None if inspect.getgeneratorstate(generator) == "GEN_CREATED" else 5) is True
        assert not is_on()
    with pytest.raises(StopIteration) as end:
        first.send(6)
    assert end.value.value == [5, 6]
    assert second.throw(KeyError) == ("caught", True)
    assert not is_on()


@every_mode
@pytest.mark.parametrize("end", [lambda g: g.close(), lambda g: None], ids=["closed", "dropped"])
def test_a_decorated_generator_that_ends_early(mode, is_on, end):
    seen = []

    @mode()
    def steps():
        try:
            yield 1
        finally:
            seen.append(is_on())

    generator = steps()
    next(generator)
    end(generator)
    del generator
    gc.collect()
    assert seen == [True]
    assert not is_on()


@every_mode
def test_decorated_coroutines_that_take_turns(mode, is_on):
    @mode()
    async def inside(n):
        for _ in range(n):
            assert is_on()
            await asyncio.sleep(0)
        with pytest.raises(ZeroDivisionError):
            await failing()
        return is_on()

    async def failing():
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def outside(n):
        for _ in range(n):
            assert not is_on()
            await asyncio.sleep(0)
        return is_on()

    async def both():
        return await asyncio.gather(inside(3), outside(4), inside(5))

    assert inspect.iscoroutinefunction(inside)
    assert asyncio.run(both()) == [True, False, True]
    coroutine = inside(2)  # driven by hand
    coroutine.send(None)
    assert not is_on()
    coroutine.close()


@every_mode
def test_a_cancelled_coroutine(mode, is_on):
    seen = []

    @mode()
    async def waiting():
        try:
            await asyncio.sleep(60)
        finally:
            seen.append(is_on())

    async def cancel():
        task = asyncio.create_task(waiting())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return is_on()

    assert asyncio.run(cancel()) is False
    assert seen == [True]


@every_mode
def test_a_decorated_asynchronous_generator(mode, is_on):
    seen = []

    @mode()
    async def steps():
        try:
            received = yield is_on()
            await asyncio.sleep(0)
            try:
                yield received, is_on()
            except KeyError:
                yield "caught", is_on()
            yield 4
        finally:
            seen.append(is_on())

    async def run():
        whole = [item async for item in steps()]
        generator = steps()
        parts = [await generator.asend(None), is_on(), await generator.asend(7), is_on(), await generator.athrow(KeyError)]
        await generator.aclose()
        return whole, parts, is_on()

    assert inspect.isasyncgenfunction(steps)
    assert asyncio.run(run()) == ([True, (None, True), 4], [True, False, (7, True), False, ("caught", True)], False)
    assert seen == [True, True]


def test_a_decorated_generator_has_a_scope_for_each_step():
    @scope("inside")
    def steps(x):
        yield x * x
        yield x * x

    x = Value(2.0)
    generator = steps(x)
    first = next(generator)
    between = x * x
    nodes = autograd.draw(first + between + next(generator)).dot
    assert nodes.count("inside") == 2


@every_mode
def test_an_exit_stack_and_calls_of_the_methods(mode, is_on):
    with contextlib.ExitStack() as stack:
        for block in (mode(), mode()):
            stack.enter_context(block)
        assert is_on()
    assert not is_on()
    block = mode()
    block.__enter__()
    assert is_on()
    assert not block.__exit__(None, None, None)
    assert not is_on()


@every_mode
def test_one_block_in_tasks_that_take_turns(mode, is_on):
    block = mode()

    async def work(n):
        with block:
            for _ in range(n):
                await asyncio.sleep(0)
                assert is_on()
        return is_on()

    async def all_of_them():
        return await asyncio.gather(*map(work, (3, 1, 2)))

    assert asyncio.run(all_of_them()) == [False] * 3


PACKAGE = (os.path.dirname(autograd.__file__), contextlib.__file__)


class InterruptError(BaseException):
    """Exception of a signal handler."""


#: Instructions after which Python calls signal handlers and raises the exceptions of other threads.
CHECKS = ("RESUME", "CALL", "CALL_FUNCTION_EX", "CALL_KW", "JUMP_BACKWARD")


@functools.cache
def handler_of(code, offset):
    """Offset of the handler of an error in an instruction, or None."""
    return next((e.target for e in dis.Bytecode(code).exception_entries if e.start <= offset < e.end), None)


def is_moment(frame, before):
    """True if Python may raise another thread's exception after the instruction at `before`, with the handler of the next."""
    code, offset = frame.f_code, frame.f_lasti
    if before is None or dis.opname[code.co_code[before]] not in CHECKS:
        return False
    return handler_of(code, before) == handler_of(code, offset)


def interrupted_at(n, function):
    """Call function() with an exception at the n-th moment in this package at which Python may raise one; True if there is."""
    count, previous = 0, {}

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            if is_moment(frame, previous.get(frame)):
                count += 1
                if count == n:
                    sys.settrace(None)
                    raise InterruptError
            previous[frame] = frame.f_lasti
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    except InterruptError:
        check_modes()
        return True
    finally:
        sys.settrace(before)
        previous.clear()
    if count == 0 and sys.version_info[:2] == (3, 12):
        pytest.skip("the first versions of Python 3.12 send no opcode events for code that has run before")
    return False


def check_modes():
    """Assert that all modes are off, as at the start."""
    assert grad_mode.is_recording()
    assert current_trace() is None
    assert not graph_requested()
    assert gc.isenabled()
    assert np.geterr()["divide"] == "warn"


def in_blocks():
    x = Value(2.0)
    with no_grad(), detect_anomaly(), quiet():
        x * x
    with pause_garbage_collection():
        x * x


def steps_of_a_generator():
    @no_grad
    def steps():
        yield 1
        yield 2

    list(steps())


SCRIPTS = [in_blocks, steps_of_a_generator, lambda: grad(lambda x: x * x)(2.0), lambda: record(lambda x: x * x, 2.0)]


@pytest.mark.parametrize("script", SCRIPTS, ids=["blocks", "generator", "grad", "record"])
def test_an_exception_at_any_moment_leaves_every_mode_as_it_was(script):
    script()
    n = 1
    while interrupted_at(n, script):
        assert not grad_mode.blocks
        n += 1 if n < 300 else 41  # later ones lie in the passes of a tape
    assert n > 9
