"""One style for all pictures: colours, marks and dashes that can be told apart in grey and by the colour-blind."""

from math import ceil
from typing import Any

import numpy as np

from autograd.support.optional import require

# Colours the colour-blind can tell apart, dark and light by turns (Okabe & Ito 2008).
COLORS = ("#0072b2", "#e69f00", "#009e73", "#f0e442", "#d55e00", "#56b4e9", "#000000", "#cc79a7")
#: The same for lines, on which yellow could not be seen.
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = "os^DvPX*"
DASHES = ("-", "--", "-.", ":")
#: A legend above the axes hides nothing.
ABOVE: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 4, "frameon": False}
#: Nor do these, and they leave room for a title.
BELOW: dict[str, Any] = ABOVE | {"loc": "upper center", "bbox_to_anchor": (0.5, -0.06)}
RIGHT: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "frameon": False}


def new_axes(width: float = 5.0, height: float = 4.0) -> Any:
    """Axes of their own, of a size in inches."""
    return pyplot().subplots(figsize=(width, height), layout="constrained")[1]


def panels(axes: Any, count: int, columns: int, size: tuple[float, float], what: str) -> list[Any]:
    """As many axes as there is something to draw: new ones in rows of `columns`, each of a size in inches, or those given.

    Raises:
        ValueError: If there are fewer; says for what
    """
    if axes is None:
        columns = min(columns, count)
        rows = ceil(count / columns)
        figure = (size[0] * columns, size[1] * rows)
        grid = list(pyplot().subplots(rows, columns, figsize=figure, layout="constrained", squeeze=False)[1].flat)
        for ax in grid[count:]:
            ax.axis("off")
        return grid[:count]
    given = list(np.ravel(axes))
    if len(given) < count:
        raise ValueError(f"there are {count} {what}, and {len(given)} axes: give one each, or none for new ones")
    return given[:count]


def pyplot() -> Any:
    """matplotlib.pyplot, or an error that says how to get it."""
    return require("matplotlib.pyplot", "a picture of a training")
