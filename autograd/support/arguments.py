"""Errors of calls with a wrong argument name, which name the right one."""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: Arguments of array functions for those of other libraries.
ARGUMENTS = {
    "dim": "axis=", "dims": "axis=", "axes": "axis=", "keepdim": "keepdims=", "negative_slope": "slope=", "alpha": "slope=",
    "min_val": "low=", "max_val": "high=", "unbiased": "ddof=", "correction": "ddof=",
}  # fmt: skip

#: Python's errors of arguments that a function does not have.
_REFUSED = re.compile("got an unexpected keyword argument|positional arguments? but|cannot be called with")


def explained_arguments(
    advice: Mapping[str, str] = ARGUMENTS, extra: str = "", synonyms: Mapping[str, str] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a function or an `__init__` that explains calls which do not fit its signature.

    Args:
        advice: What to write in place of a keyword that other libraries have; by default, of one of array functions
        extra: What to write if there are too many positional arguments
        synonyms: Keywords of other libraries that are accepted, and what they mean

    >>> @explained_arguments({"learning_rate": "lr="})
    ... def train(epochs, *, lr=0.1): ...
    >>> train(3, learning_rate=1.0)
    Traceback (most recent call last):
        ...
    TypeError: train has no argument 'learning_rate': write lr=
    >>> train(epoch=3)
    Traceback (most recent call last):
        ...
    TypeError: train has no argument 'epoch': did you mean epochs=?
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                if synonyms and not kwargs.keys().isdisjoint(synonyms) and kwargs.keys().isdisjoint(synonyms.values()):
                    return function(*args, **{synonyms.get(name, name): x for name, x in kwargs.items()})  # type: ignore[arg-type]
                return function(*args, **kwargs)
            except TypeError as error:
                explain_arguments(error, function, args, kwargs, advice, extra)
                raise

        return call

    return decorate


def explain_arguments(
    error: TypeError, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any],
    advice: Mapping[str, str] = ARGUMENTS, extra: str = "",
) -> None:  # fmt: skip
    """Raise a TypeError that explains `error` if it says that the call function(*args, **kwargs) does not fit the signature."""
    from traceback import walk_tb  # not loaded with the package, because that takes time

    code = getattr(inspect.unwrap(function), "__code__", None)
    if not _REFUSED.search(str(error)) or any(frame.f_code is code for frame, _ in walk_tb(error.__traceback__)):
        return  # raised by the function itself
    name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
    if text := explanation(name, inspect.signature(function), args, kwargs, advice, extra):
        raise TypeError(text) from None


def refuse_keywords(function: Callable[..., Any], unknown: Mapping[str, Any], advice: Mapping[str, str]) -> None:
    """Raise the error of `explained_arguments` if a function that is called too often for a wrapper got unknown keywords."""
    if unknown:
        signature = inspect.signature(function)
        known = signature.replace(parameters=[p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD])
        raise TypeError(explanation(function.__qualname__.partition(".")[0], known, (), unknown, advice))


def explanation(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], advice: Mapping[str, str],
    extra: str = "",
) -> str:  # fmt: skip
    """Text about the first argument of the call name(*args, **kwargs) that does not fit the signature; else ""."""
    parameters = signature.parameters
    listed = [p for p in parameters if p not in ("self", "cls")]
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        for keyword in kwargs:
            if keyword not in parameters:
                return f"{name} has no argument {keyword!r}: {cure_of_name(keyword, listed, advice)}"
    positional = [p for p in parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(args) > len(positional) and not any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        given, most = len(args) - len(parameters) + len(listed), len(positional) - len(parameters) + len(listed)
        cure = extra or f"its arguments are ({', '.join(listed)})"
        return f"{name} takes at most {most} positional arguments, got {given}: {cure}"
    return ""


def cure_of_name(keyword: str, names: list[str], advice: Mapping[str, str] = ARGUMENTS) -> str:
    """Advice about a keyword; or the name that differs in case, underscores, or one or two letters; or all names."""
    from difflib import get_close_matches  # not loaded with the package, because that takes time

    for other, cure in advice.items():
        if _plain(other) == _plain(keyword) and (cure[-1] != "=" or cure[:-1] in names):
            return f"write {cure}"
    plain = {_plain(name): name for name in names}
    near = get_close_matches(_plain(keyword), plain, n=1, cutoff=0.8)
    return f"did you mean {plain[near[0]]}=?" if near else f"its arguments are ({', '.join(names)})"


def _plain(name: str) -> str:
    return name.strip("_").replace("_", "").lower()
