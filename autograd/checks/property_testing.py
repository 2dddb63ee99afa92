"""`@gradients_hold`: a property test of the derivatives of a function."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from autograd.checks._check_gradients import check_gradients
from autograd.checks.report import GradientError
from autograd.support.lazy_numpy import np
from autograd.support.optional import require

#: Number of examples from `--gradcheck-examples`; `max_examples` overrides it, and if None the Hypothesis profile decides.
EXAMPLES: int | None = None


def gradients_hold(
    *,
    gradient: Callable[..., Any] | None = None,
    order: int = 2,
    max_examples: int | None = None,
    picture: str | None = None,
    **strategies: Any,
) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """A decorator that turns a function into a test of its gradients, for arguments drawn from these strategies.

        @gradients_hold(x=reals(-2, 2), w=tensors((3, 4)))
        def test_loss(x, w):
            return sum(tanh(x * w))

    Every argument without a default needs a strategy of its name. The test takes no arguments: pytest or a call runs it.
    With `gradient`, the function is a plain one, whose derivative `gradient` claims, as in `check_gradients`.
    A failure is a `GradientError` for the smallest arguments that Hypothesis finds; Hypothesis tries them first next time.
    Kinks are checked as in `check_gradients`; arguments at which the function is not finite are drawn again.

    Raises:
        ImportError: If Hypothesis is not installed
        TypeError: If an argument has neither strategy nor default, or a strategy has no argument
        GradientError: From the test, if a derivative is wrong

    >>> from autograd import sin
    >>> from autograd.strategies import reals
    >>> @gradients_hold(x=reals(-2, 2), max_examples=5)
    ... def wave(x):
    ...     return sin(x) * x
    >>> wave()
    """
    hypothesis = require("hypothesis", "gradients_hold")

    def decorate(f: Callable[..., Any]) -> Callable[[], None]:
        others = _defaults(f, strategies)
        argnums = [k for k, name in enumerate(others) if name in strategies]

        def check(**drawn: Any) -> None:
            hypothesis.note(f"arguments: {drawn}")
            try:
                arguments = (others | drawn).values()
                check_gradients(f, *arguments, gradient=gradient, order=order, argnums=argnums, shrink=False)
            except ValueError as error:
                if "check it where it is defined" in str(error):
                    hypothesis.assume(False)
                raise

        check.__name__ = check.__qualname__ = getattr(f, "__name__", "check")
        check.__module__ = f.__module__
        given = hypothesis.given(**strategies)(check)
        count = max_examples or EXAMPLES
        # The phase that explains a failure would run the slowest checks a hundred times more; the report has the cause.
        phases = [phase for phase in hypothesis.settings().phases if phase is not hypothesis.Phase.explain]
        options: dict[str, Any] = {"deadline": None, "phases": phases} | ({"max_examples": count} if count else {})
        run = hypothesis.settings(**options)(given)

        @functools.wraps(f)
        def test() -> None:
            try:
                with np.errstate(all="ignore"):
                    run()
            except GradientError as error:
                if picture is not None and error.drawing is not None:
                    error.drawing.save(picture)
                    error.picture = picture
                raise

        attributes: Any = test
        attributes.__signature__ = inspect.Signature()
        del attributes.__wrapped__
        attributes.hypothesis = given.hypothesis
        return test

    return decorate


def _defaults(f: Callable[..., Any], strategies: dict[str, Any]) -> dict[str, Any]:
    """The default of each argument, in order, up to the last that has a strategy."""
    try:
        parameters = inspect.signature(f).parameters
    except ValueError:
        name = getattr(f, "__name__", repr(f))
        given = ", ".join(strategies)
        raise TypeError(
            f"gradients_hold: {name} has no signature, since it is written in C: wrap it, lambda {given}: {name}({given})"
        ) from None
    defaults = {name: p.default for name, p in parameters.items()}
    missing = {name for name, p in parameters.items() if p.default is p.empty} - set(strategies)
    extra = set(strategies) - set(parameters)
    if missing or extra:
        first, names = min(missing or extra), ", ".join(sorted(missing or extra))
        cure = f"pass {first}=reals(-1, 1), or on the command line --{first} 'reals(-1, 1)'"
        wrong = f"no strategy for {names}: {cure}" if missing else f"{names} is not an argument"
        raise TypeError(f"gradients_hold: {getattr(f, '__name__', f)} takes {', '.join(parameters)}; {wrong}")
    while defaults and next(reversed(defaults)) not in strategies:
        defaults.popitem()
    return defaults
