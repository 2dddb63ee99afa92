"""Loggers of the history: CSV, JSON lines, TensorBoard, a live plot in a notebook."""

import csv
import io
import json
import os
import secrets
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

from autograd.support.atomic_write import atomic_write, check_folder, remove_drafts
from autograd.support.optional import require
from nn._validation import check_integer
from nn.plots import training_curves
from nn.run.history import History
from nn.run.run import Callback, Run


class _HistoryFile(Callback):
    """Base class of logs: the whole history is written to a file after each epoch, atomically."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def on_start(self, run: Run) -> None:
        check_folder(self.path)
        remove_drafts(self.path)

    def on_epoch(self, run: Run) -> None:
        with atomic_write(self.path) as out:
            out.write(self._text(run.history).encode())

    def _text(self, history: History) -> str:
        raise NotImplementedError


class CsvLog(_HistoryFile):
    """Log of the history as a CSV file: a header, and a line per epoch.

    The whole file is written after each epoch, atomically, so that it is correct for a resumed training too.

    >>> CsvLog("log.csv").path.name
    'log.csv'
    """

    def _text(self, history: History) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        lines = _lines(history)
        writer.writerow(lines[0])
        writer.writerows(line.values() for line in lines)
        return text.getvalue()


class JsonLinesLog(_HistoryFile):
    """Log of the history as JSON lines: an object per epoch, with null for NaN and ∞; written as by `CsvLog`.

    >>> JsonLinesLog("log.jsonl").path.name
    'log.jsonl'
    """

    def _text(self, history: History) -> str:
        lines = [{name: x if isfinite(x) else None for name, x in line.items()} for line in _lines(history)]
        return "".join(json.dumps(line) + "\n" for line in lines)


class TensorBoard(Callback):
    """Log of the history for TensorBoard, optionally with histograms of parameters and gradients.

    One file per training. The entries of a resumed training replace those of the same epochs of the earlier one.

    Raises:
        ImportError: If tensorboardX is not installed; names the command
    """

    def __init__(self, folder: str | os.PathLike[str], *, histograms: bool = False) -> None:
        self.folder, self.histograms = Path(folder), histograms
        self._make: Callable[..., Any] = require("tensorboardX", "nn.TensorBoard").SummaryWriter
        self._writer: Any = None

    def on_start(self, run: Run) -> None:
        self.on_end(run)  # after a training that ended with an error

    def on_epoch(self, run: Run) -> None:
        if self._writer is None:
            # TensorBoard names files by the second: without a suffix, another file of the same second is overwritten.
            own = f".{secrets.token_hex(4)}"
            self._writer = self._make(str(self.folder), purge_step=run.epoch if run.epoch > 1 else None, filename_suffix=own)
        for name, x in _lines(run.history)[-1].items():
            if name != "epoch":
                self._writer.add_scalar(name, x, run.epoch)
        if self.histograms:
            for name, p in run.model.named_parameters():
                self._writer.add_histogram(name, p.numpy() if hasattr(p, "numpy") else p.data, run.epoch)
                if p.grad is not None:
                    self._writer.add_histogram(f"{name} gradient", p.grad, run.epoch)
        self._writer.flush()

    def on_end(self, run: Run) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class LivePlot(Callback):
    """Live plot of the history below the cell of a notebook; no effect outside of notebooks.

    Attributes:
        draw: Function from the history to axes; the training curves by default
        every: Number of epochs between two updates
    Raises:
        ImportError: At the first update, if matplotlib is not installed
    """

    def __init__(self, draw: Callable[[History], Any] = training_curves, every: int = 1) -> None:
        self.draw, self.every = draw, check_integer("every", every, least=1)
        self._shown: Any = None

    def on_start(self, run: Run) -> None:
        self._shown = None

    def on_epoch(self, run: Run) -> None:
        if (run.epoch % self.every and run.epoch != run.epochs) or not _in_notebook():
            return
        from IPython import display as notebook

        axes = self.draw(run.history)
        figure = (axes if hasattr(axes, "figure") else axes[0]).figure
        if self._shown is None:
            self._shown = notebook.display(figure, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._shown.update(figure)
        require("matplotlib.pyplot", "nn.LivePlot").close(figure)


def _lines(history: History) -> list[dict[str, Any]]:
    columns = history.columns()
    return [{"epoch": i + 1} | {name: column[i] for name, column in columns.items()} for i in range(len(history.loss))]


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
