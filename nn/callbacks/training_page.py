"""`record_training`: an HTML page of a training by epoch: graph, weights, gradients, loss, decision boundary."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import autograd as ag
from autograd import Page, Tensor
from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import Array, as_array, check_integer
from nn.modules.predict import eval_mode, predict
from nn.plots.boundary import DecisionGrid
from nn.run.run import Callback, Run, State

#: Maximum of cells along each side of an image; larger arrays are shown by means over blocks.
CELLS = 48

#: Points along each side of the grid of a decision boundary.
STEPS = 48


def record_training(
    loss: Callable[[Any, Any], Any],
    example: tuple[ArrayLike, ArrayLike],
    *,
    every: int = 1,
    plane: tuple[ArrayLike, ArrayLike] | None = None,
) -> TrainingRecord:
    """Return a callback of `fit` that records a training for a page: before it, and after every `every` epochs.

        record = nn.record_training(nn.cross_entropy, (x[:1], y[:1]), plane=(x, y))
        nn.fit(model, (x, y), loss=nn.cross_entropy, …, callbacks=[record])
        record.page("training.html")

    Args:
        example: Data (x, y) whose loss is drawn as a graph
        plane: Points in the plane with classes, around which the decision boundary is drawn

    The page has the training curves, and images of each parameter and of its gradient in the last step.

    Shapes:
        example (n, …), (n, …), as model and loss take them; plane (n, 2), (n,) integers
    Raises:
        ValueError, TypeError: If the shapes of `plane` do not fit, or `every` is not a positive integer

    >>> record_training(lambda p, y: (p - y).mean(), ([[1.0]], [0.0]))
    <TrainingRecord of 0 moments>
    """
    return TrainingRecord(
        loss, example, check_integer("every", every, least=1), None if plane is None else DecisionGrid(*plane, STEPS)
    )


class TrainingRecord(Callback):
    """Record of a training, made by `record_training`; `page` makes a page from it."""

    def __init__(
        self, loss: Callable[[Any, Any], Any], example: tuple[ArrayLike, ArrayLike], every: int, plane: DecisionGrid | None
    ) -> None:
        self.loss, self.every, self.plane = loss, every, plane
        self.example = as_array("x", example[0]), as_array("y", example[1])
        self._clear()

    def _clear(self) -> None:
        self.pages: list[Page] = []
        self.epochs: list[int] = []
        self.curves: dict[str, list[float]] = {}
        self.arrays: list[dict[str, Any]] = []
        self.regions: list[list[int]] = []

    def on_start(self, run: Run) -> None:
        if run.epoch == 0:
            self._clear()
            self._record_moment(run)

    def on_epoch(self, run: Run) -> None:
        self.curves = {name: list(column) for name, column in run.history.columns().items() if name != "seconds"}
        if run.epoch % self.every == 0 or run.stop:
            self._record_moment(run)

    def on_end(self, run: Run) -> None:
        if self.epochs[-1] != run.epoch:
            self._record_moment(run)

    def _record_moment(self, run: Run) -> None:
        x, y = self.example
        grads = {path: p.grad for path, p in run.model.named_parameters()}
        with eval_mode(run.model):
            loss = self.loss(run.model(x), y)
            loss.label = loss.label or "loss"
            page = ag.draw(loss, direction="both").page()
        self.pages.append(page)
        self.epochs.append(run.epoch)
        self.arrays.append({path: [_image(p), _image(grads[path])] for path, p in run.model.named_parameters()})
        if self.plane is not None:
            scores = self.plane.scores(lambda rows: predict(run.model, rows))
            self.regions.append([int(c) for c in scores.argmax(axis=1)])

    def page(self, path: str | os.PathLike[str] | None = None, *, title: str = "A training, epoch by epoch") -> Page:
        """Return the page, and write it to `path`, if given. Its second slider selects the epoch.

        Raises:
            ValueError: If nothing was recorded, or the graph of the example changed between epochs
            RenderError: If no renderer is found, or it fails
        """
        if not self.pages:
            raise ValueError("no training was recorded: pass the record to fit(…, callbacks=[record]) first")
        time: dict[str, Any] = {
            "names": [str(epoch) for epoch in self.epochs],
            "curves": {name: [_json_number(x) for x in column] for name, column in self.curves.items()},
            "arrays": self.arrays,
        }
        if self.plane is not None:
            corner = [*self.plane.across[[0, -1]].tolist(), *self.plane.up[[0, -1]].tolist()]
            points = np.column_stack([self.plane.points, self.plane.labels]).round(4).tolist()
            time["plane"] = {"corner": corner, "steps": STEPS, "regions": self.regions, "points": points}
        page = ag.timeline(self.pages, title, time)
        if path is not None:
            page.save(path)
        return page

    def __repr__(self) -> str:
        return f"<TrainingRecord of {len(self.pages)} moments>"

    def state_dict(self) -> State:
        kept = {
            "pages": [_fields(page) for page in self.pages],
            "epochs": self.epochs, "curves": self.curves, "arrays": self.arrays, "regions": self.regions,
        }  # fmt: skip
        return {"record": np.frombuffer(json.dumps(kept).encode(), dtype=np.uint8)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        kept = json.loads(np.asarray(state["record"], dtype=np.uint8).tobytes())
        self.pages = [_page(*fields) for fields in kept["pages"]]
        self.epochs, self.curves, self.arrays, self.regions = (kept[k] for k in ("epochs", "curves", "arrays", "regions"))


def _fields(page: Page) -> list[Any]:
    """Return the fields of a page for JSON."""
    opened = page.opened and _fields(page.opened)
    return [page.title, page.dot, page.graph, page.moments, page.time, page.story, page.turned, opened]


def _page(title: str, dot: str, graph: dict[str, Any], moments: list[Any], *rest: Any) -> Page:
    """Return the page with these fields; checkpoints of older versions have only the first four."""
    time, story, turned, opened = rest or (None, "", "", None)
    return Page(title, dot, graph, tuple(moments), time, story, turned, opened and _page(*opened))


def _image(x: Any) -> list[Any] | None:
    """Return an array as [rows, columns, largest absolute entry, entries from −127 to 127]; None for None."""
    if x is None:
        return None
    array: Array = np.asarray(x.numpy() if isinstance(x, Tensor) else x, dtype=float)
    rows = np.atleast_2d(array.reshape(-1, array.shape[-1]) if array.ndim > 2 else array)
    finite = np.abs(rows[np.isfinite(rows)])
    largest = float(finite.max(initial=0.0))
    for axis in (0, 1):
        parts = np.array_split(rows, min(CELLS, rows.shape[axis]), axis=axis)
        rows = np.stack([part.mean(axis=axis) for part in parts], axis=axis)
    levels = np.nan_to_num(rows / (largest or 1.0) * 127, nan=0.0, posinf=127, neginf=-127)
    return [*rows.shape, float(f"{largest:.3g}"), levels.round().astype(int).ravel().tolist()]


def _json_number(x: float) -> float | None:
    """Round a number for JSON; None if it is not finite."""
    return float(f"{x:.4g}") if np.isfinite(x) else None
