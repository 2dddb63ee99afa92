"""Other arguments for a call of an op: other sizes, options, zeros and equal entries, repeated indices.

Each variation is a text, which completes "wrong …", and the changed inputs or parameters. Sizes are changed by cuts and by
interpolation, which keep entries within their range, ascending entries ascending, and definite matrices definite.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograd.support.lazy_numpy import np

Inputs = list[Any]
Params = dict[str, Any]

#: Number of rows, not a multiple of any block, and the largest number of entries to which a call may grow.
MANY_ROWS, LARGEST = 1031, 20_000

#: Floats below are taken for tolerances, and integers above for counts of iterations: these are only increased.
TINY_OPTION, LARGE_OPTION = 1e-3, 8

#: Names of parameters that may be negative, and other values of those that are axes.
AXES, SIGNED, OTHER_AXES = {"axis", "dim"}, {"shift", "offset"}, (0, -1, 1, -2)


def other_sizes(inputs: Inputs, fixed: set[int]) -> Iterator[tuple[str, Inputs]]:
    """Calls in which all axes of a size that is not `fixed`, or, of a single array, one of them, have another size."""
    axes = [(i, k, n) for i, x in enumerate(inputs) for k, n in enumerate(np.shape(x)) if np.size(x) and n not in fixed]
    by_size = {n: [(i, k) for i, k, m in axes if m == n] for _, _, n in axes}
    for n, members in by_size.items():
        for m in (1, n - 1, 2 * n):
            yield from _resized(inputs, members, n, m)
    if sum(np.ndim(x) > 0 for x in inputs) == 1:  # else sizes belong together, which the forward rule need not check
        for i, k, n in axes:
            for m in (1, n - 1, 2 * n) if len(by_size[n]) > 1 else ():
                yield from _resized(inputs, [(i, k)], n, m)


def many_rows(inputs: Inputs, fixed: set[int]) -> Iterator[tuple[str, Inputs]]:
    """The call with many rows, if only first axes have the size of the first axis."""
    sizes = [np.shape(x)[0] for x in inputs if np.ndim(x)]
    if all(map(np.size, inputs)) and sizes and sizes[0] not in fixed:
        members = [(i, k) for i, x in enumerate(inputs) for k, n in enumerate(np.shape(x)) if n == sizes[0]]
        if all(k == 0 for _, k in members):
            yield from _resized(inputs, members, sizes[0], MANY_ROWS)


def _resized(inputs: Inputs, members: Sequence[tuple[int, int]], n: int, m: int) -> Iterator[tuple[str, Inputs]]:
    if m in (0, n):
        return
    found = list(inputs)
    for i, k in members:
        found[i] = _resize(found[i], k, m)
    if sum(np.size(x) for x in found) <= LARGEST:
        i, k = members[0]
        yield f"with {_size_text(np.ndim(inputs[i]), k, m)}", found


def _size_text(ndim: int, axis: int, n: int) -> str:
    one, several = ("entry", "entries") if ndim == 1 else ("row", "rows") if axis == 0 else ("column", "columns")
    if 0 < axis < ndim - 1:
        return f"{n} along axis {axis}"
    return f"one {one}" if n == 1 else f"{n} {several}"


def _resize(a: Any, axis: int, m: int) -> Any:
    """a cut to m entries along an axis, or interpolated."""
    n = a.shape[axis]
    shape = [m if k == axis else 1 for k in range(a.ndim)]
    if m <= n or a.dtype.kind != "f":
        tiled = np.take(a, np.arange(m) % n, axis)
        return tiled + _blocks(a, axis, m).reshape(shape)
    if n == 1:
        return (a * np.linspace(1.0, 0.5, m).reshape(shape)).astype(a.dtype)
    at = np.linspace(0.0, n - 1.0, m)
    low = np.minimum(at.astype(int), n - 2)
    part = (at - low).reshape(shape)
    return ((1.0 - part) * np.take(a, low, axis) + part * np.take(a, low + 1, axis)).astype(a.dtype)


def _blocks(a: Any, axis: int, m: int) -> Any:
    """Offsets of m repeated entries, by which permutations remain permutations; 0 for other arrays."""
    n = a.shape[axis]
    is_permutation = a.dtype.kind in "iu" and (np.sort(a, axis) == np.sort(np.argsort(a, axis), axis)).all()
    return np.arange(m) // n * n if is_permutation else np.zeros(m, a.dtype)


def other_options(params: Params, sizes: set[int]) -> Iterator[tuple[str, Params]]:
    """Calls with one numeric parameter p, or tuple of equal numbers, replaced: by 0, −p, 2p, 1, p + 1, p + 2.

    A parameter that equals one of the `sizes` of axes, of at least 3, is taken for a size, which must not change alone. An axis
    is replaced by other axes.
    """
    for name, p in params.items():
        if name in AXES and (p is None or type(p) is int):
            yield from ((f"with {name}={axis}", params | {name: axis}) for axis in OTHER_AXES if axis != p)
            continue
        parts: Any = p if isinstance(p, tuple | list) else (p,)
        if len(set(parts)) != 1 or not all(isinstance(n, int | float | np.integer | np.floating) for n in parts):
            continue
        if {n for n in sizes if n > 2}.intersection(parts):
            continue
        tried = [p]
        for choice in zip(*map(_other_numbers, parts), strict=False):
            value = type(p)(choice) if isinstance(p, tuple | list) else choice[0]
            if value not in tried:
                tried.append(value)
                yield f"with {name}={value!r}", params | {name: value}
        if name in SIGNED and p == 1:
            yield f"with {name}=-1", params | {name: -1}


def _other_numbers(p: Any) -> list[Any]:
    if isinstance(p, bool):
        return [not p]
    if 0 < abs(p) < TINY_OPTION:
        return [2 * p]
    larger, is_integer = [p + 1, p + 2, 2 * p], isinstance(p, int | np.integer)
    if is_integer and abs(p) > LARGE_OPTION:
        return larger
    opposite = p if is_integer and p == 1 else -p  # −1 cannot be a stride, a count or an order
    return [*larger, type(p)(0), opposite, type(p)(1)]


def patterns(inputs: Inputs, moving: Iterable[int]) -> Iterator[tuple[str, Inputs]]:
    """Calls with zeros, ones or equal entries in one of the inputs `moving`.

    Signs are not changed: positive arguments may be a condition that the forward rule does not check.
    """
    for i in moving:
        for text, changed in _patterned(np.asarray(inputs[i])):
            yield text, _replaced(inputs, i, changed)
    for i, j in itertools.combinations(moving, 2):
        if np.shape(inputs[i]) == np.shape(inputs[j]):
            yield f"where inputs {i} and {j} are equal", _replaced(inputs, j, np.array(inputs[i]))


def _patterned(a: Any) -> Iterator[tuple[str, Any]]:
    middle, last = a.size // 2, a.size - 1
    one = "the input" if a.size == 1 else "an entry"
    changes: list[tuple[str, int, list[int], float | None]] = [
        (f"where {one} is 0", 1, [middle], 0.0),
        ("where two entries are 0", 2, [0, last], 0.0),
        ("where all entries are 0", 2, list(range(a.size)), 0.0),
        (f"where {one} is 1", 1, [middle], 1.0),
        ("where two entries are equal", 2, [last], None),
        ("where all entries are equal", 3, list(range(a.size)), None),
    ]
    for text, least, at, fill in changes:
        if a.size >= least:
            changed = a.copy()
            changed.flat[at] = a.flat[0] if fill is None else fill
            if changed.tobytes() != a.tobytes():
                yield text, changed


def _replaced(inputs: Inputs, i: int, changed: Any) -> Inputs:
    """The inputs with `changed` for input i, a float if that is one."""
    return [*inputs[:i], float(changed) if type(inputs[i]) is float else changed, *inputs[i + 1 :]]


def repeated_indices(inputs: Inputs, params: Params) -> Iterator[tuple[tuple[Inputs, Params], tuple[Inputs, Params]]]:
    """For each array of integers, the call without its last entry, and the call with an entry repeated.

    The first tells indices from permutations: a rule of permutations cannot be right for a part of one.
    """
    for i, x in enumerate(inputs):
        if _holds_indices(x):
            cut, repeated = ([*inputs[:i], other, *inputs[i + 1 :]] for other in _cut_and_repeated(x))
            yield (cut, params), (repeated, params)
    for name, p in params.items():
        if _holds_indices(p):
            shorter, other = _cut_and_repeated(p)
            yield (inputs, params | {name: shorter}), (inputs, params | {name: other})


def _holds_indices(x: Any) -> bool:
    if isinstance(x, tuple | list):
        return len(x) > 1 and all(type(n) is int for n in x)
    return isinstance(x, np.ndarray) and x.dtype.kind in "iu" and x.ndim > 0 and x.shape[-1] > 1


def _cut_and_repeated(x: Any) -> tuple[Any, Any]:
    if isinstance(x, tuple | list):
        return x[:-1], type(x)([*x[:-1], x[-2]])
    repeated = x.copy()
    repeated[..., -1] = x[..., -2]
    return x[..., :-1], repeated
