"""Training steps compiled by XLA for JAX devices, of one host or many; described in `nn.devices`."""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import autograd as ag
from autograd import Tensor
from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.modules.module import Module
from nn.modules.predict import map_outputs
from nn.optim._groups import group_settings
from nn.run.run import Callback, Run
from nn.training._crash_notice import CrashNotice
from nn.training._data import weighted_loss
from nn.training._jax_hosts import check_same_start, gather_rows, mesh_of, wait_for_number
from nn.training._nonfinite import check_finite_gradients, check_finite_loss
from nn.training._state import ModelState, Plan, step_error
from nn.training.numpy_engine import gradients_or_none

_AGAIN = "Start the training again on every host; with nn.Checkpoint it resumes after the last complete epoch"
_LOST = f"nn.fit was ended from outside of Python, as if a device or a host is lost. {_AGAIN}"


class JaxEngine:
    """Engine that compiles the step by XLA, one program per batch size.

    A batch that cannot be split evenly, such as the last one of an epoch, is computed completely by each device.
    """

    def __init__(self, model: Module, loss: Callable[[Any, Any], Any], run: Run, devices: Any, answers: bool = True) -> None:
        self.mesh = mesh_of(devices)
        self.jax = importlib.import_module("jax")
        self.model, self.loss, self.run, self.optimizer, self.answers = model, loss, run, run.optimizer, answers
        for callback in run.callbacks:
            if type(callback).on_gradients is not Callback.on_gradients:
                raise TypeError(
                    f"{type(callback).__name__} reads the gradients of every step, which stay on the devices: leave it out, "
                    "or train with engine='eager'"
                )
        if others := [p for p in self.optimizer.parameters if not isinstance(p, Tensor)]:
            raise TypeError(f"engine='jax' requires Tensors as parameters, got {others[0]!r}: use engine='eager'")
        self.moved = set(map(id, self.optimizer.parameters))
        self.programs: dict[Any, _Program] = {}
        self.state = ModelState(model)
        self.watched = any(
            callback.looks_at_parameters and type(callback).on_step is not Callback.on_step for callback in run.callbacks
        )
        self.crash_notice: CrashNotice | None = None

    def __enter__(self) -> None:
        if self.jax.process_count() > 1:
            self.crash_notice = CrashNotice(_LOST)

    def __exit__(self, *error: Any) -> None:
        if self.crash_notice is not None:
            self.crash_notice.cancel()

    def batches(self, batches: Any) -> Iterable[tuple[Any, ...]]:
        return batches if self.jax.process_count() == 1 else batches.picked()

    def begin_epoch(self) -> None:
        self.state.find()
        if not self.programs and self.jax.process_count() > 1:
            check_same_start(self._facts())
        whole = self._sharding()
        self.buffers: dict[str, Any] = {}  # those on the devices, by path
        self.fixed = self.state.fingerprint(self.moved)
        self.parameters = [self._place(p.numpy(), whole) for p in self.optimizer.parameters]  # type: ignore[union-attr]
        self.memory = {
            name: [self._place(x, whole) for x in getattr(self.optimizer, name)] for name in self.optimizer.remembers
        }
        self.steps = list(self.optimizer.steps)

    def compute_gradients(self, batch: tuple[Any, ...], where: str) -> tuple[float, Any]:
        if self.watched:
            self.begin_epoch()
        batch = (*batch[:2], *[np.asarray(w, self._dtype()) for w in batch[2:]])
        key = (*[(a.shape, a.dtype) for a in batch], tuple([p.requires_grad for p in self.optimizer.parameters]))
        arrays = functools.cache(lambda: list(map(np.asarray, batch)))  # all rows, which are read to record a step
        replay = functools.partial(self._replay, batch, arrays, where)
        number, answers, infinite = self.state.step(key, lambda: self._forward(arrays()), replay)
        if not np.isfinite(number) or not np.isfinite(infinite):
            self._raise_not_finite(batch, number, where)
        return number, answers

    def _replay(
        self, batch: tuple[Any, ...], whole: Callable[[], Any], where: str, plan: Plan, draws: list[Any]
    ) -> tuple[float, Any, float]:
        """Return loss, output, and a number that is finite if the gradients are, of a step on the devices."""
        inputs = [np.asarray(x) for x in draws if _is_input(x)]
        arrays = self.state.arrays(plan)
        wide = any(x.dtype.itemsize > 4 for x in (*inputs, *arrays.values()))
        # Numbers of 64 bits keep them, whatever the setting of JAX, so that masks are those of NumPy.
        with self.jax.enable_x64(True) if wide else contextlib.nullcontext():
            program = self.program(batch, whole, plan, draws)
            self.buffers = {path: self._place(x, self._sharding()) for path, x in arrays.items()} | self.buffers
            parameters = [*self.parameters, *[self.buffers[path] for path in plan.written]]
            rest = self.memory, self._rates([t + 1 for t in self.steps])
            # Labels are checked here, since the compiled step cannot raise; other rows need not be read for it.
            program.check(parameters, [np.asarray(a) if a.dtype.kind in "iu" else a for a in batch], *rest, inputs)
            try:
                shared = [self._place(a, program.rows) for a in batch]
                inputs = list(map(self._place, inputs, program.draws))
                value, output, new, remembered, infinite, buffers = program.run(parameters, shared, *rest, inputs)
                # Wait now: on few processors, the sum of the next step would wait for threads that this one holds.
                number = wait_for_number(self.jax, value)
                answers = map_outputs(gather_rows, output) if self.answers else np.empty(0)
            except self.jax.errors.JaxRuntimeError as error:
                if self.crash_notice is not None:
                    self.crash_notice.show()  # the process may end before the error is printed
                raise RuntimeError(
                    f"a device or a host was lost {where}: {str(error).splitlines()[0]:.300}. {_AGAIN}"
                ) from error
        steps = [t + moves for t, moves in zip(self.steps, program.moving, strict=True)]
        self._next = new, remembered, steps, self.buffers | buffers
        return number, answers, float(np.asarray(infinite.addressable_data(0)))

    def _raise_not_finite(self, batch: Sequence[Any], number: float, where: str) -> None:
        """Raise the error of a step whose loss or gradients are not finite; the step is computed again, to find the op."""
        self.end_epoch()
        self.state.rewind()
        self.state.save()
        with self.state.restored_on_error():
            loss = self._forward(list(map(np.asarray, batch)))[1]
            check_finite_loss(loss, where, self.model)
            self.optimizer.zero_grad()
            loss.backward()
            check_finite_gradients(self.optimizer.parameters, where)
            raise FloatingPointError(
                f"loss {number} or a gradient is not finite {where}, on the devices only: no parameter was updated by it"
            )

    def apply_update(self) -> None:
        self.parameters, self.memory, self.steps, self.buffers = self._next
        if self.watched:
            self._write_back()

    def end_epoch(self) -> None:
        if not self.watched:
            self._write_back()

    def _write_back(self) -> None:
        for p, array in zip(self.optimizer.parameters, self.parameters, strict=True):
            p.data = np.asarray(array.addressable_data(0))
        for name, arrays in self.memory.items():
            getattr(self.optimizer, name)[:] = [np.array(a.addressable_data(0)) for a in arrays]
        self.optimizer.steps[:] = self.steps
        self.state.write({path: x.addressable_data(0) for path, x in self.buffers.items()})

    def program(self, batch: Sequence[Array], whole: Callable[[], Any], plan: Plan, draws: list[Any]) -> _Program:
        """Return the compiled step for batches with these shapes and types, and a plan; `whole` reads the batch."""
        fixed = tuple([(i, x) for i, x in enumerate(draws) if not _is_input(x)])
        others = [x for path, x in self.fixed.items() if path not in plan.written]
        options = str([group_settings(group, {}) for group in self.optimizer.groups])
        drawn = [np.asarray(x) for x in draws if _is_input(x)]
        key = (plan, *[(a.shape, a.dtype) for a in (*batch, *drawn)], fixed, tuple(others), options)
        if key not in self.programs:
            even = len(batch[0]) % self.mesh.size == 0
            rows, all_rows = self._sharding("rows") if even else self._sharding(), self._sharding()
            spread = [rows if x.shape[:1] == batch[0].shape[:1] else all_rows for x in drawn]
            zeros = {name: list(getattr(self.optimizer, name)) for name in self.optimizer.remembers}
            moving: list[bool] = []
            step = functools.partial(self._step, plan, dict(fixed), moving)
            with self.state.nodes(plan) as nodes:
                try:
                    tape = ag.record(step, whole(), zeros, self._rates([1] * len(self.optimizer.steps)), drawn)
                except (RuntimeError, TypeError) as error:
                    raise step_error("engine='jax'", error) from error
                of_jax: Any = tape.to_jax([*self.optimizer.parameters, *nodes])
            placed = (all_rows, [rows] * len(batch), all_rows, all_rows, spread)
            run = self.jax.jit(of_jax, in_shardings=placed, out_shardings=(all_rows, None, *[all_rows] * 4))
            self.programs[key] = _Program(run, of_jax.check, rows, spread, moving)
        return self.programs[key]

    def _forward(self, batch: Sequence[Any]) -> tuple[Any, Any]:
        """Return output and loss of a batch."""
        x, *targets = batch
        output = self.model(x)
        return output, weighted_loss(self.loss, len(batch))(output, *targets)

    def _step(
        self, plan: Plan, fixed: dict[int, Any], moving: list[bool], batch: Sequence[Any], memory: dict[str, list[Any]],
        rates: Any, drawn: list[Any],
    ) -> Any:  # fmt: skip
        """Return loss, output, new parameters, new optimizer state, a check and new buffers: the function that is recorded.

        `moving` is filled with a flag per parameter: those without a gradient keep their data and state.
        """
        rest = iter(drawn)
        draws = [fixed[i] if i in fixed else next(rest) for i in range(len(plan.draws))]
        with self.state.recorded(plan, draws) as buffers:
            output, value = self._forward(batch)
            found = gradients_or_none(value, self.optimizer.parameters)
        moving[:] = [g is not None for g in found]
        new: list[Any] = list(self.optimizer.parameters)
        remembered = {name: list(arrays) for name, arrays in memory.items()}
        for i, (p, g, group) in enumerate(zip(self.optimizer.parameters, found, self._groups(), strict=True)):
            if g is None:
                continue
            settings = group_settings(group, {name: rates[i, j] for j, name in enumerate(self.optimizer.scales(group, 1))})
            new[i], state = self.optimizer.updated(p, g, tuple(arrays[i] for arrays in memory.values()), settings)
            for arrays, x in zip(remembered.values(), state, strict=True):
                arrays[i] = x
        # 0, or NaN if a gradient is not finite
        infinite = functools.reduce(operator.add, [ag.sum(g) * 0.0 for g in found if g is not None], value * 0.0)
        return value, output if self.answers else None, new, remembered, infinite, buffers

    def _rates(self, steps: list[int]) -> Array:
        """Return the settings that change from step to step, a row per parameter, from Python floats; `steps` counts from 1."""
        rows = [[*self.optimizer.scales(group, t).values()] for group, t in zip(self._groups(), steps, strict=True)]
        return np.array(rows, self._dtype())

    def _dtype(self) -> np.dtype[Any]:
        """Return the dtype of settings and weights."""
        return np.result_type(*[p.dtype for p in self.optimizer.parameters])  # type: ignore[union-attr]

    def _groups(self) -> list[Any]:
        """Return the group of each parameter."""
        return [o for o in self.optimizer.groups for _ in o.parameters]

    def _sharding(self, *axes: str) -> Any:
        return self.jax.sharding.NamedSharding(self.mesh, self.jax.sharding.PartitionSpec(*axes))

    def _place(self, x: Any, sharding: Any) -> Any:
        """Put an array on the devices; each takes its part."""
        return self.jax.make_array_from_callback(x.shape, sharding, lambda index: x[index])

    def _facts(self) -> dict[str, Any]:
        """Return the facts that must be equal on all hosts."""
        state = {name: array.tobytes() for name, array in self.model.state_dict().items()}
        state |= {f"optimizer.{name}": np.asarray(x).tobytes() for name, x in self.optimizer.state_dict().items()}
        state |= {name: json.dumps(x, default=str).encode() for name, x in self.state.generator_states().items()}
        return {"the epoch": self.run.epoch, "the settings": self.run.settings} | state


@dataclass(frozen=True)
class _Program:
    """Compiled step.

    Attributes:
        check: Function that checks labels before the step
        rows: Sharding of a batch
        draws: Shardings of the draws
        moving: True for each parameter that it updates
    """

    run: Any
    check: Callable[..., None]
    rows: Any
    draws: list[Any]
    moving: list[bool]


def lowered_text(model: Module, loss: Callable[[Any, Any], Any], optimizer: Any, batch: Sequence[Array], devices: Any) -> str:
    """Return the XLA program of a step for one device, with its all-reduce, as text, for batches with these shapes."""
    engine = JaxEngine(model, loss, Run(model, optimizer, 1, {}), devices)
    engine.begin_epoch()
    plan = Plan()  # of a model without buffers and draws
    program = engine.program(batch, lambda: list(batch), plan, [])
    shared = [engine._place(a, program.rows) for a in batch]
    rates = engine._rates([1] * len(optimizer.steps))
    return program.run.lower(engine.parameters, shared, engine.memory, rates, []).compile().as_text()


def _is_input(x: Any) -> bool:
    """True for draws that are inputs of a program; integers are part of it."""
    return isinstance(x, np.ndarray | float | np.floating)
