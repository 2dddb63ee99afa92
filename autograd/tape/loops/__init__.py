"""Loops whose body is recorded once: `scan`."""
