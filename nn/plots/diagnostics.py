"""Diagnostics of a training by epoch: loss and metrics; weights, gradients and activations by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from autograd.support.lazy_numpy import ArrayLike, NDArray, np
from nn._validation import check_integer
from nn.plots.style import ABOVE, COLORS, DASHES, LINES, MARKERS, RIGHT, new_axes, panels
from nn.run.history import History

BINS = 60


class WatchSeries(Protocol):
    """Series of a `Watch`, with an entry per epoch: quantiles of parameters and gradients, shares of saturated entries."""

    weights: dict[str, list[NDArray[np.float64]]]
    gradients: dict[str, list[NDArray[np.float64]]]
    saturation: dict[str, list[float]]


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
    for ax, (name, training, validation) in zip(given, curves, strict=True):
        for label, curve, style, color in [
            ("training", training, "-o", COLORS[0]),
            ("validation", validation, "--s", COLORS[4]),
        ]:
            if curve:
                ax.plot(range(1, len(curve) + 1), curve, style, color=color, label=label, markevery=max(1, len(curve) // 20))
        ax.set(xlabel="epoch", ylabel=name)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
        ax.legend(**ABOVE)
    return given


def histograms(watch: WatchSeries, kind: str = "weights", axes: Any = None, *, columns: int = 3) -> list[Any]:
    """Draw a histogram per epoch of each parameter, each in its own axes; darker means more entries.

    Args:
        kind: "weights" or "gradients"
        columns: Number of new axes per row

    Raises:
        ValueError: If the kind is unknown, the watch has no epoch, or fewer axes than parameters are passed
        ImportError: If matplotlib is not installed
    """
    if kind not in ("weights", "gradients"):
        raise ValueError(f"kind must be 'weights' or 'gradients', not {kind!r}")
    series = watch.weights if kind == "weights" else watch.gradients
    if not series:
        raise ValueError(f"the Watch has no {kind}: pass it to nn.fit(…, callbacks=[watch]) first")
    given = panels(axes, len(series), check_integer("columns", columns, least=1), (4.0, 2.8), "parameters")
    for ax, (path, quantiles) in zip(given, series.items(), strict=True):
        low, high = (float(f(quantiles)) for f in (np.min, np.max))
        edges = np.linspace(low, high, BINS + 1) if high > low else np.linspace(low - 1, high + 1, BINS + 1)
        levels = np.linspace(0.0, 1.0, len(quantiles[0]))
        below = np.stack([np.interp(edges, q, levels, left=0.0, right=1.0) for q in quantiles])
        shares = np.diff(below, axis=1).T
        ax.pcolormesh(np.arange(len(quantiles) + 1) + 0.5, edges, np.sqrt(np.maximum(shares, 0)), cmap="gray_r")
        ax.set(title=path, xlabel="epoch", ylabel=kind)
        ax.xaxis.get_major_locator().set_params(integer=True)
    return given


def largest_weights(watch: WatchSeries, ax: Any = None) -> Any:
    """Draw the largest absolute weight of each parameter per epoch.

    Raises:
        Exception: As `histograms`
    """
    if not watch.weights:
        raise ValueError("the Watch has no weights: pass it to nn.fit(…, callbacks=[watch]) first")
    series = {path: [max(abs(q[0]), abs(q[-1])) for q in quantiles] for path, quantiles in watch.weights.items()}
    return _plot_lines(series, "largest absolute weight", ax)


def saturation(watch: WatchSeries, ax: Any = None) -> Any:
    """Draw the share of saturated entries of each activation per epoch.

    Raises:
        ValueError: If the watch has no activations or no rows
        ImportError: If matplotlib is not installed
    """
    if not watch.saturation:
        raise ValueError("the Watch has no activations: make it with rows, Watch(rows), for a model that has activations")
    ax = _plot_lines(watch.saturation, "share that is saturated", ax)
    ax.set_ylim(-0.02, 1.02)
    return ax


def gradient_flow(gradients: Mapping[str, ArrayLike | None], ax: Any = None) -> Any:
    """Draw the mean and the largest absolute entry of the gradient of each parameter, in the order of the layers.

    Gradients that become smaller towards the input vanish, those that become larger explode. A gradient of zero has no place on
    the logarithmic axis, and is marked at its lower edge.

    Args:
        gradients: By path, after `loss.backward()`: `{path: p.grad for path, p in model.named_parameters()}`

    Raises:
        ValueError: If `gradients` is empty, or one of them is None or has no entries
        ImportError: If matplotlib is not installed
    """
    sizes = {path: np.abs(np.asarray(g, dtype=float)) for path, g in gradients.items() if g is not None}
    without = [path for path in gradients if path not in sizes or not sizes[path].size]
    if without or not sizes:
        missing = ", ".join(without) or "any"
        raise ValueError(f"gradients must have an array for each parameter, got none for {missing}: call backward() first")
    ax = new_axes(6.5, 3.6) if ax is None else ax
    places, largest = np.arange(len(sizes)), np.array([size.max() for size in sizes.values()])
    for i, (name, shown) in enumerate({"mean": np.array([size.mean() for size in sizes.values()]), "largest": largest}.items()):
        look = {"color": LINES[i], "linestyle": DASHES[i], "marker": MARKERS[i], "markersize": 4}
        ax.plot(places, np.where(shown > 0, shown, np.nan), label=name, **look)
    zero = places[largest == 0]
    if zero.size:
        ax.plot(zero, np.zeros(zero.size), "kx", transform=ax.get_xaxis_transform(), clip_on=False, label="zero")
    ax.set(yscale="log", ylabel="absolute gradient", xticks=places, xticklabels=list(sizes))
    ax.tick_params("x", rotation=90, labelsize=8)
    ax.grid(alpha=0.3)
    ax.legend(**RIGHT, fontsize=8)
    return ax


def _plot_lines(series: dict[str, list[float]], label: str, ax: Any) -> Any:
    ax = new_axes(6.5, 3.6) if ax is None else ax
    for i, (path, numbers) in enumerate(series.items()):
        look = {"color": LINES[i % len(LINES)], "linestyle": DASHES[i % 4], "marker": MARKERS[i % len(MARKERS)]}
        ax.plot(range(1, len(numbers) + 1), numbers, markersize=4, label=path, **look)
    ax.set(xlabel="epoch", ylabel=label)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(alpha=0.3)
    ax.legend(**RIGHT, fontsize=8)
    return ax
