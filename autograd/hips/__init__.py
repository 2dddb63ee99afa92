"""Adapters for programs written for HIPS autograd: the modules and names of that package in terms of this one.

numpy           NumPy's namespace, with arrays of nodes
scipy           special functions, distributions, convolution, differential equations
misc            flat vectors, optimizers, fixed points
extend          functions with a given derivative
builtins, differential_operators, test_util

The folder is on the search path of `autograd`: `import autograd.numpy as np` finds `autograd/hips/numpy`. Nothing here is
loaded by `import autograd`, and nothing here declares a derivative that an op has.
"""
