"""`trace_function` lowers the recorded graph of a function to a program; `check_eagerly` runs the function on constants."""

from collections.abc import Callable
from typing import Any

from autograd.base.call_state import CallState
from autograd.base.grad_mode import recording
from autograd.base.trace_state import FrozenDataError, Trace, current_trace, tracing
from autograd.engine.node import next_serial
from autograd.support.blocks import Variable
from autograd.tape.program import Program
from autograd.tape.recorder.arguments import Unflatten, call, flatten_result, make_inputs
from autograd.tape.recorder.captures import WRITTEN, Captures
from autograd.tape.recorder.lower import lower
from autograd.tape.recorder.modules import BufferWrites, is_module
from autograd.tape.recorder.rng_guard import RngGuard
from autograd.transforms.calls import positional_parameters


def trace_function(f: Callable[..., Any], args: tuple[Any, ...], scalars: bool) -> tuple[Program, Unflatten, list[Any]]:
    """(program of f for these arguments, function that rebuilds its result from the outputs, modules that f can reach).

    Raises:
        TypeError: If f reads the data of a number that changes from call to call, or writes to an array or a buffer of a
            module; then the state that f can reach is as before. If a recording is in progress
        RuntimeError: If f draws random numbers
    """
    if current_trace() is not None:
        raise TypeError("a tape cannot be recorded while another one is: call the function itself")
    getattr(f, "named_parameters", list)()  # labels the parameters of a module by their paths
    names = _argument_names(f, len(args))
    state = CallState(f, args)
    modules = [x for x in state.objects if is_module(x)]
    writes, guard = BufferWrites(modules), RngGuard(state.objects)

    def run() -> tuple[Trace, Any, Any]:
        trace = Trace(next_serial(), Captures(state.arrays, writes.places()))
        with tracing(trace), recording(), state.read_only():
            variables, inputs = make_inputs(names, args, scalars)
            trace.inputs.update(inputs)
            return trace, inputs, call(f, variables)

    try:
        trace, inputs, result = _refuse_writes(run, writes)
    except FrozenDataError:
        state.restore()
        raise
    if generator := guard.find_used(run):
        raise RuntimeError(
            f"{getattr(f, '__name__', 'the function')} drew from a random generator ({generator}) while a tape was recorded; "
            "replays would repeat the same numbers: draw them outside, and pass them as an argument"
        )
    outputs, unflatten = flatten_result(result, scalars, trace.captures)
    return lower(trace, inputs, outputs), unflatten, modules


def _refuse_writes(run: Callable[[], Any], writes: BufferWrites) -> Any:
    """Result of run(), which must not write to arrays and buffers.

    Raises:
        FrozenDataError: If it does
    """
    try:
        result = run()
    except FrozenDataError as error:
        if refusal := writes.blame(error, certain=False):
            raise refusal from error
        raise
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise writes.blame(error, certain=True) or FrozenDataError(WRITTEN) from error
    writes.check()
    return result


def _argument_names(f: Callable[..., Any], n: int) -> list[str]:
    """Names of the first n positional parameters of f, or of its method `forward`."""
    names = positional_parameters(f) or positional_parameters(getattr(f, "forward", None))
    return [names[i] if i < len(names) else f"argument{i}" for i in range(n)]


def check_eagerly(f: Callable[..., Any], args: tuple[Any, ...], scalars: bool) -> None:
    """Run f on constant nodes, whose ops raise if a number is not finite: the check of a replay in `detect_anomaly()`.

    Raises:
        FloatingPointError: If a number is not finite; names the op and the source line

    >>> from autograd import detect_anomaly, log
    >>> with detect_anomaly():
    ...     check_eagerly(log, (-1.0,), True)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log gave nan, from 1 input: -1.0...
    """
    arguments, inputs = make_inputs([""] * len(args), args, scalars)
    for node in inputs:
        node.requires_grad = False  # type: ignore[misc]  # a slot of both kinds of nodes
    with _eager.set(True):
        call(f, arguments)


#: True while a replay is checked: compiled functions inside run uncompiled.
_eager = Variable("autograd_eager", False)
runs_eagerly = _eager.get
