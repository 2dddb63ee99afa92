"""The tape: a function recorded once as straight-line instructions, optimised, and replayed by one of several back ends."""

from autograd.tape.backends.protocol import OtherPathError
from autograd.tape.compile import Compiled, compile
from autograd.tape.tape import Tape, record

__all__ = ["Compiled", "OtherPathError", "Tape", "compile", "record"]
