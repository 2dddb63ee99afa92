"""Learning rates over time: each schedule says by what factor of the first rate a step is taken."""

from autograd.support.public import publish
from nn.callbacks.schedule import Plateau, Schedule
from nn.optim.schedules import constant, cosine, exponential, one_cycle, stepwise, warm_up

__all__ = ["Plateau", "Schedule", "constant", "cosine", "exponential", "one_cycle", "stepwise", "warm_up"]

publish(globals())
