"""Curves of a history as a small SVG, for notebooks without matplotlib."""

from collections.abc import Sequence
from html import escape
from math import isfinite
from typing import Any

#: Width and height of the axes of one curve, and the room around them for texts.
WIDTH, HEIGHT, LEFT, TOP = 200, 110, 62, 24

#: Colour and dashes of the numbers of training and of validation.
STYLES = {"training": 'stroke="#0072b2"', "validation": 'stroke="#d55e00" stroke-dasharray="5 3"'}


def curves_svg(history: Any) -> str:
    """Return an SVG with the axes of the loss and of each metric next to each other; numbers that are not finite are gaps.

    >>> from nn import History
    >>> curves_svg(History(loss=[0.5, 0.25])).count("<polyline")
    1
    """
    columns = {"loss": (history.loss, history.validation_loss)}
    columns |= {name: (column, history.validation_metrics.get(name, [])) for name, column in history.metrics.items()}
    drawn = {name: pair for name, pair in columns.items() if any(map(isfinite, [*pair[0], *pair[1]]))}
    parts = [_panel(name, *pair, (LEFT + WIDTH + 20) * i) for i, (name, pair) in enumerate(drawn.items())]
    width, height = (LEFT + WIDTH + 20) * max(len(parts), 1), TOP + HEIGHT + 40
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
    )
    font = 'font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#333333"'
    said = f"<title>{escape(', '.join(drawn))} per epoch</title>"
    return f'{head}{font}>{said}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'


def _panel(name: str, training: Sequence[float], validation: Sequence[float], left: int) -> str:
    """Return the axes of one list of numbers and of its validation, with the extremes as texts."""
    finite = [x for x in [*training, *validation] if isfinite(x)]
    low, high = min(finite), max(finite)
    last = max(len(training), len(validation))

    def point(epoch: int, x: float) -> str:
        return f"{WIDTH * epoch / max(last - 1, 1):.1f},{HEIGHT * (high - x) / ((high - low) or 1):.1f}"

    lines = []
    for column, style in zip((training, validation), STYLES.values(), strict=True):
        runs: list[list[str]] = [[]]
        for epoch, x in enumerate(column):
            runs[-1:] = [[*runs[-1], point(epoch, x)]] if isfinite(x) else [runs[-1], []]
        lines += [f'<polyline points="{" ".join(run)}" fill="none" stroke-width="1.5" {style}/>' for run in runs if run]
    title = escape(name) + '<tspan fill="#d55e00"> – – validation</tspan>' * bool(validation)
    texts = [(0, -8, "start", title), (-5, 9, "end", f"{high:.4g}"), (-5, HEIGHT, "end", f"{low:.4g}")]
    texts += [(0, HEIGHT + 15, "middle", "1"), (WIDTH, HEIGHT + 15, "end", f"epoch {last}")]
    lines += [f'<text x="{x}" y="{y}" text-anchor="{side}">{text}</text>' for x, y, side, text in texts]
    axes = f'<path d="M0,0V{HEIGHT}H{WIDTH}" fill="none" stroke="#555555"/>'
    return f'<g transform="translate({left + LEFT} {TOP})">{axes}{"".join(lines)}</g>'
