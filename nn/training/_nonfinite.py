"""What to say when a loss is not finite: where it happened, and which op was the first."""

from typing import Any

import numpy as np

from autograd import Tensor, graph_nodes
from nn.modules.module import Module


def check_finite_loss(loss: Any, where: str, model: Module) -> float:
    """The number that a loss is, or an error that says where it, or what it was computed from, is not finite."""
    if not isinstance(loss, Tensor):
        raise TypeError(f"the loss must give a Tensor with one number, got {loss!r} of type {type(loss).__name__}")
    number = loss.item()
    if np.isfinite(number):
        return number
    broken = [name for name, p in model.named_parameters() if isinstance(p, Tensor) and not np.isfinite(p.numpy()).all()]
    parameters = f"not finite are the parameters {', '.join(broken)}" if broken else "every parameter is finite"
    raise FloatingPointError(
        f"the loss is {number} {where}: {_first_nonfinite_op(loss) or parameters}. No parameter was moved by it. A smaller "
        "learning rate may help, or a look at the data"
    )


def _first_nonfinite_op(loss: Tensor) -> str:
    """The oldest op in the graph of a loss whose result is not finite, and what it was given, in words."""
    for node in graph_nodes(loss):
        finite = np.isfinite(node.numpy())
        if node.op is not None and not finite.all():
            given = [_describe(x) for x in node.inputs if not np.isfinite(_array(x)).all()]
            return (
                f"the first op whose result is not finite is {node.op.name}, in {finite.size - finite.sum()} of "
                f"{finite.size} entries of shape {node.shape}" + (f", given {' and '.join(given)}" if given else "")
            )
    return ""


def _array(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def _describe(x: Any) -> str:
    if isinstance(x, Tensor) and x.requires_grad:
        return f"the parameter {x.label!r} that an earlier step made so"
    return f"data of shape {np.shape(x)} that are so themselves"
