"""Random split into training and test data, optionally stratified."""

from __future__ import annotations

from autograd.support.deprecated import renamed_arguments
from autograd.support.lazy_numpy import ArrayLike, NDArray, np
from nn._validation import Array, as_array, seeded_generator
from nn.data.loader import check_equal_lengths, take_rows


@renamed_arguments(test_fraction="test_size")
def train_test_split(
    *arrays: ArrayLike, test_size: float = 0.2, seed: int = 0, stratify: ArrayLike | None = None
) -> tuple[Array, ...]:
    """Split arrays into random training and test data: (a_train, a_test, b_train, b_test, …), read-only.

        number of test rows = test_size · n, rounded to the nearest integer, halves to even

    With `stratify`, the class of each row, the test data have the class proportions of all data, up to one row per class.

    Shapes:
        each array (n, …) -> (n_train, …), (n_test, …) with n_train + n_test = n
    Raises:
        TypeError: If seed is not an integer
        ValueError: If no array is passed, if the arrays have no rows, if lengths differ (names the shapes), if seed < 0, if
            test_size is not between 0 and 1, or leaves a part without rows; if stratify is not (n,), or a class has fewer than
            two rows

    >>> x_train, x_test, y_train, y_test = train_test_split(np.eye(10), np.arange(10))
    >>> x_train.shape, y_test.shape
    ((8, 10), (2,))
    """
    aligned = check_equal_lengths(arrays)
    if not (isinstance(test_size, float | np.floating) and 0 < test_size < 1):
        raise ValueError(f"test_size must be more than 0 and less than 1, got {test_size!r}")
    n = len(aligned[0])
    n_test = round(float(test_size) * n)
    if not 0 < n_test < n:
        raise ValueError(
            f"test_size={test_size!r} splits {n} rows into {n - n_test} and {n_test}: "
            "both parts need at least one row, so change test_size or pass more rows"
        )
    order = seeded_generator(seed).permutation(n)
    if stratify is not None:
        order = _stratify(order, as_array("stratify", stratify), n_test)
    return tuple(take_rows(array, rows) for array in aligned for rows in (order[n_test:], order[:n_test]))


def _stratify(order: NDArray[np.int64], classes: Array, n_test: int) -> NDArray[np.int64]:
    """Reorder rows so that each class has its share of the first n_test rows, by the method of largest remainders."""
    n = len(order)
    if classes.shape != (n,):
        raise ValueError(f"stratify must have shape ({n},), a class per row, got shape {classes.shape}")
    names, numbers, counts = np.unique(classes, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        raise ValueError(f"stratify needs two rows per class, got one of class {names[counts.argmin()].item()!r}: leave it out")
    share = counts * n_test / n
    taken = np.floor(share).astype(int)
    for k in np.argsort(taken - share, kind="stable")[: n_test - taken.sum()]:
        taken[k] += 1
    by_class = [order[numbers[order] == k] for k in range(len(names))]
    test = np.isin(order, np.concatenate([rows[:m] for rows, m in zip(by_class, taken, strict=True)]))
    return np.concatenate([order[test], order[~test]])
