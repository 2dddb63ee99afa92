"""Images of data and of weights."""

from collections.abc import Sequence
from typing import Any

from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import as_array, check_integer
from nn.plots.style import panels


def image_grid(images: ArrayLike, titles: Sequence[str] = (), axes: Any = None, *, columns: int = 6) -> list[Any]:
    """Draw images in rows of `columns`, each with its title if there are titles; dark means a high number.

    Shapes:
        images (n, height, width); n axes, or new ones if `axes` is None
    Raises:
        ValueError: If the shapes do not fit, no image is passed, or the number of titles or axes does not match
        ImportError: If matplotlib is not installed
    """
    pictures = as_array("images", images)
    if pictures.ndim != 3 or not len(pictures):
        raise ValueError(f"images must be (n, height, width), with at least one image; got shape {pictures.shape}")
    if titles and len(titles) != len(pictures):
        raise ValueError(f"titles must have one title per image, {len(pictures)}, got {len(titles)}: pass one each, or none")
    given = panels(axes, len(pictures), check_integer("columns", columns, least=1), (1.5, 1.8), "images")
    for i, ax in enumerate(given):
        ax.axis("off")
        ax.imshow(pictures[i], cmap="gray_r", vmin=pictures.min(), vmax=pictures.max())
        if titles:
            ax.set_title(titles[i], fontsize=9)
    return given


def weight_images(weight: Any, shape: tuple[int, int], axes: Any = None, *, most: int = 24, columns: int = 6) -> list[Any]:
    """Draw the weights of each unit of a layer as an image. Black is the largest, white the smallest, mid-grey 0.

    Shapes:
        weight (height · width, units), as that of a `Linear`; shape (height, width); axes for the first `most` units
    Raises:
        ValueError: If the shapes do not fit
        ImportError: If matplotlib is not installed
    """
    w = as_array("weight", weight.numpy() if hasattr(weight, "numpy") else weight)
    if w.ndim != 2 or len(w) != shape[0] * shape[1]:
        raise ValueError(f"weight must be ({shape[0]} × {shape[1]}, units), got shape {w.shape}")
    shown = w.T[: check_integer("most", most, least=1)].reshape(-1, *shape)
    given = image_grid(shown, [f"unit {i}" for i in range(len(shown))], axes, columns=columns)
    largest = float(np.abs(shown).max()) or 1.0
    for ax in given:
        ax.images[-1].set_clim(-largest, largest)
    return given
