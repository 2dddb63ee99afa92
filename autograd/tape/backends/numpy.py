"""Back end "numpy", for arrays: straight-line NumPy calls that write into preallocated buffers.

A call with an `out` argument writes into a buffer, which is reused after the last use of its content. An elementwise call may
reuse the buffer of an argument. Outputs never share memory with buffers, inputs or each other.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.base.numerics import aligned_empty, call_quietly
from autograd.engine.graph import pause_garbage_collection
from autograd.ops.python_source import identifier
from autograd.support.lazy_numpy import np
from autograd.support.locks import Pool
from autograd.tape.backends.call_tracer import OUT, NumpyCall, calls_of, leaf_call
from autograd.tape.backends.protocol import Backend, GuardFailedError, Replay, leaf_data, load_replay
from autograd.tape.program import Captured, Constant, Input, Instruction, Program

_FOREVER = 1 << 60


class NumpyBackend(Backend):
    """Straight-line NumPy calls."""

    name = "numpy"

    def compile(self, program: Program) -> Replay:
        """Compile the program to a Python function of arrays."""
        functions = Pool(lambda: self._load(program))  # each with buffers for one replay at a time

        def replay(leaves: Sequence[Any]) -> Sequence[Any]:
            function = functions.take()
            try:
                return call_quietly(function, *leaves)
            finally:
                functions.give(function)

        return replay

    def _load(self, program: Program) -> Callable[..., Sequence[Any]]:
        with pause_garbage_collection():
            return load_replay(*_Emitter(program).source())

    def source(self, program: Program) -> str:
        return _Emitter(program).source()[0]


backend = NumpyBackend()


class _Emitter:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.names: dict[str, Any] = {"asarray": np.asarray, "GuardFailedError": GuardFailedError}
        self.name_of = {id(x): name for name, x in self.names.items()}
        self.lines: list[str] = []
        self.texts: dict[NumpyCall, str] = {}
        self.fixed: dict[NumpyCall, np.ndarray[Any, Any]] = {}  # arrays reused at every replay: buffers and their views
        self.pool: dict[Any, list[np.ndarray[Any, Any]]] = {}
        self.result: dict[Instruction, NumpyCall] = {}
        self.calls: list[NumpyCall] = []
        self.known: dict[Any, NumpyCall] = {}
        self.checks: dict[NumpyCall, list[tuple[int, bool]]] = {}  # guards by the call after which they are checked
        for leaf in program.leaves():
            data = leaf.data if isinstance(leaf, Constant) else None
            self.result[leaf] = leaf_call(leaf, data)
        for step in program.instructions:
            self.result[step] = self.add_calls(calls_of(step, [self.result[x] for x in step.inputs]))
        for i, (step, truth) in enumerate(program.guards):
            self.checks.setdefault(self.result[step], []).append((i, truth))
        self.owners: dict[NumpyCall, NumpyCall] = {call: call for call in self.result.values() if call.function is None}
        for call in self.calls:  # the call or leaf whose memory holds the result
            self.owners[call] = self.owners[call.args[0]] if call.view else call
        self.last = self._last_uses()

    def add_calls(self, calls: list[NumpyCall]) -> NumpyCall:
        """Add the calls without an equal earlier one, and return the call that computes the result of the last."""
        earlier: dict[NumpyCall, NumpyCall] = {}
        for call in calls:
            call.args = tuple([earlier.get(x, x) if isinstance(x, NumpyCall) else x for x in call.args])
            known = self.known.setdefault(call.key(), call) if call.function is not None else call
            if known is call and call.function is not None:
                self.calls.append(call)
            earlier[call] = known
        return earlier[calls[-1]]

    def _last_uses(self) -> dict[NumpyCall, int]:
        """For each call, the index of the last call that needs its memory."""
        last: dict[NumpyCall, int] = {}
        for i, call in enumerate(self.calls):
            for x in (*call.args, call):
                if isinstance(x, NumpyCall):
                    last[self.owners[x]] = i
        for step in self.program.roots():
            last[self.owners[self.result[step]]] = _FOREVER
        return last

    def source(self) -> tuple[str, dict[str, Any]]:
        """(source text, global names) of the replay function."""
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
                self.texts[call] = name = f"p{len(self.texts)}"  # read once, since a read has checks
                self.lines.append(f"{name} = {self.object_name('c', leaf.node)}._data")
            elif leaf.kind is None:
                self.texts[call] = self.object_name("k", leaf_data(leaf))
            else:
                self.fixed[call] = leaf_data(leaf)
            self.emit_guards(call)
        for i, call in enumerate(self.calls):
            self.emit_call(i, call)
            self.emit_guards(call)
        outputs = "".join(f"{x}, " for x in self.output_texts()).rstrip()
        body = "".join(f"    {line}\n" for line in self.lines)
        return f"def replay({', '.join(arguments)}):\n{body}    return ({outputs})\n", self.names

    def emit_call(self, i: int, call: NumpyCall) -> None:
        if self.add_fixed_view(call):
            return
        out = self.allocate(i, call)
        function = self.object_name(identifier(call.name.split()[0]) + "_", call.function)
        arguments = [self.argument_text(x) for x in call.args]
        if out is not None:  # among the positional arguments of a reduction, and by name elsewhere
            place = call.args.index(OUT)
            arguments[place] = ("out=" if place == len(call.args) - 1 else "") + self.argument_text(call)
        elif call.into and call.args[-1] is OUT:
            arguments.pop()
        text = f"{function}({', '.join(arguments)})"
        if out is None:
            self.texts[call] = f"v{i}"
            text = f"v{i} = {text}"
        self.lines.append(text)

    def add_fixed_view(self, call: NumpyCall) -> bool:
        """Make a view of fixed arrays, once for all replays; True if the call is one."""
        inputs = [x for x in call.args if isinstance(x, NumpyCall)]
        if not call.view or call.name not in _PURE_VIEWS or not all(x in self.fixed for x in inputs):
            return False
        view = call.function(*[self.fixed[x] if isinstance(x, NumpyCall) else x for x in call.args])
        if view.size and not all(np.shares_memory(view, self.fixed[x]) for x in inputs):
            return False
        self.fixed[call] = view
        return True

    def allocate(self, i: int, call: NumpyCall) -> np.ndarray[Any, Any] | None:
        """Buffer for the result of call i, or None; releases the buffers that no later call needs."""
        owners = dict.fromkeys(self.owners[x] for x in call.args if isinstance(x, NumpyCall))
        unused = [x for x in owners if self.last[x] == i]
        if not call.into or self.last[call] == _FOREVER:
            self.release(unused)
            return None
        if call.name not in _NOT_IN_PLACE:
            self.release(unused)
            unused = []
        free = self.pool.get(call.kind)
        self.fixed[call] = out = free.pop() if free else aligned_empty(*call.kind)  # type: ignore[misc]
        self.release(unused)
        return out

    def release(self, calls: list[NumpyCall]) -> None:
        for call in calls:
            if call.into and call in self.fixed:
                self.pool.setdefault(call.kind, []).append(self.fixed[call])

    def argument_text(self, x: Any) -> str:
        """Source text of an argument."""
        if x is OUT or x is None:
            return "None"
        if not isinstance(x, NumpyCall):
            return repr(x) if type(x) in (int, bool, tuple) else self.object_name("k", x)
        if x not in self.texts and x in self.fixed:
            self.texts[x] = self.object_name("b", self.fixed[x])
        return self.texts[x]

    def object_name(self, prefix: str, x: Any) -> str:
        """Global name of an object, made from the prefix if it has none yet."""
        name = self.name_of.setdefault(id(x), f"{prefix}{len(self.names)}")
        self.names[name] = x
        return name

    def emit_guards(self, call: NumpyCall) -> None:
        for i, truth in self.checks.get(call, ()):
            self.lines.append(f"if bool({self.argument_text(call)}) is not {truth}: raise GuardFailedError({i})")

    def output_texts(self) -> list[str]:
        """Source texts of the outputs, with a copy where an output shares memory."""
        texts: list[str] = []
        returned: set[NumpyCall] = set()
        for step in self.program.outputs:
            call = self.result[step]
            owner = self.owners[call]
            fresh = owner not in returned and owner.function is not None and owner not in self.fixed
            returned.add(owner)
            text = self.argument_text(call)
            texts.append(text if fresh or step.kind is None else f"{text}.copy()")
        return texts


_NOT_IN_PLACE = {"matmul", "add.reduce", "maximum.reduce"}
_PURE_VIEWS = {"matrix_transpose", "reshape", "transpose", "broadcast_to"}
