"""Test data: Hypothesis strategies, random programs, example calls of every op."""
