"""Is a derivative right? Claims held against measurements that know nothing of how they were made.

arguments, subjects          a function as vectors in and out; what it gives, and what is claimed of its derivative
readings, replay, structure  graphs computed again: with complex and dual numbers, and rounded at random
differences                  extrapolated differences of a black box, with error bars
oracles, comparing           the ways to measure, the sharpest first, and the comparison with the claim
kinks, subdifferential       points where a derivative is a choice
manners                      shapes, types, memory, the same answer twice
diagnosis, blame, shrinking  why it is wrong: the factor, the op, the smallest arguments
checking, against            `check_gradients`, and beside another framework `check_against`
"""

from autograd.checks.against import adapted, check_against
from autograd.checks.checking import check_gradients
from autograd.checks.errors import GradientError, Report
from autograd.checks.property import gradients_hold

__all__ = ["GradientError", "Report", "adapted", "check_against", "check_gradients", "gradients_hold"]
