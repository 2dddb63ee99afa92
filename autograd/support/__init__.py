"""Helpers of `autograd` and `nn` that import the standard library only."""
