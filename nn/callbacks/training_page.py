"""`TrainingPage`: an HTML page of a training by epoch, which can train the model again."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import autograd as ag
from autograd import Page, Tensor
from autograd.support.atomic_write import output_path
from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import Array, as_array, check_integer
from nn.callbacks._page_learning import (
    CannotLearnError,
    Rows,
    check_learnable,
    check_recordable,
    hidden_layers,
    learning_data,
    learning_functions,
    parameter_arrays,
    sample_rows,
    update_rules,
)
from nn.callbacks._page_plane import STEPS, Plane, drawn_values, plane_data, plane_of_model, threshold_of
from nn.modules.predict import eval_mode
from nn.plots.boundary import DecisionGrid
from nn.run.run import Callback, Run, State

#: Maximum of cells along each side of an image; larger arrays are shown by means over blocks.
CELLS = 48

#: About the number of moments of a page, unless `every` is given.
MOMENTS = 50

#: Most numbers of all recorded parameters together: beyond it, only those before the training are stored.
STORED = 200_000


def record_training(
    loss: Callable[[Any, Any], Any],
    example: tuple[ArrayLike, ArrayLike],
    *,
    every: int = 1,
    plane: tuple[ArrayLike, ArrayLike] | None = None,
) -> TrainingPage:
    """Return a `TrainingPage` of every epoch that is not written by itself: call `page("training.html")` after `fit`.

    Raises:
        Exception: As `TrainingPage`

    >>> record_training(lambda p, y: (p - y).mean(), ([[1.0]], [0.0]))
    <TrainingPage of 0 moments>
    """
    return TrainingPage(loss=loss, example=example, every=every, plane=plane)


class TrainingPage(Callback):
    """Callback that records a training, and writes it as one HTML page, in which the model can be trained again.

        nn.fit(model, (x, y), loss=nn.cross_entropy, …, callbacks=[nn.TrainingPage("training.html")])

    The page needs no server and no Python. It plays what was recorded: the loss, the decision boundary or the fitted curve,
    images of each parameter and of its gradient, the graph of an example. "Learn" trains the model in the page from the same
    start, with the optimizer, the learning rate and the batch size that its reader chooses, and with the reader's own points if
    the inputs have one or two numbers. The page says why if it cannot train the model.

    Args:
        path: The file, written at the end of the training, also of an interrupted one; if None, call `page`
        loss: The loss; by default that of `fit`
        example: Data (x, y) whose loss is drawn as a graph; by default the first row
        every: Epochs between two recorded moments; by default such that there are about 50
        plane: Points with classes around which the decision boundary is drawn; by default found from the data
        limit: Most rows in the page: of more rows, or of more than 200,000 numbers, it has a random sample

    Shapes:
        example (n, …), (n, …), as model and loss take them; plane (n, 2), (n,) integers
    Raises:
        ValueError, TypeError: If the shapes of `plane` do not fit, `every` or `limit` is not a positive integer, or the path
            does not end in .html or .htm
        FileNotFoundError: If the folder does not exist

    >>> TrainingPage(every=10)
    <TrainingPage of 0 moments>
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        loss: Callable[[Any, Any], Any] | None = None,
        example: tuple[ArrayLike, ArrayLike] | None = None,
        every: int | None = None,
        plane: tuple[ArrayLike, ArrayLike] | None = None,
        limit: int = 1000,
    ) -> None:
        self.path = None if path is None else output_path(path, ".html .htm")
        self.loss, self.every = loss, None if every is None else check_integer("every", every, least=1)
        self.example = None if example is None else (as_array("x", example[0]), as_array("y", example[1]))
        self.plane: Plane | None = None if plane is None else DecisionGrid(*plane, STEPS)
        self.limit = check_integer("limit", limit, least=1)
        self._passed = {name: getattr(self, name) for name in ("loss", "every", "example", "plane")}
        self._run: Run | None = None
        self._lr = self._threshold = 0.0
        self._rows: Rows | None = None
        self._clear()

    def _clear(self) -> None:
        self.pages: list[Page] = []
        self.epochs: list[int] = []
        self.curves: dict[str, list[float]] = {}
        self.arrays: list[dict[str, Any]] = []
        self.values: list[list[Any]] = []
        self.weights: list[Array | None] = []

    def on_start(self, run: Run) -> None:
        self._prepare(run)
        if run.epoch == 0:
            self._clear()
            self._record_moment(run)

    def on_epoch(self, run: Run) -> None:
        self.curves = {name: list(column) for name, column in run.history.columns().items() if name != "seconds"}
        if run.epoch % (self.every or 1) == 0 or run.stop:
            self._record_moment(run)

    def on_end(self, run: Run) -> None:
        if self.epochs[-1] != run.epoch:
            self._record_moment(run)
        if self.path is not None:
            self.page(self.path)

    def _prepare(self, run: Run) -> None:
        """Find from a training what was not passed, and not from an earlier one."""
        vars(self).update(self._passed)
        self._run, self._lr, self.loss = run, run.optimizer.groups[0].lr, self.loss or run.loss
        self.every = self.every or -(-run.epochs // MOMENTS)
        if run.rows is not None:
            self._rows = x, y = sample_rows(run.rows, self.limit)
            self.example = self.example or (x[:1], y[:1])
            self.plane = self.plane or plane_of_model(run.model, x, y)
            self._threshold = threshold_of(self.loss, y)
        if self.example is None:
            raise ValueError("TrainingPage needs an example, since fit got batches: pass example=(x[:1], y[:1])")

    def _record_moment(self, run: Run) -> None:
        assert self.example is not None
        assert self.loss is not None
        x, y = self.example
        numbers = parameter_arrays(run.model)
        grads = {path: p.grad for path, p in run.model.named_parameters()}
        with eval_mode(run.model):
            loss = self.loss(run.model(x), y)
            loss.label = loss.label or "loss"
            page = ag.draw(loss, direction="both").page()
        self.pages.append(replace(page, program="", live=None) if self.pages else page)
        self.epochs.append(run.epoch)
        self.arrays.append({path: [_image(p), _image(grads[path])] for path, p in numbers.items()})
        stored = sum(p.size for p in numbers.values()) * (run.epochs // (self.every or 1) + 2) <= STORED or not run.epoch
        self.weights.append(np.concatenate([p.ravel() for p in numbers.values()]) if stored else None)
        if self.plane is not None:
            self.values.append(drawn_values(self.plane, run.model, self._threshold))

    def record(self, loss: Any, **columns: float) -> None:
        """Record a moment of a training without `fit`: the graph of its loss, or of the loss of an example.

        The graph must be the same at every moment. Each of the `columns` is drawn as a curve, as `loss` is.

        Raises:
            Exception: As `autograd.draw`

        >>> record, w = TrainingPage(), ag.Value(3.0, label="w")
        >>> for step in range(5):
        ...     loss = w * w
        ...     record.record(loss, weight=w.data)
        ...     loss.backward()
        ...     w.data, w.grad = w.data - 0.25 * w.grad, 0.0
        >>> record.page().save("steps.html")  # doctest: +SKIP
        """
        self.pages.append(ag.draw(loss, direction="both").page())
        self.epochs.append(len(self.pages))
        self.arrays.append({})
        self.weights.append(None)
        for name, number in {"loss": loss.item(), **columns}.items():
            self.curves.setdefault(name, []).append(number)

    def page(self, path: str | os.PathLike[str] | None = None, *, title: str = "A training, epoch by epoch") -> Page:
        """Return the page, and write it to `path`, if given. Its second slider selects the epoch.

        Raises:
            ValueError: If nothing was recorded, or the graph of the example changed between epochs
            RenderError: If no renderer is found, or it fails
        """
        if not self.pages:
            raise ValueError(
                "no training was recorded: pass the record to fit(…, callbacks=[record]), or call record(loss), first"
            )
        time: dict[str, Any] = {
            "names": [str(epoch) for epoch in self.epochs],
            "curves": {name: [_json_number(x) for x in column] for name, column in self.curves.items()},
            "arrays": self.arrays,
        }
        if self.plane is not None:
            time["plane"] = plane_data(self.plane, self.values) | {"threshold": self._threshold}
        learning = None
        try:
            time["learn"], learning = self._learning()
        except CannotLearnError as error:
            time["why"] = str(error)
        page = ag.timeline(self.pages, title, time, learning)
        if path is not None:
            page.save(path)
        return page

    def _learning(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return data and functions by which the page trains the model.

        Raises:
            CannotLearnError: If it cannot
        """
        run = self._run
        if run is None:
            raise CannotLearnError("it was not recorded by fit, or it was read from a checkpoint")
        if self.weights[0] is None:
            raise CannotLearnError("the checkpoint of an older version does not have the parameters before the training")
        check_learnable(run.model, run.optimizer, run.rows)
        assert self._rows is not None
        assert run.rows is not None
        x, y = self._rows
        data = learning_data(self._rows, len(run.rows[1]), run.settings["batch_size"])
        data["weights"], data["hidden"] = self.weights, hidden_layers(run.model, x)
        data["parameters"] = [[path, p.shape] for path, p in parameter_arrays(run.model).items()]
        functions = learning_functions(run.model, self.loss or run.loss, (x, y))
        if self.plane is None:
            del functions["responses"]
        check_recordable(functions)
        return data, functions | {"rows": len(y), "updates": update_rules(run.optimizer, self._lr)}

    def __repr__(self) -> str:
        return f"<TrainingPage of {len(self.pages)} moments>"

    def state_dict(self) -> State:
        kept: dict[str, Any] = {"pages": [_fields(page) for page in self.pages], "epochs": self.epochs, "curves": self.curves}
        kept |= {"arrays": self.arrays, "regions": self.values}
        kept["weights"] = [w if w is None else [w.tolist(), str(w.dtype)] for w in self.weights]
        return {"record": np.frombuffer(json.dumps(kept).encode(), dtype=np.uint8)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        kept = json.loads(np.asarray(state["record"], dtype=np.uint8).tobytes())
        self.pages = [_page(*fields) for fields in kept["pages"]]
        self.epochs, self.curves, self.arrays, self.values = (kept[k] for k in ("epochs", "curves", "arrays", "regions"))
        weights = kept.get("weights", [None] * len(self.epochs))  # checkpoints of older versions have none
        self.weights = [w and np.array(w[0], dtype=w[1]) for w in weights]


def _fields(page: Page) -> list[Any]:
    """Return the fields of a page for JSON."""
    opened = page.opened and _fields(page.opened)
    return [page.title, page.dot, page.graph, page.moments, page.time, page.story, page.turned, opened, page.program, page.live]


def _page(title: str, dot: str, graph: dict[str, Any], moments: list[Any], *rest: Any) -> Page:
    """Return the page with these fields; checkpoints of older versions have fewer."""
    defaults: list[Any] = [None, "", "", None, "", None]
    time, story, turned, opened, program, live = [*rest, *defaults[len(rest) :]]
    return Page(title, dot, graph, tuple(moments), time, story, turned, opened and _page(*opened), program, live=live)


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
    return float(f"{x:.4g}") if math.isfinite(x) else None
