"""Pages at three sizes equal the pictures in `golden`, with tolerance for the fonts of other machines.

`AUTOGRAD_GOLDEN=write pytest tests/browser/test_golden_pages.py` writes the pictures again: review the changes.
"""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread, imsave

import autograd as ag

GOLDEN = Path(__file__).parent / "golden"
SIZES = {"desktop": (1280, 800, "light"), "tablet": (820, 1180, "dark"), "phone": (390, 844, "light")}
#: Size of a cell in pixels, allowed difference of its mean (from 0 to 1), and allowed share of cells beyond it.
CELL, SHADE, SHARE = 16, 0.06, 0.01


def page():
    with ag.scope("neuron"):
        x, w, b = ag.Value(2.0, label="x"), ag.Value(-3.0, label="w"), ag.Value(6.88, label="b")
        y = ag.tanh(w * x + b)
    y.label = "y"
    return ag.draw(y).page()


def picture(show, size, key="End"):
    width, height, scheme = SIZES[size]
    tab = show(page(), width, height, scheme, motion="reduce")
    tab.keyboard.press(key)
    return imread(io.BytesIO(tab.screenshot()))[..., :3]


def cells(image):
    """The mean of every cell, which depends little on the font rendering."""
    h, w = (n // CELL * CELL for n in image.shape[:2])
    return image[:h, :w].reshape(h // CELL, CELL, w // CELL, CELL, 3).mean(axis=(1, 3))


def differing(a, b):
    return (np.abs(cells(a) - cells(b)).max(axis=-1) > SHADE).mean()


@pytest.mark.parametrize("size", SIZES)
def test_a_page_looks_like_its_golden_picture(show, size):
    seen = picture(show, size)
    file = GOLDEN / f"{size}.png"
    if os.environ.get("AUTOGRAD_GOLDEN") == "write":
        imsave(file, seen)
    kept = imread(file)[..., :3]
    assert seen.shape == kept.shape
    assert differing(seen, kept) <= SHARE


def test_one_step_exceeds_the_tolerance(show):
    for size in SIZES:
        kept = imread(GOLDEN / f"{size}.png")[..., :3]
        assert differing(picture(show, size, "Home"), kept) > SHARE
        assert differing(picture(show, size, "ArrowRight"), kept) > SHARE
