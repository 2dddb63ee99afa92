"""Numbers as images: data, and weights in the form of the data."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nn._validation import as_array, whole
from nn.plots.style import panels


def image_grid(images: ArrayLike, titles: Sequence[str] = (), axes: Any = None, *, columns: int = 6) -> list[Any]:
    """Axes with the images in rows of `columns`, dark where a number is high, each below its title if there is one.

    Shapes:
        images (n, height, width); n axes, or new ones if `axes` is None
    Raises:
        ValueError: If the shapes do not fit, or there is no image, or not a title or axes an image
        ImportError: If matplotlib is not installed
    """
    pictures = as_array("images", images)
    if pictures.ndim != 3 or not len(pictures):
        raise ValueError(f"images must be (n, height, width), with one image at least; got shape {pictures.shape}")
    if titles and len(titles) != len(pictures):
        raise ValueError(f"there are {len(pictures)} images and {len(titles)} titles: give one each, or no title at all")
    given = panels(axes, len(pictures), whole("columns", columns, least=1), (1.5, 1.8), "images")
    for i, ax in enumerate(given):
        ax.axis("off")
        ax.imshow(pictures[i], cmap="gray_r", vmin=pictures.min(), vmax=pictures.max())
        if titles:
            ax.set_title(titles[i], fontsize=9)
    return given


def weight_images(weight: Any, shape: tuple[int, int], axes: Any = None, *, most: int = 24, columns: int = 6) -> list[Any]:
    """Axes with the weights of each unit of a layer as an image: what it looks for. Black is most, white least, mid-grey 0.

    Shapes:
        weight (height · width, units), as a `Linear` has it; shape (height, width); the first `most` units are shown,
        in axes of their own or in new ones
    Raises:
        ValueError: If the shapes do not fit
        ImportError: If matplotlib is not installed
    """
    w = as_array("weight", weight.numpy() if hasattr(weight, "numpy") else weight)
    if w.ndim != 2 or len(w) != shape[0] * shape[1]:
        raise ValueError(f"weight must be ({shape[0]} × {shape[1]}, units), got shape {w.shape}")
    shown = w.T[: whole("most", most, least=1)].reshape(-1, *shape)
    given = image_grid(shown, [f"unit {i}" for i in range(len(shown))], axes, columns=columns)
    largest = float(np.abs(shown).max()) or 1.0
    for ax in given:
        ax.images[-1].set_clim(-largest, largest)
    return given
