"""Data of a training: batches, weights of the rows, and validation data."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from autograd.support.lazy_numpy import np
from nn._validation import Array, as_floats, check_labels
from nn.data.loader import Dataset, Loader, as_rows, is_row_source
from nn.data.on_disk import OnDisk
from nn.data.split import train_test_split

#: Weights of classes: by class, in the order of the classes, or "balanced".
ClassWeight = Mapping[int, float] | Sequence[float] | Array | str


@dataclass
class TrainingData:
    """Data of a training.

    Attributes:
        batches: Iterable over the batches of an epoch, tuples (x, y) or (x, y, weights), with a length
        targets: The targets of all rows, if they are known before the first epoch
        held_out: Validation data (x, y) or (x, y, weights), or None
        settings: Numbers that, with the epoch, determine the order of the rows
        weighted: True if rows are known to have weights
        rows: The arrays of the batches, if arrays were passed
    """

    batches: Any
    targets: Any
    held_out: tuple[Any, ...] | None
    settings: dict[str, int]
    weighted: bool
    rows: tuple[Any, ...] | None = None


def training_data(
    train: Any, validation: Any, options: dict[str, Any], sample_weight: Any, class_weight: ClassWeight | None
) -> TrainingData:
    """Check the data of `fit`; `options` are those of a `Loader`."""
    if isinstance(validation, int | float | np.number):
        if not 0 < validation < 1:
            raise ValueError(f"validation must be data (x, y), or a fraction of the rows between 0 and 1, got {validation!r}")
        validation = float(validation)
    if not _are_arrays(train):
        if sample_weight is not None or class_weight is not None or isinstance(validation, float):
            raise TypeError(
                f"sample_weight, class_weight and validation={validation!r:.20} are for arrays, got train of type "
                f"{type(train).__name__}: make batches (x, y, weights), and pass validation=(x, y)"
            )
        batches = _own_batches("train", train, options)
        held_out = None if validation is None else check_rows("validation", validation)
        settings = batches.settings() if isinstance(batches, Loader) else {"batches": len(batches)}
        return TrainingData(batches, None, held_out, settings, len(held_out or ()) > 2)
    arrays = check_rows("train", train, sample_weight)
    held_out = None
    if isinstance(validation, float):
        arrays, held_out = _split(arrays, validation, options["seed"])
    elif validation is not None:
        held_out = check_rows("validation", validation)
    if class_weight is not None:
        arrays = _weigh_classes(arrays, class_weight)
    batches = Loader(*arrays, **options)
    settings = batches.settings()
    for weights in arrays[2:]:
        settings["checksum of the weights"] = crc32(weights.tobytes())
    weighted = len(arrays) > 2 or len(held_out or ()) > 2
    return TrainingData(batches, arrays[1], held_out, settings, weighted, arrays)


def check_rows(name: str, given: Any, sample_weight: Any = None) -> tuple[Any, ...]:
    """Check (x, y) or (x, y, weights), or batches of them, which are joined; return arrays of one number of rows."""
    given = given.arrays if isinstance(given, Dataset) else given
    if not _are_arrays(given):
        given = tuple(np.concatenate(parts) for parts in zip(*_own_batches(name, given, {"shuffle": False}), strict=True))
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        raise TypeError(f"{name} must be a pair (x, y) of arrays, got {type(given).__name__} {given!r:.60}")
    if sample_weight is not None and len(given) == 3:
        raise ValueError(f"{name} has weights already, as its third array: leave out sample_weight")
    given = [*given, *([] if sample_weight is None else [sample_weight])]
    x, y, *weights = [as_rows(f"{name} {part}", a) for part, a in zip(("x", "y", "weights"), given, strict=False)]
    if not x.ndim or not y.ndim or len(x) != len(y) or not len(x):
        raise ValueError(f"{name} x and y must have the same number of rows, at least one; got shapes {x.shape} and {y.shape}")
    for w in weights:
        if w.shape != (len(y),) or not (np.asarray(w) >= 0).all():
            raise ValueError(f"{name}: sample_weight must be {len(y)} numbers of at least 0, one per row, got shape {w.shape}")
    return x, y, *[np.asarray(as_floats("sample_weight", w)) for w in weights]


def weighted_loss(loss: Callable[..., Any], batch_length: int) -> Callable[..., Any]:
    """The loss as a function of output, targets and, for batches of three arrays, weights."""
    return loss if batch_length == 2 else lambda output, y, weights: loss(output, y, sample_weight=weights)


def check_takes_weights(loss: Callable[..., Any]) -> None:
    """Raise if a loss has no argument `sample_weight`."""
    try:
        inspect.signature(loss).bind(None, None, sample_weight=None)
    except TypeError:
        raise TypeError(
            f"with weights of rows the loss must take sample_weight, as nn.cross_entropy does, got {loss!r:.80}: write "
            "lambda output, y, sample_weight: …"
        ) from None


def _are_arrays(train: Any) -> bool:
    return isinstance(train, Dataset | tuple | list) or hasattr(train, "__array__")


def _own_batches(name: str, train: Any, options: dict[str, Any]) -> Any:
    """Batches of a `Loader`, of a source of rows, or of another iterable over batches with a length."""
    if isinstance(train, Loader):
        return train
    listed = isinstance(train, str | bytes | Mapping)
    if is_row_source(train) and not listed:
        return Loader(train, **options)
    if listed or not (hasattr(train, "__iter__") and hasattr(train, "__len__")):
        raise TypeError(
            f"{name} must be a pair (x, y) of arrays, a Loader, or another iterable over batches with a length, got "
            f"{type(train).__name__} {train!r:.60}"
        )
    return _Batches(train)


class _Batches:
    """Batches of an iterable, as arrays."""

    def __init__(self, source: Iterable[Any]) -> None:
        self.source: Any = source

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        n = 0
        for n, batch in enumerate(self.source, start=1):
            if n > len(self):
                break
            yield check_rows("a batch", tuple(batch) if isinstance(batch, Iterable) else batch)
        if n != len(self):
            found = f"more than {len(self)}" if n > len(self) else n
            raise ValueError(
                f"train has the length {len(self)} and returned {found} batches: __len__ must be the number of batches, and "
                "each __iter__ must begin anew"
            )


def _split(arrays: tuple[Any, ...], share: float, seed: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """(training rows, validation rows) of arrays, in a seeded random order; by class if y holds classes of two rows or more."""
    if any(isinstance(a, OnDisk) for a in arrays):
        raise TypeError(f"validation={share!r} would read all rows of an OnDisk: pass validation=(x, y)")
    y = arrays[1]
    classes = y.ndim == 1 and y.dtype.kind in "iub"
    stratify = y if classes and np.unique(y, return_counts=True)[1].min() > 1 else None
    parts = train_test_split(*arrays, test_size=share, seed=seed, stratify=stratify)
    return parts[::2], parts[1::2]


def _weigh_classes(arrays: tuple[Any, ...], given: ClassWeight) -> tuple[Any, ...]:
    """x, y and the weights of the rows times the weights of their classes."""
    x, y, *weights = arrays
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise TypeError(f"class_weight is for targets of (n,) integer classes, got shape {labels.shape}: use sample_weight")
    check_labels(labels, np.iinfo(np.int64).max, "classes")
    counts = np.bincount(labels)
    if isinstance(given, str):
        if given != "balanced":
            raise ValueError(f"class_weight must be numbers by class, or 'balanced', got {given!r}")
        of_class = len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    else:
        by_class = dict(given) if isinstance(given, Mapping) else dict(enumerate(given))
        of_class = np.array([float(by_class.pop(k, 1.0 if isinstance(given, Mapping) else -1.0)) for k in range(len(counts))])
        if (isinstance(given, Mapping) and by_class) or not (of_class >= 0).all():
            raise ValueError(
                f"class_weight must have numbers of at least 0 for the classes 0 to {len(counts) - 1}, got {given!r:.80}"
            )
    return x, y, of_class[labels] * (weights[0] if weights else 1.0)
