"""`trace_function`: run a function on variables, and lower the recorded graph to a program."""

from collections.abc import Callable
from typing import Any

from autograd.base.grad_mode import recording
from autograd.base.trace_state import Trace, current_trace, tracing
from autograd.engine.node import next_serial
from autograd.tape.program import Program
from autograd.tape.recorder.arguments import Unflatten, call, flatten_result, make_inputs
from autograd.tape.recorder.lower import lower
from autograd.tape.recorder.rng_guard import RngGuard
from autograd.transforms.calls import positional_parameters


def trace_function(f: Callable[..., Any], args: tuple[Any, ...], scalars: bool) -> tuple[Program, Unflatten]:
    """(program of f for these arguments, function that rebuilds its result from the outputs).

    Raises:
        TypeError: If f reads the data of a number that changes from call to call, or a recording is in progress
        RuntimeError: If f draws random numbers
    """
    if current_trace() is not None:
        raise TypeError("a tape cannot be recorded while another one is: call the function itself")
    getattr(f, "named_parameters", list)()  # labels the parameters of a module by their paths
    names = _argument_names(f, len(args))
    guard = RngGuard(f, args)

    def run() -> tuple[Trace, Any, Any]:
        trace = Trace(next_serial())
        with tracing(trace), recording():
            variables, inputs = make_inputs(names, args, scalars)
            trace.inputs.update(inputs)
            return trace, inputs, call(f, variables)

    trace, inputs, result = run()
    if generator := guard.find_used(run):
        raise RuntimeError(
            f"{getattr(f, '__name__', 'the function')} drew from a random generator ({generator}) while a tape was recorded; "
            "replays would repeat the same numbers: draw them outside, and pass them as an argument"
        )
    outputs, unflatten = flatten_result(result, scalars)
    return lower(trace, inputs, outputs), unflatten


def _argument_names(f: Callable[..., Any], n: int) -> list[str]:
    """Names of the first n positional parameters of f, or of its method `forward`."""
    names = positional_parameters(f) or positional_parameters(getattr(f, "forward", None))
    return [names[i] if i < len(names) else f"argument{i}" for i in range(n)]
