"""Communication of several hosts outside the compiled step: equal start, lost hosts, gathered arrays."""

import importlib
import json
import time
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from nn._validation import Array

#: Seconds between two polls of a running step.
_PAUSE = 1e-4


def check_same_start(facts: Mapping[str, Any]) -> None:
    """Raise if the hosts start with different facts: numbers, texts or bytes, compared by checksum.

    Raises:
        ValueError: If facts differ; names them, on every host
    """
    sums = np.array([zlib.crc32(_bytes(x)) for x in facts.values()], np.uint32)
    everybody = np.asarray(_utilities().process_allgather(sums))
    if differing := [name for name, column in zip(facts, everybody.T, strict=True) if len(set(column.tolist())) > 1]:
        raise ValueError(
            f"the {len(everybody)} hosts must start alike, and differ in {', '.join(differing)}: use the same program, data, "
            "seeds and checkpoint, or no checkpoint, on each"
        )


def wait_for_number(jax: Any, array: Any) -> float:
    """Wait until every device of this host has computed a number, and return it.

    All devices are polled: if another host is lost, only the device that waits for it may report the error.
    """
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
