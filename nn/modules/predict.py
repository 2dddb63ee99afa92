"""`predict`: outputs of a model for many rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import ArrayLike

from autograd import no_grad
from nn._validation import Array
from nn.data.loader import Loader
from nn.data.on_disk import OnDisk
from nn.modules.module import Module

#: Rows per forward pass: enough to be fast, few enough to fit in a cache.
ROWS_AT_ONCE = 1024


def predict(model: Module, x: ArrayLike | OnDisk) -> Array:
    """Return the outputs of a model in eval mode for the rows of x; nothing is recorded.

    Shapes:
        x (n, …) -> (n, …)
    Raises:
        ValueError: If x has no rows
    """
    batches: Loader[Array] = Loader(x, batch_size=ROWS_AT_ONCE, shuffle=False)
    with no_grad(), eval_mode(model):
        return np.concatenate([np.asarray(model(rows)) for rows in batches])


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
