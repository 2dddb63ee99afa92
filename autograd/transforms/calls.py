"""Calls of transforms: `Transformed`, the functions that they return, and `Selection` of arguments by `argnums`."""

import functools
import inspect
import operator
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any, ParamSpec, TypeVar

from autograd.base import tree
from autograd.base.trace_state import inside_transform
from autograd.engine.graph import reachable_nodes
from autograd.engine.node import Node
from autograd.support.lazy_numpy import np
from autograd.support.public import importable_name

#: Parameters and result of a function. A derivative has its parameters; their types, and so the results, may be others.
P = ParamSpec("P")
R = TypeVar("R")

#: Position or name of an argument; a negative position counts from the last positional argument.
Argument = int | str
Argnums = Argument | Sequence[Argument]


class Transformed(functools.partial[Any]):
    """Function that calls `rule(f, *options, *args, **kwargs)`, with the name, docstring and signature of f.

    A pickle holds the rule, f and the options; or the name of the result itself, if its module has it under the name of f.
    """

    def __new__(cls, rule: Callable[..., Any], f: Callable[..., Any], *options: Any) -> "Transformed":
        """Bind `rule` to f and the options."""
        check_plain_function(rule.__name__.strip("_"), f)
        new = super().__new__(cls, rule, f, *options)
        functools.update_wrapper(new, f)
        return new

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> Any:
        return importable_name(self) or (type(self), (self.func, *self.args))

    def __repr__(self) -> str:
        return f"<{self.func.__name__.strip('_')} of {getattr(self, '__name__', self.args[0])}>"


class Selection:
    """The arguments of the call f(*args, **kwargs) that `argnums` selects.

    Attributes:
        keys: For each entry of `argnums`, the position in `args` or the key in `kwargs`
        arguments: The selected arguments, each once

    >>> Selection(lambda x, w: x * w, ("w", -2), (2.0, 3.0), {}).keys
    [1, 0]
    """

    def __init__(self, f: Callable[..., Any], argnums: Argnums, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._is_sequence = not isinstance(argnums, int | str) and (isinstance(argnums, Sequence) or np.ndim(argnums) == 1)
        self._f, self._argnums, self._args, self._kwargs = f, argnums, args, kwargs
        entries: Any = argnums if self._is_sequence else [argnums]
        names = positional_parameters(f) if kwargs or any(isinstance(entry, str) for entry in entries) else []
        self.keys = [self._key(entry, names) for entry in entries]
        self._unique = list(dict.fromkeys(self.keys))
        self.arguments = [kwargs[key] if isinstance(key, str) else args[key] for key in self._unique]

    def _key(self, entry: Any, names: list[str]) -> Argument:
        """Position or keyword of the argument that one entry selects."""
        count = len(self._args)
        if isinstance(entry, str):
            n, name = names.index(entry) if entry in names else count, entry
        else:
            try:
                if isinstance(entry, bool | np.bool_):  # NumPy's have an index before 2.3
                    raise TypeError
                n = operator.index(entry)
            except TypeError:
                text = "must be an integer, the name of a parameter, or a tuple of these, got {}"
                raise TypeError(self._message(text)) from None
            name = names[n] if 0 <= n < len(names) else ""
        if -count <= n < count:
            return n % count
        if name in self._kwargs:
            return name
        passed = " and ".join([f"{count} positional arguments", *self._kwargs])
        raise ValueError(self._message(f"{{}} contains argument {entry!r}, but there are {passed}"))

    def _message(self, text: str) -> str:
        name, parameters = getattr(self._f, "__name__", "f"), ", ".join(map(str, parameters_of(self._f)))
        return f"argnums {text.format(repr(self._argnums))}: the parameters of {name} are ({parameters})"

    def replaced(self, new: list[Any]) -> tuple[Any, dict[str, Any]]:
        """(args, kwargs) with `new` in place of the selected arguments."""
        args, kwargs = list(self._args), dict(self._kwargs)
        for key, x in zip(self._unique, new, strict=True):
            if isinstance(key, str):
                kwargs[key] = x
            else:
                args[key] = x
        return args, kwargs

    def entries(self, derivatives: list[Any]) -> Any:
        """Derivatives in the form of `argnums`, from one for each selected argument; repeated ones are copies."""
        if not self._is_sequence:
            return derivatives[0]
        known = dict(zip(self._unique, derivatives, strict=True))
        if len(self._unique) == len(self.keys):
            return tuple([known[key] for key in self.keys])
        return tuple([tree.map(lambda x: x.copy() if isinstance(x, np.ndarray) else x, known[key]) for key in self.keys])


def check_plain_function(name: str, f: Any) -> None:
    """Raise TypeError if f is not a function, or one whose call does not return its result: a generator or async function."""
    if not callable(f):
        raise TypeError(f"{name} needs a function, got {f!r:.80} of type {type(f).__name__}: pass the function, not its result")
    for function in (f, getattr(f, "__call__", None)):  # noqa: B004  (a method, if f is an object)
        is_async = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
        if is_async or inspect.isgeneratorfunction(function):
            kind = "an async function" if is_async else "a generator function"
            raise TypeError(
                f"{name} needs a function that returns its result, and {getattr(f, '__name__', f)} is {kind}: put the "
                f"computation into a plain function, and call {name} of that inside {kind}"
            )


def split_aux(y: Any, has_aux: bool) -> tuple[Any, Any]:
    """(result, aux) of a function that returned y; aux is None without `has_aux`."""
    if has_aux and (not isinstance(y, tuple) or len(y) != 2):
        raise TypeError(f"with has_aux=True the function must return a pair (result, aux), not {y!r}")
    return y if has_aux else (y, None)


def positional_parameters(f: Any) -> list[str]:
    """Names of the parameters of f that can be passed by position."""
    return [p.name for p in parameters_of(f) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def parameters_of(f: Any) -> list[inspect.Parameter]:
    """Parameters of f; none if f has no signature, as some functions written in C."""
    try:
        return list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return []


def check_captures(y: Any, variables: list[Node]) -> None:
    """Raise TypeError if a function in a rule on plain numbers uses a node beside its variables: no gradient would reach it."""
    if inside_transform.get() is None:
        for node in reachable_nodes([x for x in tree.leaves(y) if isinstance(x, Node)]).keys() - set(variables):
            if node.op is None and node.requires_grad:
                raise TypeError(
                    f"a rule or custom_gradient differentiates a function of {node!r}, whose gradient would be lost: pass it "
                    "as an argument"
                )
