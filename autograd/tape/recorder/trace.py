"""`trace_function`: run a function on variables, and find the program of what it did."""

import inspect
from collections.abc import Callable
from typing import Any

from autograd.base.grad_mode import recording
from autograd.base.trace_state import Trace, current_trace, tracing
from autograd.engine.node import next_serial
from autograd.tape.program import Program
from autograd.tape.recorder.arguments import Unflatten, flatten_result, make_inputs
from autograd.tape.recorder.lower import lower
from autograd.tape.recorder.rng_guard import RngGuard


def trace_function(f: Callable[..., Any], args: tuple[Any, ...], scalars: bool) -> tuple[Program, Unflatten]:
    """(the program that f runs for these arguments, what makes its result of the program's outputs).

    Raises:
        TypeError: if f reads the data of a number that changes from call to call, or a recording is in progress
        RuntimeError: if f draws random numbers
    """
    if current_trace() is not None:
        raise TypeError("a tape cannot be recorded while another one is: call the function itself")
    getattr(f, "named_parameters", list)()  # a module's get their paths for labels
    named = dict(zip(_names(f, len(args)), args, strict=True))
    guard = RngGuard(f, args)

    def run() -> tuple[Trace, Any, Any]:
        trace = Trace(next_serial())
        with tracing(trace), recording():
            given, inputs = make_inputs(named, scalars)
            trace.inputs.update(inputs)
            return trace, inputs, f(*given.values())

    trace, inputs, result = run()
    if generator := guard.find_used(run):
        raise RuntimeError(
            f"{getattr(f, '__name__', 'the function')} drew from a random generator ({generator}) while a tape was recorded, "
            "which would repeat the same numbers at every replay: draw them outside, and pass them as an argument"
        )
    outputs, unflatten = flatten_result(result)
    return lower(trace, inputs, outputs), unflatten


def _names(f: Callable[..., Any], n: int) -> list[str]:
    """The names of the first n positional parameters, as far as f tells, or the `forward` that its call hands them to."""
    named = _positional(f) or _positional(getattr(f, "forward", None))
    return [named[i] if i < len(named) else f"argument{i}" for i in range(n)]


def _positional(f: Any) -> list[str]:
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
