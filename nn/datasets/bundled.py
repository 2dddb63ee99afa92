"""Small real datasets without a download: 8 × 8 digits and first names."""

from pathlib import Path

from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from nn.datasets.synthetic import Labels, Points


def digits() -> tuple[Points, Labels]:
    """Return 1,797 handwritten digits of 8 × 8 pixels, from scikit-learn.

    Shapes:
        x (1797, 64) float32 from 0 (paper) to 1 (ink), y (1797,) int64 from 0 to 9; read-only
    Raises:
        ImportError: If scikit-learn is not installed; names the command
    Source:
        Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998
    """
    x, y = require("sklearn.datasets", "digits()").load_digits(return_X_y=True)
    x, y = (x / 16.0).astype(np.float32), y.astype(np.int64)
    x.flags.writeable = y.flags.writeable = False
    return x, y


def names() -> list[str]:
    """Return 5,163 first names, female and male, of the US Census of 1990, in lower case and alphabetical order.

    Source:
        US Census Bureau, files dist.female.first and dist.male.first, in the public domain

    >>> len(names()), names()[:3]
    (5163, ['aaron', 'abbey', 'abbie'])
    """
    return (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").split()
