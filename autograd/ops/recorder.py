"""`Recorder`, the base class of nodes and tracers, and nested lists that hold them."""

from typing import TYPE_CHECKING, Any

from autograd.support.lazy_numpy import np

if TYPE_CHECKING:
    from autograd.ops.op import Op


class Recorder:
    """Base class of graph nodes and tracers: intercepts op calls."""

    __slots__ = ()

    @classmethod
    def record(cls, op: "Op", inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Result of `op` on `inputs`, at least one of which is an instance of this class."""
        raise NotImplementedError

    @classmethod
    def stack(cls, parts: list[Any]) -> Any:
        """Array of `parts`, at least one of which is an instance of this class."""
        raise NotImplementedError


def stack_nodes(x: Any) -> Any:
    """Array node of nested lists or an object array that hold nodes; anything else is returned as it is.

    >>> stack_nodes([1.0, 2.0])
    [1.0, 2.0]
    """
    if isinstance(x, np.ndarray) and x.dtype == object:
        if not x.size:
            return np.zeros(x.shape)
        stacked = stack_nodes(x.tolist())
        return stacked if isinstance(stacked, Recorder) else x
    if isinstance(x, list | tuple):
        parts = [stack_nodes(part) for part in x]
        for part in parts:
            if isinstance(part, Recorder):
                return part.stack(parts)
    return x
