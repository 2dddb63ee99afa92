"""Tapes: functions recorded once as lists of instructions, optimised, and replayed by a back end."""

from autograd.tape import backends as backends
