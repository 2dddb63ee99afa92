"""Rows of arrays in step: mini-batches, and the split into training and test rows.

Whatever comes out is a fresh read-only copy: nothing done to the source later can reach it, and `autograd`
takes a read-only array as it is, without copying it again.
"""

import os
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.support.deprecated import renamed_arguments, renamed_attributes
from nn._validation import Array, as_array, seeded_generator, whole
from nn.data.on_disk import OnDisk, Picked

Batch = TypeVar("Batch", bound=Array | tuple[Array, ...])


class Dataset:
    """Arrays that share their first axis, as one thing with rows: any index of the first axis gives a tuple, one part an array.

    An array may be `OnDisk`, of rows that stay on the disk until they are asked for.

    Shapes:
        arrays (n, …); an index i gives (…), a slice or an array of indices (m, …): views where NumPy gives views
    Raises:
        ValueError: If there is no array or no row, or if the lengths differ (names the shapes)

    >>> points = Dataset(np.eye(3), [4, 5, 6])
    >>> len(points), points[1]
    (3, (array([0., 1., 0.]), np.int64(5)))
    >>> points[1:][1]
    array([5, 6])
    """

    def __init__(self, *arrays: Any) -> None:
        self.arrays = check_equal_lengths(arrays)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.arrays[0])

    def __getitem__(self, rows: Any) -> tuple[Any, ...]:
        return tuple(array[rows] for array in self.arrays)

    def __repr__(self) -> str:
        return f"Dataset of {len(self)} rows: {', '.join(f'{a.shape} {a.dtype}' for a in self.arrays)}"


@renamed_attributes(_share="_shard")
class Loader(Generic[Batch]):
    """Mini-batches of arrays that share their first axis: a tuple of arrays, or one array if one was given.

    In place of arrays a `Dataset` can be given, or anything else with a length that gives, for an array of row numbers, a
    tuple of arrays of these rows; an array may be `OnDisk`, or a memory map of NumPy. Nothing beyond the batch is copied, or
    read from the disk; the order of an epoch takes 8 bytes a row.

    With shard=(i, n) it gives of each batch the i-th of n parts, as even as can be, one after the other: what host i of n
    reads. The batches, and their number, are those of one host, whatever n is; where a batch has fewer rows than there are
    hosts, a part has none.

    Each pass is one epoch. Its order depends only on `seed` and on `epoch`, the number of passes begun: set
    `epoch` to take up a run where it stopped. Where batch_size does not divide n, the last batch is short, or
    left out with drop_last.

    Shapes:
        arrays (n, …) -> batches (batch_size, …)
    Raises:
        TypeError: If batch_size, seed or epoch is no integer
        ValueError: If there is no array, no row, or no batch after drop_last; if the lengths differ (names the shapes); if
            batch_size < 1; if seed or epoch is negative; if shard is no (i, n) with 0 ≤ i < n

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
    def __init__(
        self: "Loader[Array]",
        array: ArrayLike,
        /,
        *,
        batch_size: int = 64,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> None: ...
    @overload
    def __init__(
        self: "Loader[tuple[Array, ...]]",
        *arrays: Any,
        batch_size: int = 64,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> None: ...
    @renamed_arguments(share="shard")
    def __init__(
        self,
        *arrays: Any,
        batch_size: int = 64,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        self._source = arrays[0] if len(arrays) == 1 and _is_row_source(arrays[0]) else Dataset(*arrays)
        self._rows = len(self._source)
        if not self._rows:
            raise ValueError(f"{self._source!r:.80} has no rows to make batches of")
        self._batch_size = whole("batch_size", batch_size, least=1)
        self._seed = whole("seed", seed, least=0)
        self._shuffle = shuffle
        self._drop_last = drop_last
        self._shard = tuple(whole("shard", k, least=0) for k in shard)
        if len(self._shard) != 2 or self._shard[0] >= self._shard[1]:
            raise ValueError(f"shard must be (i, n) with 0 ≤ i < n, for host i of n; got {shard!r}")
        self.epoch = 0
        if not len(self):
            raise ValueError(f"drop_last leaves no batch: {self._rows} rows, batch_size={batch_size}")

    def __len__(self) -> int:
        """The number of batches in one epoch."""
        whole_batches, rest = divmod(self._rows, self._batch_size)
        return whole_batches + (rest > 0 and not self._drop_last)

    def __iter__(self) -> Iterator[Batch]:
        return self._read(self._begin_epoch())

    def picked(self) -> Iterator[tuple[Picked, ...]]:
        """The next epoch with nothing read yet: of each batch, for each array, what reads the rows that it is asked for.

        Raises:
            TypeError: If the loader is of rows of another kind than arrays
        """
        if not isinstance(self._source, Dataset):
            raise TypeError(f"rows can be picked from arrays, not from {self._source!r:.80}")
        arrays = self._source.arrays
        return (tuple(Picked(array, rows) for array in arrays) for rows in self._begin_epoch())

    def _begin_epoch(self) -> Iterator[NDArray[np.int64]]:
        """The numbers of the rows of each batch; another pass has begun."""
        epoch = whole("epoch", self.epoch, least=0)
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

    def _read(self, batches: Iterator[NDArray[np.int64]]) -> Iterator[Any]:
        for rows in batches:
            batch = _batch_of(self._source, rows)
            yield batch if len(batch) > 1 else batch[0]


def as_rows(name: str, value: Any) -> Any:
    """`value` if it is on the disk, and else `as_array` of it; an error if it is the path of a file or a folder."""
    if isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} is the path {str(value)!r}, not rows: nn.OnDisk of it reads them")
    return value if isinstance(value, OnDisk) else as_array(name, value)


def check_equal_lengths(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values as arrays of equally many rows, or an error that names their shapes."""
    arrays = tuple(as_rows(f"argument {i}", value) for i, value in enumerate(values))
    if not arrays:
        raise ValueError("give at least one array, got none")
    shapes = ", ".join(str(array.shape) for array in arrays)
    if any(array.ndim == 0 for array in arrays):
        raise ValueError(f"every array needs a first axis, the rows; got shapes {shapes}")
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"the arrays differ in their number of rows: shapes {shapes}")
    if len(arrays[0]) == 0:
        raise ValueError(f"the arrays have no rows: shapes {shapes}")
    return arrays


def _is_row_source(source: Any) -> bool:
    """Whether something is rows of its own kind, and not an array or what can be made into one."""
    listed = isinstance(source, np.ndarray | list | tuple | OnDisk | str)
    return hasattr(source, "__len__") and hasattr(source, "__getitem__") and not listed


def _batch_of(source: Any, rows: NDArray[np.int64]) -> tuple[Array, ...]:
    if isinstance(source, Dataset):
        return tuple(take_rows(array, rows) for array in source.arrays)
    batch = tuple(np.asarray(part) for part in source[rows])
    if any(len(part) != len(rows) for part in batch):
        shapes = ", ".join(str(part.shape) for part in batch)
        raise ValueError(
            f"{source!r:.80} gave shapes {shapes} for {len(rows)} rows: its [rows] must give a tuple of arrays of them"
        )
    return batch


def take_rows(array: Any, rows: NDArray[np.int64]) -> Array:
    """The rows of an array, in memory or on the disk, with these numbers; read-only."""
    if isinstance(array, OnDisk):
        return array[rows]
    taken: Array = np.take(array, rows, axis=0)
    taken.flags.writeable = False
    return taken
