"""`check_eagerly`: the check of a replay in `detect_anomaly()`, by a run of the function itself."""

from collections.abc import Callable
from typing import Any

from autograd.support.blocks import Variable
from autograd.tape.recorder.arguments import call, make_inputs


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
