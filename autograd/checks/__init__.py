"""Gradient checks: claimed derivatives compared with independent measurements.

arguments, functions, modules       the function under check from vectors to vectors, and the claims on its derivative
oracles                             measurements, the sharpest first: exact structure, complex step, dual numbers, differences
compare, verdicts                   comparison of claims with measurements
kinks, one_sided, subdifferential   points where the function is not smooth, or its derivative is infinite
continuity                          jumps, where no derivative exists
invariants                          determinism, no input mutation, gradient shape and dtype, no aliasing
variations, varied_calls, layouts   custom ops at other layouts, sizes, options, indices, values and precisions
diagnosis, localize, shrink         cause of a wrong derivative: factor, op, smallest arguments
report                              reports and errors
_check_gradients, _check_against    `check_gradients`; `check_against`, which compares with PyTorch or JAX
property_testing                    `gradients_hold`
"""

from autograd.checks._check_against import adapted, check_against
from autograd.checks._check_gradients import check_gradients, gradcheck
from autograd.checks.property_testing import gradients_hold
from autograd.checks.report import GradientError, Report

__all__ = ["GradientError", "Report", "adapted", "check_against", "check_gradients", "gradcheck", "gradients_hold"]
