"""Test data: Hypothesis strategies, random programs, and example calls of every op."""
