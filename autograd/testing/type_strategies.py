"""Strategies for the types of this package, which `hypothesis.strategies.from_type` then draws."""

from functools import partial
from typing import Any

from autograd.engine.tensor import Tensor
from autograd.engine.value import Value


def register_types() -> None:
    """Tell Hypothesis how to draw Values and Tensors; the strategies themselves are made when they are first asked for.

    >>> register_types()
    """
    from hypothesis import strategies as st

    for kind, name in ((Value, "values"), (Tensor, "tensors")):
        st.register_type_strategy(kind, partial(_strategy, name))


def _strategy(name: str, kind: Any) -> Any:
    from autograd.testing import strategies

    return getattr(strategies, name)()
