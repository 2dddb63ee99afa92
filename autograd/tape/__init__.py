"""The tape: a function recorded once as straight-line instructions, optimised, and replayed by one of several back ends."""

from autograd.tape import backends as backends
