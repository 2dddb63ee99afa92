"""Strategies for the types of this package, for `hypothesis.strategies.from_type`."""

from functools import partial
from typing import Any

from autograd.engine.tensor import Tensor
from autograd.engine.value import Value


def register_types() -> None:
    """Register strategies for Value and Tensor with Hypothesis; they are created on first use.

    >>> register_types()
    """
    from hypothesis import strategies as st

    for kind, name in ((Value, "values"), (Tensor, "tensors")):
        st.register_type_strategy(kind, partial(_strategy, name))


def _strategy(name: str, kind: Any) -> Any:
    from autograd.testing import strategies

    return getattr(strategies, name)()
