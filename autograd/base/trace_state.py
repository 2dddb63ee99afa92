"""State of a tape recording: branch conditions become guards, and reading plain data raises.

Nodes record arithmetic themselves, but not data that leaves the graph. `bool()` selects a branch that the replay must
check. `float()` and `.data` would make a number a constant of the tape, which the replay would silently reuse.
"""

from typing import Any

from autograd.support.blocks import Variable


class FrozenDataError(TypeError):
    """A recorded function reads or writes data in a way that replays would not repeat."""


class Trace:
    """Tape recording in progress.

    Attributes:
        start: Serial number at the start; nodes with a smaller one were made before the recording
        inputs: Nodes of the arguments
        guards: (node, recorded truth value) for each branch condition, in order
        captures: Leaves made from arrays that other code may write to; None outside of tapes
        refusal: Why plain data must not be read, for errors
    """

    refusal = "while a tape is recorded would make a constant of a number that changes from call to call"

    def __init__(self, start: int, captures: Any = None) -> None:
        self.start = start
        self.captures = captures
        self.inputs: set[Any] = set()
        self.guards: list[tuple[Any, bool]] = []

    def record_guard(self, node: Any, outcome: bool) -> bool:
        """Record a guard for the branch condition `node` and return `outcome`."""
        if not self.is_constant(node):
            self.guards.append((node, outcome))
        return outcome

    def is_constant(self, node: Any) -> bool:
        """True if `node` is a constant of the tape: a leaf made during the recording that no replay reads anew."""
        if node.op is not None or node.serial <= self.start or node in self.inputs:
            return False
        return self.captures is None or not self.captures.is_read(node)


_trace: Variable[Trace | None] = Variable("autograd_trace", None)
_entry = _trace.entry

#: Block that records ops into a trace.
tracing = _trace.set
#: True inside a transform: inner transforms must return nodes, or the outer derivative would be lost. None in a forward
#: rule on plain numbers, whose transforms return plain results, and no derivative passes through them.
inside_transform: Variable[bool | None] = Variable("autograd_inside_transform", False)


def current_trace() -> Trace | None:
    """Recording in progress in the current context, or None."""
    return _entry().value


def graph_requested() -> bool:
    """True if results of transforms must be nodes: inside another transform or the recording of a tape."""
    return bool(inside_transform.get()) or current_trace() is not None


def current_captures() -> Any:
    """Leaves made from arrays in the recording of a tape in the current context, or None."""
    trace = current_trace()
    return None if trace is None else trace.captures


def is_traced(node: Any) -> bool:
    """True if `node` is not a constant of a recording in progress."""
    trace = current_trace()
    return trace is not None and not trace.is_constant(node)


def check_not_frozen(node: Any, reading: str) -> None:
    """Raise if `reading` the data of `node` would turn it into a constant of the tape being recorded."""
    trace = current_trace()
    if trace is not None and not trace.is_constant(node):
        is_array = node not in trace.inputs and trace.captures is not None and trace.captures.is_read(node)
        cure = (
            "use a copy of the array, a.copy(), which is a constant"
            if is_array
            else "use the node itself, stop_gradient(x) for its value without a gradient, or where, maximum, minimum for a "
            "choice"
        )
        raise FrozenDataError(f"{reading} of {node!r} {trace.refusal}: {cure}")
