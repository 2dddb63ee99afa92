"""Training on the devices of JAX, one or many, of one host or many: each has all parameters and a share of every batch.

    for each batch:   every device its rows → their gradients → one sum over all devices → the same step everywhere

The step of the optimizer is part of the compiled program, so that parameters stay on the devices from step to step; at the
end of an epoch they, and what the optimizer remembers, come back, so that callbacks, checkpoints and validation find what
they find on one machine. A checkpoint does not know how many devices there were.

Many hosts: each runs this program with the same data, and calls `jax.distributed.initialize` before anything else of JAX.

Source  Dean et al., Large Scale Distributed Deep Networks, NeurIPS 2012; Xu et al., GSPMD, arXiv:2105.04663, 2021
"""

import copy
import importlib
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd import Tensor, gradients
from nn.callbacks import Callback, Run
from nn.finiteness import finite_number
from nn.module import Module

Array = NDArray[Any]


def mesh_of(devices: Any = None) -> Any:
    """The devices in a row, as a mesh with the axis "rows": all, the first so many, or those of a list.

    Raises  ValueError   if there are not so many; names how to have them
            ImportError  if JAX is not installed; names the command
    """
    try:
        jax = importlib.import_module("jax")
    except ImportError:
        raise ImportError("training with backend='jax' needs JAX: pip install 'glassgrad[jax]'") from None
    found = jax.devices()
    if isinstance(devices, int) and not isinstance(devices, bool):
        if not 1 <= devices <= len(found):
            raise ValueError(
                f"devices={devices}, and JAX has {len(found)} here: virtual ones come from the environment variable "
                f"XLA_FLAGS=--xla_force_host_platform_device_count={devices}, set before JAX is imported"
            )
        found = found[:devices]
    elif devices is not None:
        found = list(devices)
    return jax.sharding.Mesh(np.array(found), ("rows",))


class OnDevices:
    """Steps that XLA has compiled, one program for each size of a batch.

    A batch that the devices cannot share evenly, the last of an epoch for instance, is computed whole by each of them.

    Raises  TypeError   if the optimizer's step cannot be compiled, or a callback looks at gradients, which never come back
            ValueError  if there are not so many devices
    """

    def __init__(self, model: Module, loss: Callable[[Any, Any], Any], run: Run, devices: Any) -> None:
        self.mesh = mesh_of(devices)
        self.jax = importlib.import_module("jax")
        self.model, self.loss, self.run, self.optimizer = model, loss, run, run.optimizer
        for callback in run.callbacks:
            if type(callback).on_gradients is not Callback.on_gradients:
                raise TypeError(
                    f"{type(callback).__name__} looks at the gradients of every step, which stay on the devices: leave it out, "
                    "or train with backend='numpy'"
                )
        if others := [p for p in self.optimizer.parameters if not isinstance(p, Tensor)]:
            raise TypeError(f"backend='jax' trains Tensors, and the optimizer moves {others[0]!r}: use backend='numpy'")
        self.programs: dict[Any, Any] = {}

    def begin(self) -> None:
        whole = self._sharding()
        self.parameters = [self._put(p.data, whole) for p in self.optimizer.parameters]
        self.memory = {name: [self._put(x, whole) for x in getattr(self.optimizer, name)] for name in self.optimizer.remembers}

    def take(self, x: Array, y: Array, where: str) -> tuple[float, Array]:
        steps = list(self.optimizer.steps)
        self.optimizer.steps[:] = [t + 1 for t in steps]
        run, sharding = self.program(x, y)
        try:
            shared = self._put(x, sharding), self._put(y, sharding)
            value, output, self._new, self._remembered = run(self.parameters, *shared, self.memory, self._rates())
            # Blocked on at once: on few processors the next step's sum would wait for threads that this one holds.
            number, answers = float(value), self._whole(output)
        except self.jax.errors.JaxRuntimeError as error:
            raise RuntimeError(
                f"a step was lost {where}, with a device or a host: {str(error).splitlines()[0]:.300}. Start the training "
                "again on every host; with nn.Checkpoint it goes on after the last whole epoch"
            ) from error
        if not np.isfinite(number):
            self.optimizer.steps[:] = steps
            self.end()
            finite_number(self.loss(self.model(x), y), where, self.model)  # computed once more, to find where it comes from
            raise FloatingPointError(f"the loss is {number} {where}, on the devices alone: no parameter was moved by it")
        return number, answers

    def move(self) -> None:
        self.parameters, self.memory = self._new, self._remembered

    def end(self) -> None:
        for p, array in zip(self.optimizer.parameters, self.parameters, strict=True):
            p.data = np.array(array.addressable_data(0))
        for name, arrays in self.memory.items():
            getattr(self.optimizer, name)[:] = [np.array(a.addressable_data(0)) for a in arrays]

    def program(self, x: Array, y: Array) -> tuple[Any, Any]:
        """(the compiled step for batches like this one, how the devices share its rows)."""
        key = (x.shape, x.dtype, y.shape, y.dtype)
        if key not in self.programs:
            even = len(x) % self.mesh.size == 0
            rows, whole = self._sharding("rows") if even else self._sharding(), self._sharding()
            zeros = {name: list(getattr(self.optimizer, name)) for name in self.optimizer.remembers}
            tape = ag.record(self._step, x, y, zeros, self._rates())
            placed = (whole, rows, rows, whole, whole)
            run = self.jax.jit(
                tape.to_jax(self.optimizer.parameters), in_shardings=placed, out_shardings=(whole, None, whole, whole)
            )
            self.programs[key] = run, rows
        return self.programs[key]

    def _step(self, x: Any, y: Any, memory: dict[str, list[Any]], rates: Any) -> Any:
        """(the loss, the output, what the parameters become, what the optimizer remembers): recorded, with the optimizer."""
        output = self.model(x)
        value = self.loss(output, y)
        found = gradients(value, self.optimizer.parameters)
        twin = copy.copy(self.optimizer)
        for name in self.optimizer.remembers:
            setattr(twin, name, list(memory[name]))
        count = rates.shape[1]
        twin.scales = lambda i, o: tuple(rates[i, j] for j in range(count))  # type: ignore[method-assign]
        groups = [
            SimpleNamespace(**{name: option for name, option in vars(o).items() if name != "lr"})  # `scales` has it
            for o in self.optimizer.groups
            for _ in o.parameters
        ]
        moved = zip(self.optimizer.parameters, found, groups, strict=True)
        new = [twin.updated(i, p, g, o) for i, (p, g, o) in enumerate(moved)]  # type: ignore[arg-type]
        return value, output, new, {name: getattr(twin, name) for name in self.optimizer.remembers}

    def _rates(self) -> Array:
        """What changes from step to step, a row for each parameter, computed in Python's floats."""
        each = [o for o in self.optimizer.groups for _ in o.parameters]
        dtype = np.result_type(*[p.dtype for p in self.optimizer.parameters])  # type: ignore[union-attr]
        return np.array([self.optimizer.scales(i, o) for i, o in enumerate(each)], dtype)

    def _sharding(self, *axes: str) -> Any:
        return self.jax.sharding.NamedSharding(self.mesh, self.jax.sharding.PartitionSpec(*axes))

    def _put(self, x: Any, sharding: Any) -> Any:
        """An array on the devices, of which those of this host take their part."""
        array = np.asarray(x)
        return self.jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    def _whole(self, output: Any) -> Array:
        """The output of all rows, also of those on other hosts."""
        if output.is_fully_addressable:
            return np.asarray(output)
        gather: Callable[..., Any] = importlib.import_module("jax.experimental.multihost_utils").process_allgather
        return np.asarray(gather(output, tiled=True))


def lowered_text(model: Module, loss: Callable[[Any, Any], Any], optimizer: Any, batch: Sequence[Array], devices: Any) -> str:
    """What XLA makes of a step for batches like this (x, y): the text of the program of one device, with its all-reduce."""
    stepper = OnDevices(model, loss, Run(model, optimizer, 1, {}), devices)
    optimizer_steps = list(optimizer.steps)
    optimizer.steps[:] = [max(t, 1) for t in optimizer_steps]
    stepper.begin()
    run, sharding = stepper.program(*batch)
    shared = [stepper._put(a, sharding) for a in batch]
    text: str = run.lower(stepper.parameters, *shared, stepper.memory, stepper._rates()).compile().as_text()
    optimizer.steps[:] = optimizer_steps
    return text
