"""How a training went, as curves."""

from collections.abc import Sequence
from typing import Any

from nn.history import History
from nn.plots.style import ABOVE, COLORS, pyplot


def training_curves(history: History, axes: Sequence[Any] | None = None) -> list[Any]:
    """Axes with the loss epoch by epoch, and axes with each metric; new ones if `axes` is None.

    Raises  ValueError   if there is no epoch to show, or there are fewer axes than curves
            ImportError  if matplotlib is not installed
    """
    if not history.loss:
        raise ValueError("the history has no epoch to show: give what nn.fit returned")
    panels = [("loss", history.loss, history.validation_loss)]
    for name, column in history.metrics.items():
        panels.append((name, column, history.validation_metrics.get(name, [])))
    if axes is None:
        _, grid = pyplot().subplots(1, len(panels), figsize=(4.5 * len(panels), 3.4), layout="constrained", squeeze=False)
        axes = list(grid[0])
    if len(axes) < len(panels):
        raise ValueError(
            f"the history has {len(panels)} panels, {', '.join(p[0] for p in panels)}, and there are {len(axes)} axes"
        )
    for ax, (name, training, held_out) in zip(axes, panels, strict=False):
        for label, curve, style, color in [
            ("training, as it went", training, "-o", COLORS[0]),
            ("held out", held_out, "--s", COLORS[4]),
        ]:
            if curve:
                ax.plot(range(1, len(curve) + 1), curve, style, color=color, label=label, markevery=max(1, len(curve) // 20))
        ax.set(xlabel="epoch", ylabel=name)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
        ax.legend(**ABOVE)
    return list(axes)
