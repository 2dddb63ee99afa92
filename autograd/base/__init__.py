"""Foundations: recording modes, the trace of a tape, containers, numerics, domains."""
