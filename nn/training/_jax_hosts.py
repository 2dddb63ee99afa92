"""Devices of one or several hosts, and communication outside the compiled step: equal start, lost hosts, gathered arrays."""

import importlib
import json
import time
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from nn._validation import Array

#: Seconds between two polls of a running step.
_PAUSE = 1e-4


def mesh_of(devices: Any = None) -> Any:
    """Return a mesh of devices with the axis "rows": all devices, the first `devices`, or those of a list."""
    jax = require("jax", "training with engine='jax'")
    found = list(jax.devices())
    if isinstance(devices, int) and not isinstance(devices, bool):
        found = _first_devices(devices, found)
    elif devices is not None:
        found = list(devices) if isinstance(devices, Iterable) and not isinstance(devices, str) else []
        if not found or not all(isinstance(device, jax.Device) for device in found):
            raise TypeError(f"devices must be a number, or a list of devices of JAX such as jax.devices()[:2], got {devices!r}")
        if len(set(found)) < len(found):
            raise ValueError(f"devices must be different, got one twice: {found}")
    if idle := set(range(jax.process_count())) - {device.process_index for device in found}:
        raise ValueError(
            f"devices must include some of every host, got {len(found)} without those of host {min(idle)} of "
            f"{jax.process_count()}: leave out devices, or pass a list with some of each"
        )
    return jax.sharding.Mesh(np.array(found), ("rows",))


def _first_devices(count: int, found: list[Any]) -> list[Any]:
    if not 1 <= count <= len(found):
        more = (
            ": for virtual ones set the environment variable "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={count} before JAX is imported"
        )
        raise ValueError(f"devices must be from 1 to {len(found)}, the number of JAX devices, got {count}{more * (count > 0)}")
    return found[:count]


def check_same_start(facts: Mapping[str, Any]) -> None:
    """Raise if the hosts start with different facts: numbers, texts or bytes, compared by checksum."""
    sums = np.array([zlib.crc32(_bytes(x)) for x in facts.values()], np.uint32)
    everybody = np.asarray(_utilities().process_allgather(sums))
    if differing := [name for name, column in zip(facts, everybody.T, strict=True) if len(set(column.tolist())) > 1]:
        raise ValueError(
            f"the {len(everybody)} hosts must start alike, and differ in {', '.join(differing)}: use the same program, data, "
            "seeds and checkpoint, or no checkpoint, on each"
        )


def wait_for_number(jax: Any, array: Any) -> float:
    """Wait for a number and return it; all devices are polled, since the one that waits for a lost host reports the error."""
    if jax.process_count() == 1:
        return float(array)
    waiting = [shard.data for shard in array.addressable_shards]
    value = 0.0
    while waiting:
        there = [x for x in waiting if x.is_ready()]
        for x in there:
            value = float(x)
        waiting = [x for x in waiting if not any(x is y for y in there)]
        if waiting and not there:
            time.sleep(_PAUSE)
    return value


def gather_rows(array: Any) -> Array:
    """Return all rows of an array, also those on other hosts."""
    if array.is_fully_addressable:
        return np.asarray(array)
    return np.asarray(_utilities().process_allgather(array, tiled=True))


def _utilities() -> Any:
    return importlib.import_module("jax.experimental.multihost_utils")


def _bytes(x: Any) -> bytes:
    return x if isinstance(x, bytes) else json.dumps(x, sort_keys=True).encode()
