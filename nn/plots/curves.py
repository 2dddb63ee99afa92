"""Training curves."""

from typing import Any

from nn.plots.style import ABOVE, COLORS, panels
from nn.run.history import History


def training_curves(history: History, axes: Any = None) -> list[Any]:
    """Draw the loss and each metric per epoch, each in its own axes; new ones if `axes` is None.

    Raises:
        TypeError: If `history` is not a History
        ValueError: If it has no epoch, or there are fewer axes than curves
        ImportError: If matplotlib is not installed
    """
    if not isinstance(history, History):
        raise TypeError(f"history must be a History, as returned by nn.fit, got {type(history).__name__}")
    if not history.loss:
        raise ValueError("history must have at least one epoch: pass the result of nn.fit")
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
