"""Warnings of likely mistakes during a call."""

import warnings

from nn import LikelyMistake


def heard(f):
    """Texts of the likely mistakes that a call of f warns of; all of them name the file of f."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f()
    assert all(w.category is LikelyMistake and w.filename == f.__code__.co_filename for w in caught)
    return [str(w.message) for w in caught]
