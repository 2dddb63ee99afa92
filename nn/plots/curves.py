"""How a training went, as curves."""

from typing import Any

from nn.plots.style import ABOVE, COLORS, panels
from nn.run.history import History


def training_curves(history: History, axes: Any = None) -> list[Any]:
    """Axes with the loss epoch by epoch, and axes with each metric; new ones if `axes` is None.

    Raises:
        TypeError: If it is no history
        ValueError: If there is no epoch to show, or there are fewer axes than curves
        ImportError: If matplotlib is not installed
    """
    if not isinstance(history, History):
        raise TypeError(f"training_curves shows what nn.fit returned, a History, and got {type(history).__name__}")
    if not history.loss:
        raise ValueError("the history has no epoch to show: give what nn.fit returned")
    curves = [("loss", history.loss, history.validation_loss)]
    for name, column in history.metrics.items():
        curves.append((name, column, history.validation_metrics.get(name, [])))
    given = panels(axes, len(curves), len(curves), (4.5, 3.4), f"curves, {', '.join(name for name, *_ in curves)}")
    for ax, (name, training, held_out) in zip(given, curves, strict=True):
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
    return given
