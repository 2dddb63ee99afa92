"""Modules that a recorded function can reach: objects with `named_parameters()`, a flag `training`, and arrays, their buffers.

A tape holds for one state of them. `compile` records another one if a flag has changed, or a part or parameter was replaced.
Buffers are read at every replay. The numbers of a buffer that the program does not read are part of the state: the function may
have computed with them outside of the tape.
"""

import dis
import operator
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from autograd.base.trace_state import FrozenDataError
from autograd.engine.node import Node
from autograd.support.lazy_numpy import np
from autograd.tape.program import Captured, Program, kind_of
from autograd.tape.recorder.captures import CapturedArray, owner


def is_module(x: Any) -> bool:
    """True for an object with the protocol of modules."""
    return hasattr(type(x), "named_parameters") and hasattr(type(x), "training")


def buffers(module: Any) -> dict[str, Any]:
    """Arrays among the attributes of a module, by name."""
    return {name: x for name, x in vars(module).items() if isinstance(x, np.ndarray) and x.dtype.kind in "fiub"}


def _numbers(module: Any) -> dict[str, Any]:
    """Python numbers among the attributes of a module, by name, without its flag `training`, which is part of its state."""
    return {name: x for name, x in vars(module).items() if type(x) in (bool, int, float) and name != "training"}


class BufferWrites:
    """Buffers and numbers of modules at the start of a recording, which must not change them."""

    def __init__(self, modules: list[Any]) -> None:
        self._before = [(module, buffers(module)) for module in modules]
        self._numbers = [(module, _numbers(module)) for module in modules]

    def places(self) -> dict[int, tuple[dict[str, Any], str]]:
        """Attributes of the module, and the name among them, of each buffer by its id."""
        return {id(x): (vars(module), name) for module, found in self._before for name, x in found.items()}

    def check(self) -> None:
        """Raise TypeError if the recording replaced a buffer or changed a number."""
        for module, found in self._before:
            for name in found:
                if vars(module).get(name) is not found[name]:
                    raise FrozenDataError(_refusal(module, [name]))
        for module, found in self._numbers:
            for name, x in found.items():
                now = vars(module).get(name)
                if now is not x and (type(now) is not type(x) or now != x):
                    raise FrozenDataError(
                        f"{module!r} changes its number {name} from {x!r} to {now!r} while a tape is recorded, which replays "
                        "would not repeat: pass it as an argument, or change it outside of the function"
                    )

    def blame(self, error: BaseException, certain: bool) -> FrozenDataError | None:
        """Error that names the buffers to which the method of a module was about to write when it raised `error`, or None.

        Args:
            certain: True if an array was written to, so that a method that assigns no attribute wrote to a buffer in place
        """
        trace, refusal = error.__traceback__, None
        while trace is not None:
            module, code = trace.tb_frame.f_locals.get("self"), trace.tb_frame.f_code
            names = list(next((found for other, found in self._before if other is module), ()))
            assigned = {line.argval for line in dis.get_instructions(code) if line.opname == "STORE_ATTR"} if names else ()
            if written := [name for name in names if name in assigned] or names * certain:
                refusal = FrozenDataError(_refusal(module, written))
            trace = trace.tb_next
        return refusal


def _refusal(module: Any, names: Iterable[str]) -> str:
    return (
        f"{module!r} writes to its buffer {', '.join(names)} while a tape is recorded, which replays would not repeat: call "
        "its .eval() first, or train it by nn.fit, which passes buffers to the tape"
    )


class ModuleState:
    """State of modules for which a program holds."""

    def __init__(self, modules: list[Any], program: Program) -> None:
        captured = [x.node for x in program.leaves() if isinstance(x, Captured) and isinstance(x.node, CapturedArray)]
        through = {id(x.array) for x in captured if x.place is not None}
        self._modules = modules
        self._through = [{name for name, x in vars(module).items() if id(x) in through} for module in modules]
        self._views = {id(owner(x.array)) for x in captured if x.place is None}
        self._recorded = self._last = _Reading(modules, self._through, self._views)

    def is_current(self) -> bool:
        """True if the modules are in this state."""
        if not self._modules or self._last.is_untouched():
            return True
        now = _Reading(self._modules, self._through, self._views)
        if is_current := now.equals(self._recorded):
            self._last = now
        return is_current


class _Reading:
    """Parts, flags and numbers of modules at one time."""

    def __init__(self, modules: list[Any], through: list[set[str]], views: set[int]) -> None:
        self._modules, self._views = modules, views
        self._parts: list[Any] = []  # compared by identity
        self._nodes: list[Node] = []
        self._arrays: list[tuple[Any, bool]] = []  # each with True if its numbers must be the same
        self._iterators: list[Callable[[], Any]] = []  # over attributes of the modules and parts of containers
        for module, names in zip(modules, through, strict=True):
            self._iterators.append(vars(module).values)
            for name, x in vars(module).items():
                if type(x) not in _CONSTANTS:
                    self._add(x, name in names)
        self._parts += self._flags()
        self._contents = self._read_arrays()
        self._all = list(self._everything())

    def is_untouched(self) -> bool:
        """True if each attribute and part is the same object as then, with the same flags and numbers; made of few calls."""
        return all(map(is_, self._everything(), self._all)) and self._read_arrays() == self._contents

    def equals(self, other: "_Reading") -> bool:
        """True if a program that holds for one holds for the other, which may have other attributes of no consequence."""
        same = len(self._parts) == len(other._parts) and all(map(is_, self._parts, other._parts))
        return same and self._contents == other._contents

    def _flags(self) -> Iterator[Any]:
        return chain(map(attrgetter("training"), self._modules), map(attrgetter("requires_grad"), self._nodes))

    def _everything(self) -> Iterator[Any]:
        """All that can be replaced, and a mark at the end."""
        attributes = chain.from_iterable(map(operator.call, self._iterators))
        return chain(map(attrgetter("__dict__"), self._modules), self._flags(), attributes, (_Reading,))

    def _read_arrays(self) -> list[Any]:
        return [(kind_of(x), x.tobytes() if must_be_same else None) for x, must_be_same in self._arrays]

    def _add(self, x: Any, is_read: bool) -> None:
        """Add an attribute of a module or a part of one; those that are neither parts nor numbers are constants."""
        if isinstance(x, Node):
            self._parts.append(x)
            self._nodes.append(x)
        elif isinstance(x, np.ndarray):
            is_view = id(owner(x)) in self._views
            self._parts += [x] * is_view
            self._arrays.append((x, not is_view and not is_read))
        elif type(x) in (list, tuple, dict):
            parts = x.values if type(x) is dict else x.__iter__
            self._iterators.append(parts)
            for part in parts():
                self._add(part, False)
        elif is_module(x):
            self._parts.append(x)


#: Types of attributes that cannot change in place and hold no parts.
_CONSTANTS = frozenset({bool, int, float, str, type(None)})
