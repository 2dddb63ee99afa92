"""L-BFGS, the quasi-Newton method that takes few, dear steps on all the data at once; SciPy's."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import numpy as np

from autograd import Tensor
from autograd.support.optional import require
from nn._validation import check_finite, whole
from nn.modules.module import Parameter
from nn.optim.optimizer import Optimizer


class LBFGS(Optimizer):
    """Limited-memory BFGS: steps along −H g, with H an estimate of the inverse Hessian from the last gradients.

        p ← p − t H g,   t by a line search

    A call of `step` runs until the loss no longer falls, at most `iterations` times, and asks `closure` for loss and gradients
    as often as it needs; it has no learning rate, and wants the same data at each call. So it has no `updated`, which maps
    one gradient to one step.

    Attributes:
        iterations: Most iterations of one `step`
        memory: Gradients that are kept
        tolerance: A step ends when no entry of the gradient is above this

    Raises:
        Exception: As `Optimizer`, and ImportError if SciPy is not installed
    Source:
        Byrd, Lu, Nocedal & Zhu, SIAM J. Sci. Comput. 16(5), 1995

    >>> p = Tensor([3.0, -2.0], requires_grad=True)
    >>> optimizer = LBFGS([p])
    >>> def closure():
    ...     loss = ((p - [1.0, 2.0]) ** 2).sum()
    ...     optimizer.zero_grad()
    ...     loss.backward()
    ...     return loss
    >>> round(optimizer.step(closure), 12), p.numpy().round(6).tolist()
    (0.0, [1.0, 2.0])
    """

    asks_for_losses: ClassVar = True

    def __init__(
        self, parameters: Iterable[Parameter], *, iterations: int = 100, memory: int = 10, tolerance: float = 1e-8
    ) -> None:
        _minimize()  # a missing SciPy shows now
        super().__init__(parameters, lr=1.0)
        if any(group.lr != 1.0 for group in self.groups):
            raise ValueError("LBFGS has no learning rate, for a line search finds how far to go: leave lr out of the groups")
        self.iterations = whole("iterations", iterations, least=1)
        self.memory = whole("memory", memory, least=1)
        self.tolerance = check_finite("tolerance", tolerance)

    def step(self, closure: Callable[[], Any] | None = None) -> float:  # type: ignore[override]
        """The loss at the point where the search ends; the parameters are there.

        `closure` computes the loss, leaves the gradients in the parameters, and gives the loss.

        Raises:
            TypeError: If there is no closure
            FloatingPointError: If the loss or a gradient is not finite where the search begins; nothing has moved then
        """
        if closure is None:
            raise TypeError("LBFGS asks for the loss several times a step: write step(closure), where closure() clears the "
                            "gradients, computes the loss, calls its backward() and gives it back")  # fmt: skip
        start = self._flatten([p.data for p in self.parameters])

        def loss_and_gradient(x: Any) -> tuple[float, Any]:
            self._write(x)
            loss = float(closure().item())
            return loss, self._flatten([0.0 if p.grad is None else p.grad for p in self.parameters])

        loss, gradient = loss_and_gradient(start)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            raise FloatingPointError(f"the search cannot begin: the loss is {loss}, the gradient {gradient!r:.60}")
        found = _minimize()(
            loss_and_gradient,
            start,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": self.iterations, "maxcor": self.memory, "gtol": self.tolerance, "ftol": 0.0},
        )
        self._write(found.x)
        return float(found.fun)

    def _flatten(self, parts: list[Any]) -> Any:
        pairs = zip(parts, self.parameters, strict=True)
        return np.concatenate([np.broadcast_to(np.asarray(x, float), _shape(p)).ravel() for x, p in pairs])

    def _write(self, x: Any) -> None:
        start = 0
        for p in self.parameters:
            end = start + int(np.prod(_shape(p)))
            part = x[start:end]
            p.data = part.reshape(p.shape).astype(p.dtype) if isinstance(p, Tensor) else float(part[0])
            start = end


def _shape(p: Parameter) -> tuple[int, ...]:
    return p.shape if isinstance(p, Tensor) else ()


def _minimize() -> Any:
    return require("scipy.optimize", "LBFGS").minimize
