"""Functions of functions: gradients, products with Jacobians, Jacobians, checkpoints."""
