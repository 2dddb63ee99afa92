"""The back end for arrays: straight-line calls of NumPy that write into buffers made once.

A call that can write into a given array is given a buffer; a buffer serves again when nothing needs any longer what it
holds, and for an elementwise call that may be the very call that needs it last. What goes out is in an array of its own.
"""

import linecache
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.tape.backends.call_tracer import OUT, NumpyCall, calls_of, leaf_call
from autograd.tape.backends.protocol import Backend, GuardFailedError, Replay, leaf_data
from autograd.tape.program import Captured, Constant, Input, Instruction, Program

_FOREVER = 1 << 60


class NumpyBackend(Backend):
    """Straight-line calls of NumPy."""

    name = "numpy"

    def compile(self, program: Program) -> Replay:
        """The program as a Python function of arrays."""
        text, names = _Emitter(program).text()
        file = f"<autograd: tape {id(program):x}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for tracebacks
        exec(compile(text, file, "exec"), names)  # our own text, from our own table
        function, lock = names["replay"], threading.Lock()  # the buffers serve one replay at a time

        def replay(leaves: Sequence[Any]) -> Sequence[Any]:
            with lock, np.errstate(all="ignore"):
                return function(*leaves)

        return replay

    def source(self, program: Program) -> str:
        return _Emitter(program).text()[0]


backend = NumpyBackend()


class _Emitter:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.names: dict[str, Any] = {"asarray": np.asarray, "GuardFailedError": GuardFailedError}
        self.lines: list[str] = []
        self.texts: dict[NumpyCall, str] = {}
        self.fixed: dict[NumpyCall, np.ndarray[Any, Any]] = {}  # arrays that are the same at every replay: buffers, their views
        self.pool: dict[Any, list[np.ndarray[Any, Any]]] = {}
        self.result: dict[Instruction, NumpyCall] = {}
        self.calls: list[NumpyCall] = []
        self.known: dict[Any, NumpyCall] = {}
        self.checks: dict[NumpyCall, list[Instruction]] = {}  # by the call after which a guard can be checked
        for leaf in program.leaves():
            data = leaf.data if isinstance(leaf, Constant) else None
            self.result[leaf] = leaf_call(leaf, data)
            self.checks.setdefault(self.result[leaf], []).append(leaf)
        for step in program.instructions:
            found = self.shared(calls_of(step, [self.result[x] for x in step.inputs]))
            self.result[step] = found
            self.checks.setdefault(found, []).append(step)
        self.owners = self._owners()
        self.last = self._last_uses()

    def shared(self, calls: list[NumpyCall]) -> NumpyCall:
        """Add the calls that are not made yet, and give what the last one gives."""
        earlier: dict[NumpyCall, NumpyCall] = {}
        for call in calls:
            call.args = tuple([earlier.get(x, x) if isinstance(x, NumpyCall) else x for x in call.args])
            known = self.known.setdefault(call.key(), call) if call.function is not None else call
            if known is call and call.function is not None:
                self.calls.append(call)
            earlier[call] = known
        return earlier[calls[-1]]

    def _owners(self) -> dict[NumpyCall, dict[NumpyCall, None]]:
        """For each call the calls, and leaves, whose memory its result may lie in."""
        owners: dict[NumpyCall, dict[NumpyCall, None]] = {}
        leaves = [self.result[leaf] for leaf in self.program.leaves()]
        for call in [*leaves, *self.calls]:
            parts = [owners[x] for x in call.args if isinstance(x, NumpyCall)] if call.view else []
            owners[call] = {owner: None for part in parts for owner in part} or {call: None}
        return owners

    def _last_uses(self) -> dict[NumpyCall, int]:
        """The place of the last call that needs the memory of each call."""
        last: dict[NumpyCall, int] = {}
        for i, call in enumerate(self.calls):
            for x in (*call.args, call):
                if isinstance(x, NumpyCall):
                    for owner in self.owners[x]:
                        last[owner] = i
        for step in self.program.roots():
            for owner in self.owners[self.result[step]]:
                last[owner] = _FOREVER
        return last

    def text(self) -> tuple[str, dict[str, Any]]:
        arguments: list[str] = []
        for leaf in self.program.leaves():
            call = self.result[leaf]
            if isinstance(leaf, Input):
                self.texts[call] = name = f"x{len(arguments)}"
                arguments.append(name)
                if leaf.kind is not None and not leaf.kind[0]:
                    self.names[f"{name}_type"] = leaf.kind[1]
                    self.lines.append(f"{name} = asarray({name}, {name}_type)")
            elif isinstance(leaf, Captured):
                self.texts[call] = f"{self.named('c', leaf.node)}._data"
            elif leaf.kind is None:
                self.texts[call] = self.named("k", leaf_data(leaf))
            else:
                self.fixed[call] = leaf_data(leaf)
            self.check(call)
        for i, call in enumerate(self.calls):
            self.emit(i, call)
            self.check(call)
        outputs = "".join(f"{x}, " for x in self.outputs()).rstrip()
        body = "".join(f"    {line}\n" for line in self.lines)
        return f"def replay({', '.join(arguments)}):\n{body}    return ({outputs})\n", self.names

    def emit(self, i: int, call: NumpyCall) -> None:
        if call.view and all(x in self.fixed for x in call.args if isinstance(x, NumpyCall)) and call.name in _PURE_VIEWS:
            view = call.function(*[self.fixed[x] if isinstance(x, NumpyCall) else x for x in call.args])
            if all(np.shares_memory(view, self.fixed[x]) for x in call.args if isinstance(x, NumpyCall) if view.size):
                self.fixed[call] = view
                return
        owners = dict.fromkeys(o for a in call.args if isinstance(a, NumpyCall) for o in self.owners[a])
        dying = [x for x in owners if self.last[x] == i]
        out = None
        if call.into and self.last[call] != _FOREVER:
            if call.name in _NOT_IN_PLACE:
                out = self.buffer(call)
                self.release(dying)
            else:
                self.release(dying)
                out = self.buffer(call)
            self.fixed[call] = out
        else:
            self.release(dying)
        function = self.named(call.name.split()[0].replace(".", "_") + "_", call.function)
        written = [self.told(x) for x in call.args]
        if out is not None:  # among the positional arguments of a reduction, and by name elsewhere
            place = call.args.index(OUT)
            written[place] = ("out=" if place == len(call.args) - 1 else "") + self.told(call)
        elif call.into and call.args[-1] is OUT:
            written.pop()
        text = f"{function}({', '.join(written)})"
        if out is None:
            self.texts[call] = f"v{i}"
            text = f"v{i} = {text}"
        self.lines.append(text)

    def buffer(self, call: NumpyCall) -> np.ndarray[Any, Any]:
        free = self.pool.get(call.kind)
        if free:
            return free.pop()
        shape, dtype = call.kind  # type: ignore[misc]
        return np.empty(shape, dtype)

    def release(self, calls: list[NumpyCall]) -> None:
        for call in calls:
            if call.into and call in self.fixed:
                self.pool.setdefault(call.kind, []).append(self.fixed[call])

    def told(self, x: Any) -> str:
        """How an argument is written."""
        if x is OUT or x is None:
            return "None"
        if not isinstance(x, NumpyCall):
            return repr(x) if type(x) in (int, bool, tuple) else self.named("k", x)
        if x not in self.texts and x in self.fixed:
            self.texts[x] = self.named("b", self.fixed[x])
        return self.texts[x]

    def named(self, prefix: str, x: Any) -> str:
        for name, known in self.names.items():
            if known is x:
                return name
        name = f"{prefix}{len(self.names)}"
        self.names[name] = x
        return name

    def check(self, call: NumpyCall) -> None:
        for i, (step, truth) in enumerate(self.program.guards):
            if step in self.checks.get(call, ()):
                self.lines.append(f"if bool({self.told(call)}) is not {truth}: raise GuardFailedError({i})")

    def outputs(self) -> list[str]:
        """What is returned: a copy of what lies in memory that somebody else has."""
        texts: list[str] = []
        given: set[NumpyCall] = set()
        for step in self.program.outputs:
            call = self.result[step]
            owners = self.owners[call]
            alone = given.isdisjoint(owners) and all(x.function is not None and x not in self.fixed for x in owners)
            given.update(owners)
            texts.append(self.told(call) if alone or step.kind is None else f"{self.told(call)}.copy()")
        return texts


_NOT_IN_PLACE = {"matmul", "add.reduce", "maximum.reduce"}
_PURE_VIEWS = {"matrix_transpose", "reshape", "transpose", "broadcast_to"}
