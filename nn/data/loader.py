"""Mini-batches of arrays.

Batches are read-only copies: later changes of the source do not affect them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Generic, TypedDict, TypeVar, Unpack, overload

from autograd import Tensor
from autograd.support.arguments import explained_arguments
from autograd.support.deprecated import renamed_arguments, renamed_attributes
from autograd.support.lazy_numpy import ArrayLike, NDArray, np
from nn._validation import Array, as_array, check_integer, seeded_generator
from nn.data.on_disk import OnDisk, Picked

Batch = TypeVar("Batch", bound=Array | tuple[Array, ...])


class Dataset:
    """Arrays with a common first axis, the rows; an index of rows returns a tuple of parts of all arrays.

    An array may be `OnDisk`: its rows are read when they are indexed.

    Shapes:
        arrays (n, …); an index i -> (…), a slice or an array of indices -> (m, …): views as in NumPy
    Raises:
        ValueError: If no array is passed, the arrays have no rows, or their lengths differ (names the shapes)

    >>> points = Dataset(np.eye(3), [4, 5, 6])
    >>> len(points), points[1]
    (3, (array([0., 1., 0.]), np.int64(5)))
    >>> points[1:][1]
    array([5, 6])
    """

    def __init__(self, *arrays: Any) -> None:
        self.arrays = check_equal_lengths(arrays)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.arrays[0])

    def __getitem__(self, rows: Any) -> tuple[Any, ...]:
        return tuple(array[rows] for array in self.arrays)

    def __repr__(self) -> str:
        return f"Dataset of {len(self)} rows: {', '.join(f'{a.shape} {a.dtype}' for a in self.arrays)}"


class _Options(TypedDict, total=False):
    batch_size: int
    shuffle: bool
    seed: int
    drop_last: bool
    shard: tuple[int, int]


@renamed_attributes(_share="_shard")
class Loader(Generic[Batch]):
    """Mini-batches of arrays with a common first axis: tuples of arrays, or arrays if there is only one.

    Instead of arrays a `Dataset` can be passed, or another object with a length that returns a tuple of arrays for an array of
    row numbers. Arrays may be `OnDisk` or memory maps of NumPy. Only the rows of a batch are copied or read; the order of an
    epoch takes 8 bytes per row.

    With shard=(i, n), each batch is reduced to the i-th of n parts of about equal size: the part of host i of n. Batches and
    their number do not depend on n; a part is empty if a batch has fewer rows than hosts.

    Each iteration is one epoch. The order of the rows depends only on `seed` and `epoch`, the number of iterations begun: set
    `epoch` to resume a run. If batch_size does not divide n, the last batch is smaller, or left out with drop_last.

    Shapes:
        arrays (n, …) -> batches (batch_size, …)
    Raises:
        TypeError: If batch_size, seed or epoch is not an integer
        ValueError: If no array is passed, the arrays have no rows, or drop_last leaves no batch; if the lengths differ (names
            the shapes); if batch_size < 1; if seed or epoch is negative; if shard is not (i, n) with 0 ≤ i < n

    >>> loader = Loader(np.arange(5), np.arange(5) ** 2, batch_size=2, shuffle=False)
    >>> len(loader)
    3
    >>> for x, y in loader:
    ...     print(x, y)
    [0 1] [0 1]
    [2 3] [4 9]
    [4] [16]
    >>> loader.epoch
    1
    """

    @overload
    def __init__(self: Loader[Array], array: ArrayLike, /, **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(self: Loader[tuple[Array, ...]], *arrays: Any, **options: Unpack[_Options]) -> None: ...
    @renamed_arguments(share="shard")
    @explained_arguments()
    def __init__(
        self,
        *arrays: Any,
        batch_size: int = 64,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        self._source = arrays[0] if len(arrays) == 1 and is_row_source(arrays[0]) else Dataset(*arrays)
        self._rows = len(self._source)
        if not self._rows:
            raise ValueError(f"a Loader needs at least one row, got {self._source!r:.80}")
        self._batch_size = check_integer("batch_size", batch_size, least=1)
        self._seed = check_integer("seed", seed, least=0)
        self._shuffle = shuffle
        self._drop_last = drop_last
        self._shard = tuple(check_integer("shard", k, least=0) for k in shard)
        if len(self._shard) != 2 or self._shard[0] >= self._shard[1]:
            raise ValueError(f"shard must be (i, n) with 0 ≤ i < n, for host i of n; got {shard!r}")
        self.epoch = 0
        if not len(self):
            raise ValueError(
                f"drop_last=True leaves no batch of {self._rows} rows with batch_size={batch_size}: use a smaller batch_size"
            )

    def __len__(self) -> int:
        """Return the number of batches per epoch."""
        whole_batches, rest = divmod(self._rows, self._batch_size)
        return whole_batches + (rest > 0 and not self._drop_last)

    def __iter__(self) -> Iterator[Batch]:
        batches: Any = (_batch_of(self._source, rows) for rows in self._begin_epoch())
        return (batch if len(batch) > 1 else batch[0] for batch in batches)

    def settings(self) -> dict[str, int]:
        """Return the numbers that, with the epoch, determine the order of the rows."""
        settings = {"rows": self._rows, "batch_size": self._batch_size, "seed": self._seed, "drop_last": int(self._drop_last)}
        return settings if self._shuffle else settings | {"shuffle": 0}

    def picked(self) -> Iterator[tuple[Picked, ...]]:
        """Return the batches of the next epoch as `Picked` rows, which are read when they are indexed.

        Raises:
            TypeError: If the source is not arrays or a Dataset
        """
        if not isinstance(self._source, Dataset):
            raise TypeError(f"rows can be picked from arrays only, got {self._source!r:.80}")
        arrays = self._source.arrays
        return (tuple(Picked(array, rows) for array in arrays) for rows in self._begin_epoch())

    def _begin_epoch(self) -> Iterator[NDArray[np.int64]]:
        """Begin an epoch, and return the row numbers of each batch."""
        epoch = check_integer("epoch", self.epoch, least=0)
        self.epoch = epoch + 1
        return self._batch_rows(epoch)

    def _batch_rows(self, epoch: int) -> Iterator[NDArray[np.int64]]:
        order = np.arange(self._rows)
        if self._shuffle:
            order = seeded_generator(self._seed, epoch).permutation(order)
        part, parts = self._shard
        for start in range(0, len(self) * self._batch_size, self._batch_size):
            rows = order[start : start + self._batch_size]
            yield rows[len(rows) * part // parts : len(rows) * (part + 1) // parts]


def as_rows(name: str, value: Any) -> Any:
    """Return `value` as an array of rows, unchanged if it is OnDisk.

    Arrays, lists, Tensors, tables with `__array__` such as DataFrames, and arrays of PyTorch and JAX are taken.
    """
    if isinstance(value, OnDisk):
        return value
    if isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be an array, got the path {str(value)!r}: write nn.OnDisk(path)")
    if hasattr(value, "toarray"):
        raise TypeError(f"{name} must be an array, got a sparse matrix of type {type(value).__name__}: write .toarray()")
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be an array, got a masked array: fill its gaps with .filled(value)")
    try:
        array = value.numpy() if isinstance(value, Tensor) else as_array(name, value)
    except (TypeError, RuntimeError) as error:  # such as a tensor of PyTorch that requires a gradient
        raise TypeError(f"{name} of type {type(value).__name__} cannot be an array: {error}") from error
    if array.dtype.kind == "O":
        strange = [x for x in array.ravel() if not isinstance(x, int | float | np.number)]
        if not strange:
            return np.array(array.tolist())  # integers, such as labels, stay integers
        raise TypeError(
            f"{name} must hold numbers, got objects such as {strange[0]!r} of type {type(strange[0]).__name__}: convert "
            "columns to numbers, and labels by np.unique(labels, return_inverse=True)"
        )
    return array


def check_equal_lengths(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values as arrays; raise unless they have the same number of rows, at least one."""
    try:
        arrays = tuple(as_rows(f"argument {i}", value) for i, value in enumerate(values))
    except ValueError as error:
        if len(values) > 1:
            raise
        parts = [np.shape(x) for x in values[0] if hasattr(x, "shape")][:2]
        held = f" (it holds arrays of shapes {' and '.join(map(str, parts))})" if parts else ""
        raise ValueError(f"{error}{held}: pass arrays as separate arguments, Loader(x, y)") from None
    if not arrays:
        raise ValueError("at least one array is required, got none")
    shapes = ", ".join(str(array.shape) for array in arrays)
    if any(array.ndim == 0 for array in arrays):
        raise ValueError(f"every array must have a first axis, the rows; got shapes {shapes}")
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"the arrays must have the same number of rows; got shapes {shapes}")
    if len(arrays[0]) == 0:
        raise ValueError(f"the arrays must have at least one row; got shapes {shapes}")
    return arrays


def is_row_source(source: Any) -> bool:
    """True for a source of rows such as a Dataset, that is neither an array nor a sequence."""
    array = (
        isinstance(source, list | tuple | str | OnDisk | Tensor) or hasattr(source, "__array__") or hasattr(source, "toarray")
    )
    return hasattr(source, "__len__") and hasattr(source, "__getitem__") and not array


def _batch_of(source: Any, rows: NDArray[np.int64]) -> tuple[Array, ...]:
    if isinstance(source, Dataset):
        return tuple(take_rows(array, rows) for array in source.arrays)
    batch = tuple(np.asarray(part) for part in source[rows])
    if any(len(part) != len(rows) for part in batch):
        shapes = ", ".join(str(part.shape) for part in batch)
        raise ValueError(f"[rows] of {source!r:.80} must return arrays of {len(rows)} rows, returned shapes {shapes}")
    return batch


def take_rows(array: Any, rows: NDArray[np.int64]) -> Array:
    """Return rows of an array, in memory or on disk, by their numbers; read-only."""
    if isinstance(array, OnDisk):
        return array[rows]
    taken: Array = np.take(array, rows, axis=0)
    taken.flags.writeable = False
    return taken
