"""L-BFGS: a quasi-Newton method for full batches, by SciPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from autograd import Tensor
from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from nn._validation import check_finite, check_integer
from nn.modules.module import Parameter
from nn.optim.optimizer import Optimizer


class LBFGS(Optimizer):
    """Limited-memory BFGS: steps along −H g, where H estimates the inverse Hessian from the last gradients.

        p ← p − t H g,   t by a line search

    A call of `step` makes at most `iterations` iterations, and calls `closure` several times, which must use the same data
    each time. It has neither a learning rate nor `updated`, which maps one gradient to one step.

    Attributes:
        iterations: Maximum of iterations of one `step`
        memory: Number of gradients that are kept
        tolerance: A step ends if no entry of the gradient is larger
    Raises:
        Exception: As `Optimizer`; ImportError if SciPy is not installed
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
        _minimize()  # raises now if SciPy is missing
        super().__init__(parameters, lr=1.0)
        if any(group.lr != 1.0 for group in self.groups):
            raise ValueError("LBFGS takes no learning rate, as a line search finds the step: leave lr out of the groups")
        self.iterations = check_integer("iterations", iterations, least=1)
        self.memory = check_integer("memory", memory, least=1)
        self.tolerance = check_finite("tolerance", tolerance)

    def step(self, closure: Callable[[], Any] | None = None) -> float:  # type: ignore[override]
        """Minimize the loss, move the parameters to the lowest one found, and return it.

        `closure` must compute the loss, store the gradients in the parameters, and return the loss.

        Raises:
            TypeError: If `closure` is missing
            FloatingPointError: If the loss or a gradient is not finite at the start, or at every point of the first search;
                no parameter is updated then
        """
        if closure is None:
            raise TypeError("LBFGS needs the loss several times per step: write step(closure), where closure() clears the "
                            "gradients, computes the loss, calls its backward() and returns it")  # fmt: skip
        start = self._flatten([p.data for p in self.parameters])
        best = (np.inf, start, start)  # loss, point and gradient

        def loss_and_gradient(x: Any) -> tuple[float, Any]:
            nonlocal best
            self._write(x)
            loss = float(closure().item())
            gradient = self._flatten([0.0 if p.grad is None else p.grad for p in self.parameters])
            if np.isfinite(gradient).all() and loss < best[0]:
                best = loss, x.copy(), gradient
            return loss, gradient

        def finite_gradient(x: Any) -> tuple[float, Any]:
            loss, gradient = loss_and_gradient(x)
            return (loss, gradient) if np.isfinite(loss) else (np.inf, np.zeros_like(gradient))  # SciPy returns from there

        try:
            loss, gradient = loss_and_gradient(start)
            if not np.isfinite(best[0]):
                raise FloatingPointError(f"loss and gradient must be finite at the start, got {loss} and {gradient!r:.60}")
            left, before = self.iterations, np.inf
            while left > 0 and best[0] < before and np.abs(best[2]).max() > self.tolerance:
                before = best[0]
                options = {"maxiter": left, "maxcor": self.memory, "gtol": self.tolerance, "ftol": 0.0}
                found = _minimize()(finite_gradient, best[1], jac=True, method="L-BFGS-B", options=options)
                left -= max(found.nit, 1)  # a search that met infinity ended early: the next begins with a short step
        finally:
            self._write(best[1])
        return best[0]

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
