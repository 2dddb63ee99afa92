"""Transforms of functions: gradients, Jacobian products, Jacobians, checkpoints."""
