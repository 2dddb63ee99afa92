"""Grad modes, trace state, containers, numerics and domains."""
