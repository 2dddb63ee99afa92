"""`check_grads`: gradient checks as a function of the function and its options, then of the arguments."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd import check_gradients


def check_grads(
    f: Callable[..., Any], argnum: int | Sequence[int] = 0, modes: Sequence[str] = ("fwd", "rev"), order: int = 2
) -> Callable[..., None]:
    """Function of the arguments of f that raises unless its derivatives are right, by `autograd.check_gradients`.

    Both modes are checked whichever is asked for.

    Raises:
        ValueError: If a mode is unknown
        GradientError: In the call, an AssertionError, if a derivative is wrong

    >>> check_grads(lambda x: x**3, modes=["rev"], order=2)(2.0)
    """
    if unknown := set(modes) - {"fwd", "rev"}:
        raise ValueError(f"modes must be of 'fwd' and 'rev', got {sorted(unknown)}")

    def check(*args: Any, **kwargs: Any) -> None:
        check_gradients(lambda *xs: f(*xs, **kwargs), *args, order=order, argnums=argnum)

    return check
