"""Style of all figures: colours, markers and dashes that differ in grey and for colour-blind people."""

from math import ceil
from typing import Any

from autograd.support.lazy_numpy import np
from autograd.support.optional import require

#: Colours for colour-blind people, alternately dark and light (Okabe & Ito 2008).
COLORS = ("#0072b2", "#e69f00", "#009e73", "#f0e442", "#d55e00", "#56b4e9", "#000000", "#cc79a7")
#: Colours of lines: yellow would not be visible.
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = "os^DvPX*"
DASHES = ("-", "--", "-.", ":")
#: A legend above the axes covers no data.
ABOVE: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 4, "frameon": False}
#: Legends that cover no data and leave room for a title.
BELOW: dict[str, Any] = ABOVE | {"loc": "upper center", "bbox_to_anchor": (0.5, -0.06)}
RIGHT: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "frameon": False}


def new_axes(width: float = 5.0, height: float = 4.0) -> Any:
    """Return the axes of a new figure with a size in inches."""
    return pyplot().subplots(figsize=(width, height), layout="constrained")[1]


def panels(axes: Any, count: int, columns: int, size: tuple[float, float], what: str) -> list[Any]:
    """Return `count` axes: the first ones of `axes`, or new ones in rows of `columns`, each with a size in inches."""
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
        raise ValueError(f"axes must be at least {count}, for {what}, got {len(given)}: pass one each, or none for new ones")
    return given[:count]


def pyplot() -> Any:
    """Import matplotlib.pyplot."""
    return require("matplotlib.pyplot", "a picture of a training")
