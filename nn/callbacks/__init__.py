"""Callbacks of `fit`."""
