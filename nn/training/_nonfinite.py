"""Checks that losses and gradients are finite; errors name the step and the first op whose result is not."""

from collections.abc import Iterable
from typing import Any

from autograd import Tensor, graph_nodes
from autograd.support.lazy_numpy import np
from nn.modules.module import Module, Parameter
from nn.optim.optimizer import Optimizer


def loss_number(loss: Any) -> float:
    """Return a loss as a float; raise unless it is a Tensor with one number."""
    if not isinstance(loss, Tensor):
        raise TypeError(f"loss must return a Tensor with one number, returned {loss!r} of type {type(loss).__name__}")
    return float(loss.item())


def check_finite_loss(loss: Any, where: str, model: Module) -> float:
    """Return a loss as a float; raise if it is not finite, with the first op or the parameters that are not."""
    number = loss_number(loss)
    if np.isfinite(number):
        return number
    broken = _broken_parameters(model)
    parameters = f"the parameters {', '.join(broken)} are not finite" if broken else "all parameters are finite"
    raise FloatingPointError(
        f"the loss is {number} {where}: {_first_nonfinite_op(loss) or parameters}. No parameter was updated by it: try a "
        "smaller learning rate, and check the data"
    )


def check_finite_state(model: Module, optimizer: Optimizer, where: str) -> None:
    """Raise if an update made a parameter or a number of the optimizer infinite, or a buffer is NaN; names all of them."""
    buffers = model.state_dict().items()
    broken = [f"the parameter {name}" for name in _broken_parameters(model)]
    broken += [f"{name} of the model" for name, x in buffers if np.isnan(x).any() and f"the parameter {name}" not in broken]
    broken += [f"{name} of the optimizer" for name, x in optimizer.state_dict().items() if not np.isfinite(x).all()]
    if broken:
        raise FloatingPointError(
            f"{', '.join(broken)} not finite {where}, and the gradients were: numbers overflowed, so use a smaller learning "
            "rate, clip the gradients, or scale the data"
        )


def _broken_parameters(model: Module) -> list[str]:
    return [name for name, p in model.named_parameters() if isinstance(p, Tensor) and not _is_finite(p.numpy())]


def check_finite_gradients(parameters: Iterable[Parameter], where: str) -> None:
    """Raise if a gradient is not finite; names the first parameter."""
    for i, p in enumerate(parameters):
        g = p.grad
        if g is None or _is_finite(np.asarray(g)):
            continue
        bad = np.asarray(g)[~np.isfinite(g)]
        raise FloatingPointError(
            f"the gradient of {p.label or f'parameter {i}'} is {bad.flat[0]} in {bad.size} of {np.size(g)} entries "
            f"{where}, and the loss is finite. No parameter was updated by it: find the op with "
            "detect_anomaly(), and keep its inputs away from points with an infinite derivative"
        )


def _is_finite(g: Any) -> bool:
    """True if all entries are finite; a scalar product, which is fast, is finite only then."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.vdot(g, g)) or np.isfinite(g).all())


def _first_nonfinite_op(loss: Tensor) -> str:
    """Describe the first op in the graph of a loss whose result is not finite, and its inputs."""
    for node in graph_nodes(loss):
        finite = np.isfinite(node.numpy())
        if node.op is not None and not finite.all():
            given = [_describe(x) for x in node.inputs if not np.isfinite(_array(x)).all()]
            return (
                f"the first op whose result is not finite is {node.op.name}, in {finite.size - finite.sum()} of "
                f"{finite.size} entries of shape {node.shape}" + (f", with {' and '.join(given)}" if given else "")
            )
    return ""


def _array(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def _describe(x: Any) -> str:
    if isinstance(x, Tensor) and x.requires_grad:
        return f"the parameter {x.label!r}, not finite since an earlier step"
    return f"input data of shape {np.shape(x)} that are not finite"
