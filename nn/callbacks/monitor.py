"""`Watch`: statistics of weights, gradients and activations per epoch."""

from __future__ import annotations

from typing import Any

from autograd import Tensor, gradients
from autograd.support.lazy_numpy import ArrayLike, NDArray, np
from nn.modules.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from nn.modules.module import Module
from nn.modules.predict import predict
from nn.run.run import Callback, Run

#: Elementwise activations: each entry has its own derivative.
ELEMENTWISE = (ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh)


class Watch(Callback):
    """Callback that records quantiles of weights and gradients, and the share of saturated activations, after each epoch.

    Attributes:
        weights, gradients: For each parameter by path, an array per epoch of 101 quantiles: 0 %, 1 %, …, 100 %
        saturation: For each activation by path, the share of saturated entries, over `rows`

    An entry is saturated if the absolute derivative of the activation is smaller than `least`. The gradients are those of the
    last step of the epoch.

    >>> watch = Watch()
    >>> watch.weights
    {}
    """

    def __init__(self, rows: ArrayLike | None = None, least: float = 0.05) -> None:
        self.rows = None if rows is None else np.asarray(rows)
        self.least = least
        self._clear()

    def _clear(self) -> None:
        self.weights: dict[str, list[NDArray[np.float64]]] = {}
        self.gradients: dict[str, list[NDArray[np.float64]]] = {}
        self.saturation: dict[str, list[float]] = {}

    def on_start(self, run: Run) -> None:
        self._clear()

    def on_epoch(self, run: Run) -> None:
        for path, p in run.model.named_parameters():
            self.weights.setdefault(path, []).append(_quantiles(p.numpy() if isinstance(p, Tensor) else p.data))
            if p.grad is not None:
                self.gradients.setdefault(path, []).append(_quantiles(p.grad))
        if self.rows is not None:
            for path, share in saturated_shares(run.model, self.rows, self.least).items():
                self.saturation.setdefault(path, []).append(share)

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        series: dict[str, Any] = {"weights": self.weights, "gradients": self.gradients, "saturation": self.saturation}
        return {f"{kind}/{path}": np.array(x) for kind, by_path in series.items() for path, x in by_path.items()}

    def load_state_dict(self, state: Any) -> None:
        self._clear()
        for name, array in state.items():
            kind, path = name.split("/", 1)
            getattr(self, kind)[path] = np.asarray(array).tolist() if kind == "saturation" else list(np.asarray(array))


def saturated_shares(model: Module, rows: ArrayLike, least: float = 0.05) -> dict[str, float]:
    """Return the share of entries with an absolute derivative below `least`, for each activation of a model by path.

    Shapes:
        rows as input of the model

    >>> from nn import Sequential
    >>> saturated_shares(Sequential(ReLU()), [[-1.0, 2.0], [-3.0, -4.0]])
    {'layers.0': 0.75}
    """
    paths = model.scope_paths()
    calls: list[tuple[str, Any, Any]] = []

    def note(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        calls.append((paths[id(module)] or type(module).__name__, module, inputs[0]))

    ends = [m.register_forward_hook(note) for m in model.modules() if isinstance(m, ELEMENTWISE)]
    try:
        predict(model, rows)
    finally:
        for end in ends:
            end()
    counts: dict[str, tuple[int, int]] = {}
    for path, module, x in calls:
        leaf = Tensor(np.asarray(x), requires_grad=True)
        (slope,) = gradients(module.forward(leaf).sum(), [leaf])
        few, all_ = counts.get(path, (0, 0))
        counts[path] = few + int(np.sum(np.abs(slope) < least)), all_ + slope.size
    return {path: few / all_ for path, (few, all_) in counts.items()}


def _quantiles(x: Any) -> NDArray[np.float64]:
    return np.quantile(np.asarray(x, dtype=float), np.linspace(0.0, 1.0, 101))
