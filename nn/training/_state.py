"""Buffers and random draws of a model as inputs and outputs of a recorded step.

A tape repeats neither assignments to attributes nor draws of random numbers. While a step is recorded, the buffers that it
changes are nodes, and generators return inputs; after each replay, the modules get the new numbers.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from autograd import Tensor, Value
from autograd.support.lazy_numpy import np
from nn.modules._storage import (
    check_kind,
    generator_places,
    kind_of,
    read_array,
    read_place,
    replace,
    replaced,
    state_places,
    write_array,
)
from nn.modules.module import Module
from nn.training._draws import Draw, OtherDrawsError, StandIn, Take, is_same

#: Python numbers and texts among the attributes of modules, by position of the module and name.
Numbers = dict[tuple[int, str], Any]


class Plan:
    """Effects of a step, which are learned by a plain run. Each plan has a program.

    Attributes:
        draws: Calls of generators, in order
        written: Paths of the buffers that the step changes
        numbers: Python numbers that it changes, by module and attribute
    """

    def __init__(self) -> None:
        self.draws: list[Draw] = []
        self.written: list[str] = []
        self.numbers: Numbers = {}

    def equals(self, other: "Plan") -> bool:
        """True if another plan has the same effects."""
        return self.written == other.written and self.numbers == other.numbers and is_same(self.draws, other.draws)


class ModelState:
    """Modes, generators and buffers of a model: arrays of numbers, or constant tensors, in its state."""

    def __init__(self, model: Module) -> None:
        self._model = model
        self._plans: dict[Any, list[Plan]] = {}
        self._nodes: dict[str, Tensor | Value] = {}
        self.find()

    def find(self) -> None:
        """Find modules, buffers and generators, which callbacks may have replaced."""
        self._modules = self._model.modules()
        self._places = state_places(self._model, check=False)
        self._buffers = {path: place for path, place in self._places.items() if not _requires_grad(read_place(*place))}
        self._generators = [(module, place) for module in self._modules for place in generator_places(module)]
        self.save()

    def save(self) -> None:
        """Save the buffers."""
        self._saved = {path: (read_place(*place), _snapshot(*place)) for path, place in self._buffers.items()}

    def restore(self) -> None:
        """Return to the saved buffers."""
        for path in self._buffers:
            if self._is_changed(path):
                x, array = self._saved[path]
                replace(*self._buffers[path], x)
                if self._is_changed(path):  # in place
                    write_array(*self._buffers[path], array.copy())

    @contextmanager
    def restored_on_error(self) -> Iterator[None]:
        """Context manager that returns to the saved buffers after an error."""
        try:
            yield
        except Exception:
            self.restore()
            raise

    def fingerprint(self, moved: set[int]) -> dict[str, bytes]:
        """Return the bytes of the state by path, without that of the objects whose ids are in `moved`."""
        return {
            path: read_array(*place).tobytes() for path, place in self._places.items() if id(read_place(*place)) not in moved
        }

    def generator_states(self) -> dict[str, Any]:
        """Return the states of the generators, by position and name."""
        return {
            f"random generator {i} ({type(module).__name__}.{place[1]})": read_place(*place).bit_generator.state
            for i, (module, place) in enumerate(self._generators)
        }

    def rewind(self) -> None:
        """Return the generators to their states before the draws of the present step."""
        for (_, place), state in zip(self._generators, self._before.values(), strict=True):
            read_place(*place).bit_generator.state = state

    def step(self, key: Any, plain_run: Callable[[], Any], replay: Callable[[Plan, list[Any]], Any]) -> Any:
        """Return `replay(plan, draws)` with the draws of a step, for its plan under a key and the present modes of the modules.

        The plan is learned by a plain run at first, and again if a branch leads to other draws.
        """
        modes = [(id(module), module.training) for module in self._modules]
        plans = self._plans.setdefault((key, *modes, *self._plain_numbers().items()), [])
        if plans:
            with suppress(OtherDrawsError):  # a branch leads to other draws
                return self._replay(plans[0], replay)
        try:
            return self._replay(self._learn(plans, plain_run), replay)
        except OtherDrawsError as error:
            raise TypeError(f"{error}: draw standard numbers of a fixed shape, and scale or select them") from None

    def _replay(self, plan: Plan, replay: Callable[[Plan, list[Any]], Any]) -> Any:
        self._before = self.generator_states()
        try:
            result = replay(plan, [draw.numbers(read_place(*draw.place)) for draw in plan.draws])
        except Exception:
            self.rewind()
            raise
        self._set_numbers(plan.numbers)
        return result

    def _learn(self, plans: list[Plan], plain_run: Callable[[], Any]) -> Plan:
        """Return the plan of a plain run, after which the state is as before, and put it first."""
        plan = Plan()

        def take(draw: Draw, generator: Any) -> Any:
            plan.draws.append(draw)
            return draw.numbers(generator)

        self._before, numbers = self.generator_states(), self._plain_numbers()
        try:
            with self._generators_replaced(take):
                plain_run()
            for path, place in self._buffers.items():
                check_kind(path, read_place(*place), kind_of(self._saved[path][1]))
                if self._is_changed(path) and not isinstance(place[0], tuple):
                    plan.written.append(path)
            plan.numbers = {key: x for key, x in self._plain_numbers().items() if x != numbers.get(key, x)}
        finally:
            self.restore()
            self.rewind()
            self._set_numbers(numbers)
        plans.insert(0, next((known for known in plans if known.equals(plan)), plan))
        return plans[0]

    @contextmanager
    def nodes(self, plan: Plan) -> Iterator[list[Tensor | Value]]:
        """Context manager in which the buffers that a step changes are nodes; returns these."""
        nodes = {path: self._node(path, array) for path, array in self.arrays(plan).items()}
        with replaced([(self._buffers[path], node) for path, node in nodes.items()]):
            yield list(nodes.values())

    def arrays(self, plan: Plan) -> dict[str, Any]:
        """Return the present numbers of the buffers that a step changes, by path."""
        return {path: read_array(*self._buffers[path]) for path in plan.written}

    def _node(self, path: str, array: Any) -> Tensor | Value:
        """Return the node of a buffer; one number is a Value, which does not affect dtypes, as in NumPy."""
        is_number = not array.ndim and array.dtype.kind != "b"
        if path not in self._nodes:
            self._nodes[path] = Value(float(array), requires_grad=False) if is_number else Tensor(array)
        else:
            self._nodes[path].data = float(array) if is_number else array
        return self._nodes[path]

    @contextmanager
    def recorded(self, plan: Plan, draws: list[Any]) -> Iterator[dict[str, Any]]:
        """Context manager in which a step is recorded with some draws; returns the new buffers by path, complete at its end."""
        new: dict[str, Any] = {}
        rest = deque(zip(plan.draws, draws, strict=True))
        held, numbers = {path: read_place(*place) for path, place in self._buffers.items()}, self._plain_numbers()

        def take(draw: Draw, generator: Any) -> Any:
            if not rest or not is_same(rest[0][0], draw):
                raise OtherDrawsError(f"{draw} depends on data, which a recorded step cannot follow")
            return rest.popleft()[1]

        try:
            with self._generators_replaced(take):
                yield new
            for path, x in held.items():
                if (found := read_place(*self._buffers[path])) is not x:
                    _check_new(path, found, kind_of(self._saved[path][1]))
                    new[path] = found
        finally:
            for path, x in held.items():
                replace(*self._buffers[path], x)
            self._set_numbers(numbers)
        if rest:
            raise OtherDrawsError(f"{rest[0][0]} depends on data, which a recorded step cannot follow")

    def write(self, new: Mapping[str, Any]) -> None:
        """Write the new buffers of a step to the modules."""
        for path, x in new.items():
            write_array(*self._buffers[path], np.array(x, self._saved[path][1].dtype))

    def _generators_replaced(self, take: Take) -> AbstractContextManager[None]:
        return replaced([(place, StandIn(take, module, place)) for module, place in self._generators])

    def _is_changed(self, path: str) -> bool:
        x, array = self._saved[path]
        place = self._buffers[path]
        return read_place(*place) is not x or read_array(*place).tobytes() != array.tobytes()

    def _plain_numbers(self) -> Numbers:
        parts = [(i, name, x) for i, module in enumerate(self._modules) for name, x in vars(module).items()]
        return {(i, name): x for i, name, x in parts if type(x) in (bool, int, float, str) and name != "training"}

    def _set_numbers(self, numbers: Numbers) -> None:
        for (i, name), x in numbers.items():
            setattr(self._modules[i], name, x)


def step_error(engine: str, error: Exception) -> Exception:
    """Return the error of a step that cannot be recorded, with the innermost module in which it was raised."""
    module, trace = None, error.__traceback__
    while trace is not None:
        found = trace.tb_frame.f_locals.get("self")
        module, trace = found if isinstance(found, Module) else module, trace.tb_next
    where = f" in {module!r}" if module is not None else ""
    return type(error)(
        f"{engine} records the step once and replays it, which is not possible here: {error}{where}. Keep "
        "generators and arrays that change as attributes of modules, and assign new arrays; or train with engine='eager', "
        "without compile"
    )


def _check_new(path: str, x: Any, known: Any) -> None:
    """Raise ValueError unless x is a buffer of a known shape and type; a Value is a number of any type."""
    if not (isinstance(x, Value) and known[0] == ()):
        check_kind(path, x, known)


def _requires_grad(x: Any) -> bool:
    return isinstance(x, Tensor | Value) and x.requires_grad


def _snapshot(holder: Any, name: str) -> Any:
    """Return the numbers at a place, a copy if code may write to them in place."""
    array = read_array(holder, name)
    return array.copy() if isinstance(read_place(holder, name), np.ndarray) else array
