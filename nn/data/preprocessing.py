"""Preprocessing of data: standardisation and one-hot encoding."""

import numpy as np
from numpy.typing import ArrayLike

from autograd.support.deprecated import renamed_arguments
from nn._validation import Array, as_array, check_integer, check_labels


def standardise(train: ArrayLike, *others: ArrayLike) -> tuple[Array, ...]:
    """Standardise columns to mean 0 and standard deviation 1 over the training rows; others by the same map. Read-only.

        y = (x − μ) / σ,   μ and σ of the training rows;   a constant column becomes x − μ

    Shapes:
        each (n, …) with the same …  -> the same, floating-point
    Raises:
        TypeError: If an array does not hold real numbers
        ValueError: If the training data have no rows, or another array has other columns; names both shapes

    >>> train, test = standardise([[1.0], [3.0]], [[5.0]])
    >>> train.tolist(), test.tolist()
    ([[-1.0], [1.0]], [[3.0]])
    """
    arrays = [as_array(f"argument {i}", x) for i, x in enumerate((train, *others))]
    first = arrays[0]
    for i, x in enumerate(arrays):
        if x.dtype.kind not in "fiub":
            raise TypeError(f"standardise takes real numbers, got dtype {x.dtype} in argument {i}")
        if not x.ndim or x.shape[1:] != first.shape[1:]:
            raise ValueError(f"standardise: argument {i} must have the columns of shape {first.shape}, got shape {x.shape}")
    if not len(first):
        raise ValueError(f"standardise needs at least one training row, got shape {first.shape}")
    dtype = first.dtype if first.dtype.kind == "f" else np.dtype(float)
    mean, deviation = first.mean(axis=0, dtype=float), first.std(axis=0, dtype=float)
    scale = np.where(deviation > 0, deviation, 1.0)
    results = tuple(((x - mean) / scale).astype(dtype) for x in arrays)
    for y in results:
        y.flags.writeable = False
    return results


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
