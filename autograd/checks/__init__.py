"""Is a derivative right? Claims held against measurements that know nothing of how they were made.

arguments, functions                a function as vectors in and out; what it gives, and what is claimed of its derivative
oracles                             the ways to measure, the sharpest first: complex step, differences, polynomials, replay
compare                             the comparison of what is measured with the claim
kinks, subdifferential              points where a derivative is a choice
invariants                          shapes, types, memory, the same answer twice
diagnosis, localize, shrink         why it is wrong: the factor, the op, the smallest arguments
report, detection_power             what is said of it, and how small an error is always found
_check_gradients, _check_against    `check_gradients`, and beside another framework `check_against`
property_testing                    `gradients_hold`
"""

from autograd.checks._check_against import adapted, check_against
from autograd.checks._check_gradients import check_gradients
from autograd.checks.property_testing import gradients_hold
from autograd.checks.report import GradientError, Report

__all__ = ["GradientError", "Report", "adapted", "check_against", "check_gradients", "gradients_hold"]
