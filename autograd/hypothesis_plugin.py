"""What Hypothesis calls when it is imported: it learns to draw Values, Tensors and Programs for `st.from_type`."""

from typing import Any


def register() -> None:
    """Register the strategies of `autograd.strategies`, which are made when they are first asked for.

    >>> register()
    """
    from hypothesis import strategies as st

    from autograd.engine.tensor import Tensor
    from autograd.engine.value import Value
    from autograd.testing.random_programs import Program

    for kind, name in ((Value, "values"), (Tensor, "tensors"), (Program, "programs")):
        st.register_type_strategy(kind, _later(name))


def _later(name: str) -> Any:
    def strategy(kind: Any) -> Any:
        from autograd.testing import strategies

        return getattr(strategies, name)()

    return strategy
