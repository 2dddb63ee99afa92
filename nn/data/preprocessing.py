"""Preprocessing of data: standardisation and one-hot encoding."""

from typing import Any

from autograd.support.deprecated import renamed_arguments
from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import Array, as_array, check_integer, check_labels
from nn.data.loader import as_rows


def standardise(train: Any, *others: Any) -> Any:
    """Standardise columns to mean 0 and standard deviation 1 over the training rows; others by the same map. Read-only.

        y = (x − μ) / σ,   μ and σ of the training rows;   a column that is constant up to rounding becomes x − μ

    Shapes:
        each (n, …) with the same …  -> the same, floating-point: one array, or a tuple of arrays for several
    Raises:
        TypeError: If an array does not hold real numbers
        ValueError: If the training data have no rows, or a number that is not finite; if another array has other columns

    >>> standardise([[1.0], [3.0]]).tolist()
    [[-1.0], [1.0]]
    >>> train, test = standardise([[1.0], [3.0]], [[5.0]])
    >>> train.tolist(), test.tolist()
    ([[-1.0], [1.0]], [[3.0]])
    """
    arrays = [np.asarray(as_rows(f"argument {i}", x)) for i, x in enumerate((train, *others))]
    first = arrays[0]
    for i, x in enumerate(arrays):
        if x.dtype.kind not in "fiub":
            raise TypeError(f"standardise takes real numbers, got dtype {x.dtype} in argument {i}")
        if not x.ndim or x.shape[1:] != first.shape[1:]:
            raise ValueError(f"standardise: argument {i} must have the columns of shape {first.shape}, got shape {x.shape}")
    if not len(first):
        raise ValueError(f"standardise needs at least one training row, got shape {first.shape}")
    if (bad := ~np.isfinite(first)).any():
        place = tuple(np.argwhere(bad)[0].tolist())
        raise ValueError(
            f"standardise needs finite training rows, got {first[place]} at {place}, and {bad.sum()} in all: fill or drop them"
        )
    dtype = first.dtype if first.dtype.kind == "f" else np.dtype(float)
    start = first[0].astype(float)  # differences from a row are exact where columns are constant
    shifted = first - start
    mean, deviation = start + shifted.mean(axis=0), shifted.std(axis=0)
    rounding = max(len(first), 8) * np.finfo(float).eps * np.abs(mean)  # of numbers that were computed from as many rows
    scale = np.where(deviation > rounding, deviation, 1.0)
    results = tuple(((x - mean) / scale).astype(dtype) for x in arrays)
    for y in results:
        y.flags.writeable = False
    return results if others else results[0]


@renamed_arguments(classes="num_classes")
def one_hot(labels: ArrayLike, num_classes: int) -> Array:
    """One-hot encoding of labels: 1 in the column of the class, 0 elsewhere.

        y[i, j] = [labelsᵢ = j]

    Shapes:
        (…) integers from 0 to num_classes − 1 -> (…, num_classes) float64
    Raises:
        TypeError: If the labels are not integers
        ValueError: If a label is not a class; names the first

    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    k = check_integer("num_classes", num_classes, least=1)
    return np.eye(k)[check_labels(as_array("labels", labels), k, "classes")]
