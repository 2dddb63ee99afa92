"""`predict`: outputs of a model for many rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from autograd import Tensor, no_grad
from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.data.loader import Loader, as_rows
from nn.modules.module import Module

#: Rows per forward pass: enough to be fast, few enough to fit in a cache.
ROWS_AT_ONCE = 1024


def predict(model: Module, x: Any) -> Any:
    """Return the outputs of a model in eval mode for the rows of x; nothing is recorded.

    Shapes:
        x (n, …), an array, list, table, Tensor or OnDisk -> (n, …), or a tuple, list or dict of them as the model returns
    Raises:
        TypeError: If x cannot be an array
        ValueError: If x has no rows, or the model does not return a row for each

    >>> from nn import Flatten
    >>> predict(Flatten(), [[[1.0, 2.0]], [[3.0, 4.0]]]).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    rows = as_rows("x", x)
    batches: Loader[Array] = Loader(rows, batch_size=ROWS_AT_ONCE, shuffle=False)
    with no_grad(), eval_mode(model):
        try:
            return map_outputs(partial(_join, len(rows)), *[model(batch) for batch in batches])
        except (TypeError, ValueError) as error:
            if rows.ndim == 1:
                raise type(error)(
                    f"{error}. predict took x of shape {rows.shape} as rows of one number: for one row write x[None]"
                ) from error
            raise


def map_outputs(f: Callable[..., Any], *outputs: Any) -> Any:
    """f of the outputs of a model, one by one if they are tuples, lists or dicts.

    >>> map_outputs(lambda a, b: a + b, (1, {"x": 2}), (3, {"x": 4}))
    (4, {'x': 6})
    """
    first = outputs[0]
    if isinstance(first, dict):
        return {name: map_outputs(f, *[y[name] for y in outputs]) for name in first}
    if isinstance(first, tuple | list):
        parts = [map_outputs(f, *ys) for ys in zip(*outputs, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    return f(*outputs)


def _join(n: int, *outputs: Any) -> Array:
    """Join outputs of batches to outputs of n rows."""
    arrays = [np.asarray(y) for y in outputs]
    if not all(y.ndim for y in arrays) or sum(map(len, arrays)) != n:
        shapes = ", ".join(str(y.shape) for y in arrays[:3])
        raise ValueError(f"the model must return a row for each of {n} rows, returned shapes {shapes}")
    return np.concatenate(arrays)


@contextmanager
def eval_mode(model: Module) -> Iterator[None]:
    """Context manager that sets all modules of a model to eval mode, and restores their modes at the end.

    >>> from nn import Dropout
    >>> model = Dropout(0.5)
    >>> with eval_mode(model):
    ...     model.training
    False
    >>> model.training
    True
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def set_training_mode(model: Module) -> None:
    """Set the modules of a model to training mode, except those that were set to eval mode alone, and frozen ones.

    A frozen module is one in eval mode whose parameters do not require a gradient, such as a pretrained `BatchNorm1d`.

    >>> from nn import Dropout, Sequential
    >>> model = Sequential(Dropout(0.5), Dropout(0.5).eval())
    >>> set_training_mode(model)
    >>> [layer.training for layer in model.layers]
    [True, False]
    """
    respected = model.training
    for module in model.modules():
        if not respected and not _is_frozen(module):
            module.training = True


def _is_frozen(module: Module) -> bool:
    tensors = [x for x in vars(module).values() if isinstance(x, Tensor)]
    return bool(tensors) and not any(x.requires_grad for x in tensors)
