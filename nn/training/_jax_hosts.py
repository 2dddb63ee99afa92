"""What several hosts do together, beside the compiled step: begin alike, notice that one is gone, share what each has.

On one host nothing here asks anybody.
"""

import importlib
import json
import time
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from nn._validation import Array

#: Seconds between two looks at a step that is under way.
_PAUSE = 1e-4


def check_same_start(facts: Mapping[str, Any]) -> None:
    """Raise if another host begins with other facts: numbers, texts or bytes, told by their checksums.

    Raises:
        ValueError: Naming the facts that differ, on every host
    """
    sums = np.array([zlib.crc32(_bytes(x)) for x in facts.values()], np.uint32)
    everybody = np.asarray(_utilities().process_allgather(sums))
    if differing := [name for name, column in zip(facts, everybody.T, strict=True) if len(set(column.tolist())) > 1]:
        raise ValueError(
            f"the {len(everybody)} hosts do not begin alike: they differ in {', '.join(differing)}. Give each the same "
            "program, data and seeds, and the same checkpoint, or none"
        )


def wait_for_number(jax: Any, array: Any) -> float:
    """A number that every device has, once every device of this host has it.

    Each is asked: where another host is lost, the one that was to hear from it may be the only one that ever says so.
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
    """All rows of an array, also those on other hosts."""
    if array.is_fully_addressable:
        return np.asarray(array)
    return np.asarray(_utilities().process_allgather(array, tiled=True))


def _utilities() -> Any:
    return importlib.import_module("jax.experimental.multihost_utils")


def _bytes(x: Any) -> bytes:
    return x if isinstance(x, bytes) else json.dumps(x, sort_keys=True).encode()
