"""Learning rate schedules: functions from the step to the factor of the initial rate, and callbacks that apply them."""

from autograd.support.public import publish
from nn.callbacks.schedule import Plateau, Schedule
from nn.optim.schedules import constant, cosine, exponential, one_cycle, stepwise, warm_up

__all__ = ["Plateau", "Schedule", "constant", "cosine", "exponential", "one_cycle", "stepwise", "warm_up"]

publish(globals())
