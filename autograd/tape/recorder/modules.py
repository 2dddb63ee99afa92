"""Modules that a recorded function can reach: objects with `named_parameters()`, a flag `training`, and arrays, their buffers.

A tape holds for one state of them. `compile` records another one if a flag has changed, or a part or parameter was replaced.
Buffers are read at every replay. The numbers of a buffer that the program does not read are part of the state: the function may
have computed with them outside of the tape.
"""

import dis
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.base.trace_state import FrozenDataError
from autograd.engine.node import Node
from autograd.tape.program import Captured, Program, kind_of
from autograd.tape.recorder.captures import CapturedArray, owner


def is_module(x: Any) -> bool:
    """True for an object with the protocol of modules."""
    return hasattr(type(x), "named_parameters") and hasattr(type(x), "training")


def buffers(module: Any) -> dict[str, Any]:
    """Arrays among the attributes of a module, by name."""
    return {name: x for name, x in vars(module).items() if isinstance(x, np.ndarray) and x.dtype.kind in "fiub"}


class BufferWrites:
    """Buffers of modules at the start of a recording, which must not change them."""

    def __init__(self, modules: list[Any]) -> None:
        self._before = [(module, buffers(module)) for module in modules]

    def places(self) -> dict[int, tuple[dict[str, Any], str]]:
        """Attributes of the module, and the name among them, of each buffer by its id."""
        return {id(x): (vars(module), name) for module, found in self._before for name, x in found.items()}

    def check(self) -> None:
        """Raise TypeError if the recording replaced a buffer."""
        for module, found in self._before:
            for name in found:
                if vars(module).get(name) is not found[name]:
                    raise FrozenDataError(_refusal(module, [name]))

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
        self._modules = modules
        self._through = {id(x.array) for x in captured if x.place is not None}
        self._views = {id(owner(x.array)) for x in captured if x.place is None}
        self._parts = [vars(module).copy() for module in modules]  # keeps them alive, so that ids are not used again
        self._state = self._read()

    def is_current(self) -> bool:
        """True if the modules are in this state."""
        return not self._modules or self._read() == self._state

    def _read(self) -> list[Any]:
        state: list[Any] = []
        for module, parts in zip(self._modules, self._parts, strict=True):
            state.append(module.training)
            for name, x in vars(module).items():
                if type(x) not in _CONSTANTS:
                    self._add(state, x, id(parts.get(name)) in self._through)
        return state

    def _add(self, state: list[Any], x: Any, is_read: bool) -> None:
        """Add the entries for an attribute of a module; those that are neither parts nor numbers are constants."""
        if isinstance(x, Node):
            state += (id(x), x.requires_grad)
        elif isinstance(x, np.ndarray):
            state += (kind_of(x), id(x) if id(owner(x)) in self._views else None if is_read else x.tobytes())
        elif type(x) in (list, tuple, dict):
            for part in x.values() if type(x) is dict else x:
                self._add(state, part, False)
        elif is_module(x):
            state.append(id(x))


#: Types of attributes that cannot change in place and hold no parts.
_CONSTANTS = frozenset({bool, int, float, str, type(None)})
