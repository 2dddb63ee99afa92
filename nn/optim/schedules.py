"""Learning rate schedules: functions from the step to the factor of the initial rate."""

from collections.abc import Callable
from math import cos, inf, pi

from autograd.support.deprecated import renamed_arguments
from nn._validation import check_integer, check_range

#: A function from the step, counted from 0, to the factor of the learning rate.
Factor = Callable[[int], float]


def constant() -> Factor:
    """Constant factor 1.

    >>> constant()(100)
    1.0
    """
    return lambda t: 1.0


def stepwise(every: int, gamma: float = 0.1) -> Factor:
    """Step decay: the factor is multiplied by `gamma` after every `every` steps.

        γ^⌊t / every⌋

    >>> [stepwise(2, 0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    n, g = check_integer("every", every, least=1), check_range("gamma", gamma, below=inf)
    return lambda t: g ** (t // n)


def exponential(gamma: float) -> Factor:
    """Exponential decay: the factor is multiplied by `gamma` after each step.

        γᵗ

    >>> [exponential(0.5)(t) for t in range(3)]
    [1.0, 0.5, 0.25]
    """
    g = check_range("gamma", gamma, below=inf)
    return lambda t: g**t


@renamed_arguments(least="eta_min")
def cosine(steps: int, eta_min: float = 0.0) -> Factor:
    """Cosine annealing from 1 to `eta_min`, a factor too, in `steps` steps; constant after them.

        eta_min + (1 − eta_min) (1 + cos(π t / steps)) / 2

    Source:
        Loshchilov & Hutter, ICLR 2017, eq. 5

    >>> [round(cosine(2)(t), 6) for t in range(4)]
    [1.0, 0.5, 0.0, 0.0]
    """
    n, low = check_integer("steps", steps, least=1), check_range("eta_min", eta_min, below=inf)
    return lambda t: low + (1.0 - low) * (1.0 + cos(pi * min(t, n) / n)) / 2.0


def warm_up(steps: int, then: Factor | None = None) -> Factor:
    """Linear warm-up for `steps` steps, then another schedule from its step 0.

        (t + 1) / steps,   then(t − steps) from t = steps on

    Source:
        Goyal et al., arXiv:1706.02677, 2017, section 2.2

    >>> [warm_up(2, exponential(0.5))(t) for t in range(4)]
    [0.5, 1.0, 1.0, 0.5]
    """
    n, after = check_integer("steps", steps, least=1), then or constant()
    return lambda t: (t + 1) / n if t < n else after(t - n)


def one_cycle(steps: int, rising: float = 0.3, first: float = 1 / 25, last: float = 1e-4 / 25) -> Factor:
    """One cycle: cosine from `first` to 1 for the fraction `rising` of the steps, then cosine to `last`.

    Source:
        Smith & Topin, arXiv:1708.07120, 2018

    >>> [round(one_cycle(10, rising=0.5, first=0.0, last=0.0)(t), 3) for t in (0, 5, 10)]
    [0.0, 1.0, 0.0]
    """
    n, share = check_integer("steps", steps, least=1), check_range("rising", rising, below=1.0)
    top = share * n

    def factor(t: int) -> float:
        if t < top:
            return 1.0 + (first - 1.0) * (1.0 + cos(pi * t / top)) / 2.0
        return last + (1.0 - last) * (1.0 + cos(pi * (min(t, n) - top) / (n - top))) / 2.0

    return factor
