"""Bar charts of the tables: medians relative to the first contestant, on a logarithmic axis."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.timing import Table


def save(tables: Sequence[Any], path: Path) -> None:
    """Save the tables of contests as bar charts, one below the other."""
    import matplotlib.pyplot as plt

    contests = [table for table in tables if isinstance(table, Table)]
    if not contests:
        raise SystemExit("nothing to draw: these workloads have no contest")
    heights = [len(table.rows) + 1.5 for table in contests]
    figure, all_axes = plt.subplots(
        len(contests), figsize=(8, 0.28 * sum(heights)), height_ratios=heights, layout="constrained", squeeze=False
    )
    for axes, table in zip(all_axes[:, 0], contests, strict=True):
        names = [row.contestant for row in table.rows][::-1]
        times = [row.median / table.rows[0].median for row in table.rows][::-1]
        bars = axes.barh(names, times, color=["#bbbbbb"] * (len(names) - 1) + ["#0072b2"])
        axes.bar_label(bars, [f"{t:.3g}" for t in times], padding=3, fontsize=8)
        axes.set_xscale("log")
        axes.margins(x=0.15)
        axes.set_title(table.about, fontsize=9, loc="left")
        axes.tick_params(labelsize=8)
    all_axes[-1, 0].set_xlabel("time relative to the first contestant", fontsize=8)
    figure.savefig(path, dpi=130)
    plt.close(figure)
