"""Synthetic points in the plane against their formulas."""

import numpy as np
import pytest

import nn
from nn import accuracy, datasets

DRAWN = {
    "moons": lambda **o: datasets.moons(61, **o),
    "circles": lambda **o: datasets.circles(61, **o),
    "spirals": lambda **o: datasets.spirals(61, arms=4, **o),
    "blobs": lambda **o: datasets.blobs(61, classes=5, **o),
    "curve": lambda **o: datasets.curve(61, **o),
}


@pytest.mark.parametrize("name", DRAWN)
def test_data_depend_on_the_seed_only_and_are_read_only(name):
    x, y = DRAWN[name](seed=3)
    again = DRAWN[name](seed=3)
    other = DRAWN[name](seed=4)
    assert np.array_equal(x, again[0])
    assert np.array_equal(y, again[1])
    assert not np.array_equal(y, other[1])
    assert not x.flags.writeable
    assert not y.flags.writeable
    assert len(x) == len(y) == 61
    if name != "curve":
        counts = np.bincount(y)
        assert counts.max() - counts.min() <= 1


def test_points_lie_where_the_formula_puts_them():
    x, y = datasets.circles(50, ratio=0.3, noise=0.0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1.0, 0.3))
    x, y = datasets.spirals(90, arms=3, turns=1.5, noise=0.0)
    r, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    np.testing.assert_allclose(np.cos(angle - 2 * np.pi * (y / 3 + 1.5 * r)), 1.0)
    x, y = datasets.blobs(60, classes=3, spread=0.0)
    np.testing.assert_allclose(x, np.column_stack([np.cos(2 * np.pi * y / 3), np.sin(2 * np.pi * y / 3)]))
    x, y = datasets.curve(41, noise=0.0)
    exact = np.linspace(-2.0, 2.0, 41)[:, None]
    assert np.array_equal(x, exact.astype(np.float32))
    assert np.array_equal(y, (np.sin(3 * exact) + exact / 2).astype(np.float32))


def test_the_number_of_outliers_is_the_requested_one():
    _, off = datasets.curve(100, outliers=0.1, noise=0.0)
    _, on = datasets.curve(100, noise=0.0)
    assert np.sum(off - on > 2.9) == 10


@pytest.mark.parametrize(
    "call",
    [
        lambda: datasets.circles(1),
        lambda: datasets.circles(10, ratio=1.0),
        lambda: datasets.circles(10, noise=-1.0),
        lambda: datasets.spirals(2, arms=3),
        lambda: datasets.spirals(9, arms=1),
        lambda: datasets.blobs(10, spread=float("inf")),
        lambda: datasets.curve(10, outliers=-0.1),
        lambda: datasets.curve(10, noise=float("nan")),
    ],
)
def test_impossible_shapes_are_refused(call):
    with pytest.raises(ValueError, match=r"must be|noise"):
        call()


def test_a_small_network_separates_the_spirals():
    x, y = datasets.spirals(300, noise=0.0)
    model = nn.MLP(2, [32, 32], 3, seed=0)
    nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters(), lr=0.01), epochs=150, progress=False)
    assert accuracy(nn.predict(model, x), y) > 0.97
