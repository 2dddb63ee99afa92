"""Equality of numbers and arrays up to rounding."""

import numpy as np

ULP = {np.dtype(np.float64): 2.0**-52, np.dtype(np.float32): 2.0**-23}


def assert_same(got, want, ulps, what="", *, signed=True, absolute=5e-324):
    """Equal to some ulps, of `absolute` near zero; NaN equals NaN, ±∞ itself, and ±0 itself if the sign counts."""
    got, want = np.broadcast_arrays(got, want)
    with np.errstate(all="ignore"):
        near = np.abs(got - want) <= ulps * ULP[got.dtype] * np.abs(want) + absolute * ulps
    same = near | (got == want) | (np.isnan(got) & np.isnan(want))
    if signed:
        same &= (want != 0) | (got != 0) | (np.signbit(got) == np.signbit(want))
    assert same.all(), f"{what}: {got[~same]}, not {want[~same]} (at {np.argwhere(~same).tolist()})"


def assert_close(got, want, least=0.0):
    """Equal shapes and dtypes, and equal numbers up to rounding in sums of terms as large as `least` or the largest entry."""
    got, want = np.asarray(got), np.asarray(want)
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    scale = np.max(np.abs(want), initial=least, where=np.isfinite(want))
    rounding = 1e-13 if want.dtype != np.float32 else 1e-5
    np.testing.assert_allclose(got, want, rtol=100 * rounding, atol=rounding * scale + 1e-300)


def assert_share_nothing(named_arrays):
    """Check that no two of the (name, array) pairs share memory."""
    for i, (name, a) in enumerate(named_arrays):
        for other, b in named_arrays[:i]:
            assert not np.shares_memory(a, b), f"{name} and {other} share memory"
