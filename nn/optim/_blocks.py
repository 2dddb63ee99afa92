"""Updates of arrays in blocks that fit the cache, with the same bits as those of whole arrays, and arithmetic of rules."""

from collections.abc import Callable
from typing import Any

from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.optim._machine_code import MANY, update_kernel

#: Data, gradient or state of one parameter: an array for a Tensor, a float for a Value.
Number = Any
#: State of one parameter: a number for each name in `remembers`.
State = tuple[Number, ...]

#: Entries of a block: its arrays and temporaries fit a second-level cache, and NumPy's calls take a small part of the time.
BLOCK = 1 << 16


def entrywise(updated: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a rule `updated` that treats each entry alone, by exactly rounded operations, and returns a new array."""
    vars(updated)["entrywise"] = True
    return updated


def update_in_blocks(
    updated: Callable[..., Any], data: Number, g: Number, state: State, settings: Any, scales: dict[str, float], step: int
) -> tuple[Number, State] | None:
    """Return `updated(data, g, state, settings)`, with the state overwritten, or None if blocks could give other numbers.

    Args:
        updated: Rule of the optimizer, which must be marked as `entrywise`
        data, g: Data and gradient of the parameter
        state: State of the parameter
        settings: Settings of the step, of which `scales` change from step to step
        step: Number of the step, which decides whether machine code is worth its compilation
    """
    if not getattr(updated, "entrywise", False) or not data.ndim or not _are_alike(data, g, *state):
        return None
    if step * data.size >= MANY and (new := _update_by_machine_code(updated, data, g, state, settings, scales)) is not None:
        return new, state
    if data.size <= 2 * BLOCK:
        new, after = updated(data, g, state, settings)
        _write(state, after)
        return new.astype(data.dtype, copy=False), state
    new = np.empty_like(data)
    out, flat, slopes, *memory = (x.reshape(-1) for x in (new, data, g, *state))
    for start in range(0, data.size, BLOCK):
        part = slice(start, start + BLOCK)
        before = tuple([x[part] for x in memory])
        out[part], after = updated(flat[part], slopes[part], before, settings)
        _write(before, after)
    return new, state


def _update_by_machine_code(
    updated: Callable[..., Any], data: Array, g: Array, state: State, settings: Any, scales: dict[str, float]
) -> Array | None:
    """New data, with the state overwritten, or None; NumPy raises or calls a function where `np.seterr` asks for it."""
    is_quiet = {"ignore", "warn"}.issuperset(np.geterr().values())
    if not is_quiet or data.dtype not in (np.float32, np.float64) or not all(x.flags.writeable for x in state):
        return None
    options = tuple([(name, x) for name, x in vars(settings).items() if name not in scales and name != "in_place"])
    kernel = update_kernel(updated, options, tuple(scales), len(state), data.dtype.char)
    if kernel is None:
        return None
    new = np.empty_like(data)
    arrays = np.array([x.ctypes.data for x in (data, g, *state, new)], np.uintp)
    numbers = np.array([*scales.values()], data.dtype)
    kernel.function(arrays.ctypes.data, numbers.ctypes.data, data.size)
    return new


def _write(state: State, after: State) -> None:
    """Write new arrays of the state to the old ones, unless the rule has overwritten these."""
    for x, new in zip(state, after, strict=True):
        if new is not x:
            x[...] = new


def _are_alike(first: Any, *others: Any) -> bool:
    """True for arrays of one dtype and shape whose entries lie in memory in the order of their indices."""
    return first.flags.c_contiguous and all(
        [type(x) is np.ndarray and x.dtype == first.dtype and x.shape == first.shape and x.flags.c_contiguous for x in others]  # noqa: C419
    )


def subtract(p: Number, step: Number) -> Number:
    """p − step; if the step is an array, it is overwritten, which saves an allocation."""
    return np.subtract(p, step, out=step) if isinstance(step, np.ndarray) else p - step


def decay(factor: float, x: Number, s: Any) -> Number:
    """factor · x; it overwrites x if the settings have `in_place`, as those of `step` do."""
    return np.multiply(factor, x, out=x) if getattr(s, "in_place", False) and isinstance(x, np.ndarray) else factor * x


def namespace(x: Number) -> Any:
    """Array namespace of a number; NumPy for floats and nodes, too.

    >>> namespace(np.ones(2)).__name__
    'numpy'
    """
    return np if isinstance(x, np.ndarray) or not hasattr(x, "__array_namespace__") else x.__array_namespace__()
