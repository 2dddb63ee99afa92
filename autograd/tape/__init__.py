"""The tape: a function recorded once as straight-line instructions, optimised, and replayed by one of several back ends."""
