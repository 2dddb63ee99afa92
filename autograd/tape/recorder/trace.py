"""`trace_function` lowers the recorded graph of a function to a program; `check_eagerly` runs the function on constants."""

from collections.abc import Callable
from typing import Any

from autograd.base.grad_mode import recording
from autograd.base.trace_state import Trace, current_trace, tracing
from autograd.engine.node import next_serial
from autograd.support.blocks import Variable
from autograd.tape.program import Program
from autograd.tape.recorder.arguments import Unflatten, call, flatten_result, make_inputs
from autograd.tape.recorder.effects import EffectGuard
from autograd.tape.recorder.lower import lower
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
    effects = EffectGuard(f, args)

    def run() -> tuple[Trace, Any, Any]:
        trace = Trace(next_serial(), effects.captures())
        with tracing(trace), recording():
            variables, inputs = make_inputs(names, args, scalars)
            trace.inputs.update(inputs)
            return trace, inputs, call(f, variables)

    trace, inputs, result = effects.check(run)
    outputs, unflatten = flatten_result(result, scalars, trace.captures)
    return lower(trace, inputs, outputs), unflatten, effects.modules


def _argument_names(f: Callable[..., Any], n: int) -> list[str]:
    """Names of the first n positional parameters of f, or of its method `forward`."""
    names = positional_parameters(f) or positional_parameters(getattr(f, "forward", None))
    return [names[i] if i < len(names) else f"argument{i}" for i in range(n)]


def check_eagerly(f: Callable[..., Any], args: tuple[Any, ...], scalars: bool) -> None:
    """Run f on constant nodes, whose ops raise if a number is not finite: the check of a replay in `detect_anomaly()`.

    >>> from autograd import detect_anomaly, log
    >>> with detect_anomaly():
    ...     check_eagerly(log, (-1.0,), True)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log gave nan, from 1 input: -1.0...
    """
    arguments, inputs = make_inputs([""] * len(args), args, scalars)
    for node in inputs:
        node.requires_grad = False  # a slot of both kinds of nodes
    with _eager.set(True):
        call(f, arguments)


#: True while a replay is checked: compiled functions inside run uncompiled.
_eager = Variable("autograd_eager", False)
runs_eagerly = _eager.get
