"""Synthetic datasets: shapes in the plane, Gaussians and curves."""

from __future__ import annotations

from typing import Any

from autograd.support.lazy_numpy import NDArray, np
from nn._validation import check_finite, check_integer, check_share, seeded_generator

Points = np.ndarray[Any, "np.dtype[np.float32]"]
Labels = np.ndarray[Any, "np.dtype[np.int64]"]


def moons(n: int = 100, *, noise: float = 0.1, seed: int = 0) -> tuple[Points, Labels]:
    """Return points of two interleaved half circles, with labels; shuffled, read-only.

        label 0:  (cos t, sin t),   label 1:  (1 − cos t, ½ − sin t),   t evenly spaced on [0, π]

    Shapes:
        x (n, 2) float32, y (n,) int64 in {0, 1}: ⌊n/2⌋ zeros and ⌈n/2⌉ ones
    Units:
        noise: standard deviation of the Gaussian added to each coordinate; the circles have radius 1
    Raises:
        TypeError: If n or seed is not an integer, or noise not a number
        ValueError: If n < 2, seed < 0, or noise is negative or not finite

    >>> x, y = moons(4, noise=0.0)
    >>> x.shape, sorted(y.tolist())
    ((4, 2), [0, 0, 1, 1])
    """
    check_integer("n", n, least=2)
    outer, inner = np.linspace(0, np.pi, n // 2), np.linspace(0, np.pi, n - n // 2)
    upper = np.column_stack([np.cos(outer), np.sin(outer)])
    lower = np.column_stack([1 - np.cos(inner), 0.5 - np.sin(inner)])
    return _shuffle([upper, lower], noise, seed)


def circles(n: int = 100, *, ratio: float = 0.5, noise: float = 0.05, seed: int = 0) -> tuple[Points, Labels]:
    """Return points of two concentric circles, with labels; shuffled, read-only.

        label 0:  (cos t, sin t),   label 1:  ratio (cos t, sin t),   t evenly spaced around

    Shapes, units and errors  as `moons`, with ValueError if ratio is not between 0 and 1

    >>> x, y = circles(4, noise=0.0)
    >>> np.hypot(*x[y == 1].T).tolist()
    [0.5, 0.5]
    """
    check_integer("n", n, least=2)
    if not 0 < ratio < 1:
        raise ValueError(f"ratio must be between 0 and 1, got {ratio!r}")
    return _shuffle([_circle(n // 2), ratio * _circle(n - n // 2)], noise, seed)


def spirals(n: int = 300, *, arms: int = 3, turns: float = 0.75, noise: float = 0.03, seed: int = 0) -> tuple[Points, Labels]:
    """Return points of spiral arms, with labels; shuffled, read-only.

        label k:  r (cos φ, sin φ),   φ = 2π (k / arms + turns · r),   r evenly spaced on (0, 1]

    Shapes, units and errors  as `moons`, with y from 0 to arms − 1 and n at least the number of arms

    >>> x, y = spirals(6, arms=3)
    >>> x.shape, np.bincount(y).tolist()
    ((6, 2), [2, 2, 2])
    """
    check_integer("n", n, least=check_integer("arms", arms, least=2))
    parts = []
    for k in range(arms):
        r = np.linspace(1.0, 0.0, n // arms + (k < n % arms), endpoint=False)[::-1]
        angle = 2 * np.pi * (k / arms + turns * r)
        parts.append(np.column_stack([r * np.cos(angle), r * np.sin(angle)]))
    return _shuffle(parts, noise, seed)


def blobs(n: int = 100, *, classes: int = 2, spread: float = 0.3, seed: int = 0) -> tuple[Points, Labels]:
    """Return points of isotropic Gaussians around a circle, with labels; shuffled, read-only.

        label k:  (cos 2πk/classes, sin 2πk/classes) + spread · N(0, 1)

    Shapes:
        x (n, 2) float32, y (n,) int64 from 0 to classes − 1
    Raises:
        TypeError: If n, classes or seed is not an integer
        ValueError: If a number is too small, or spread is negative or not finite

    >>> x, y = blobs(9, classes=3)
    >>> x.shape, np.bincount(y).tolist()
    ((9, 2), [3, 3, 3])
    """
    check_integer("n", n, least=check_integer("classes", classes, least=2))
    centres = _circle(classes)
    parts = [np.repeat(centres[k : k + 1], n // classes + (k < n % classes), 0) for k in range(classes)]
    return _shuffle(parts, spread, seed)


def gaussians(
    n: int = 100, *, features: int = 2, classes: int = 2, distance: float = 2.0, label_noise: float = 0.0, seed: int = 0
) -> tuple[Points, Labels]:
    """Return points of overlapping Gaussians in any dimension, with labels, optionally wrong ones; shuffled, read-only.

        label k:  distance · u_k + N(0, 1),   u_k a random direction

    A fraction `label_noise` of the labels, rounded down, is replaced by another random class: a model that predicts these has
    memorised them.

    Shapes:
        x (n, features) float32, y (n,) int64 from 0 to classes − 1
    Raises:
        TypeError: If n, features, classes or seed is not an integer
        ValueError: If a number is too small, distance is negative or not finite, or label_noise is not in [0, 1]

    >>> x, y = gaussians(100, features=3, label_noise=0.2)
    >>> x.shape, np.flatnonzero(y != gaussians(100, features=3)[1]).size
    ((100, 3), 20)
    """
    check_integer("n", n, least=check_integer("classes", classes, least=2))
    check_integer("features", features, least=1)
    label_noise = check_share("label_noise", label_noise)
    rng = seeded_generator(seed, 1)
    directions = rng.normal(size=(classes, features))
    centres = check_finite("distance", distance) * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    parts = [np.repeat(centres[k : k + 1], n // classes + (k < n % classes), 0) for k in range(classes)]
    x, y = _shuffle(parts, 1.0, seed)
    wrong = rng.choice(n, size=int(label_noise * n), replace=False)
    y = y.copy()
    y[wrong] = (y[wrong] + rng.integers(1, classes, size=len(wrong))) % classes
    return _read_only(x, y)


def curve(n: int = 100, *, noise: float = 0.1, outliers: float = 0.0, seed: int = 0) -> tuple[Points, Points]:
    """Return points of a noisy curve, in order of x; a fraction `outliers`, rounded down, is shifted. Read-only.

        y = sin 3x + x/2 + noise · N(0, 1),   x evenly spaced on [−2, 2];   an outlier is 3 higher

    Shapes:
        x (n, 1) float32, y (n, 1) float32
    Raises:
        TypeError: If n or seed is not an integer, or noise not a number
        ValueError: If n < 2, noise is negative or not finite, or outliers is not in [0, 1]

    >>> x, y = curve(5, noise=0.0)
    >>> x.shape, bool(y[2, 0] == 0.0)
    ((5, 1), True)
    """
    check_integer("n", n, least=2)
    outliers = check_share("outliers", outliers)
    rng = seeded_generator(seed)
    x = np.linspace(-2.0, 2.0, n)[:, None]
    y = np.sin(3 * x) + x / 2 + rng.normal(scale=check_finite("noise", noise), size=(n, 1))
    y[rng.choice(n, size=int(outliers * n), replace=False)] += 3.0
    return _read_only(x, y)


def _circle(n: int) -> NDArray[np.float64]:
    t = 2 * np.pi * np.arange(n) / n
    return np.column_stack([np.cos(t), np.sin(t)])


def _shuffle(parts: list[NDArray[np.float64]], noise: float, seed: int) -> tuple[Points, Labels]:
    """Join parts, add noise, and return points with the number of their part, in random order."""
    scale = check_finite("noise", noise)
    x = np.concatenate(parts)
    y = np.repeat(np.arange(len(parts), dtype=np.int64), [len(part) for part in parts])
    rng = seeded_generator(seed)
    order = rng.permutation(len(x))
    return _read_only(x[order] + rng.normal(scale=scale, size=x.shape), y[order])


def _read_only(*arrays: NDArray[Any]) -> Any:
    """Return the arrays read-only, floats in float32, which the parameters of modules have."""
    new = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]
    for a in new:
        a.flags.writeable = False
    return tuple(new)
