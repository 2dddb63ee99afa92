"""Helpers that need the standard library alone, shared by `autograd` and `nn`."""
