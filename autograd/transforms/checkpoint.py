"""`checkpoint(f)`: save memory by computing a part of the graph twice."""

import functools
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from autograd.base import tree
from autograd.base.domain import REALS, Domain
from autograd.base.grad_mode import is_recording, recording
from autograd.base.trace_state import current_trace
from autograd.engine.gradients import gradients
from autograd.engine.graph import newest_first
from autograd.engine.node import Node, next_serial
from autograd.engine.tensor import Tensor
from autograd.ops.op import Op, Rule
from autograd.ops.rules.arithmetic import positive


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """Version of f that stores only arguments and result in the graph; the sweep computes the nodes between again.

        the same value and the same gradients; less memory, one more forward run of f

    f must return one Tensor, and the same one when it runs again. Captured parameters get gradients as well. Values store
    their local derivatives in any case, so f on Values alone runs without a checkpoint.

    Raises:
        TypeError: If f on Tensors does not return a Tensor
    Source:
        Griewank & Walther, ACM Trans. Math. Softw. 26(1), 2000

    >>> x = Tensor([0.0, 1.0], requires_grad=True)
    >>> checkpoint(lambda x: (x * x).sum())(x).backward()
    >>> x.grad
    array([0., 2.])
    """

    @functools.wraps(f)
    def checkpointed(*args: Any) -> Any:
        leaves = tree.leaves(args)
        nodes = [x for x in leaves if isinstance(x, Tensor) and x.requires_grad]
        if not nodes or not is_recording() or current_trace() is not None:  # recording a tape stores no data
            return f(*args)
        start = next_serial()
        y = f(*tree.unflatten(list(args), [_copy_variable(x) for x in leaves]))
        if not isinstance(y, Tensor):
            raise TypeError(f"a checkpointed function must return a Tensor, not {y!r} of type {type(y).__name__}")
        inputs = [*nodes, *_captured_nodes(y, start, nodes)]

        def rerun(replacing: dict[Node, Node]) -> Any:
            return f(*tree.unflatten(list(args), [replacing.get(x, x) if isinstance(x, Node) else x for x in leaves]))

        return Tensor.record(_recomputing_op(f, rerun, nodes, inputs, y._data), tuple(inputs), {})

    return checkpointed


def _copy_variable(x: Any) -> Any:
    return positive(x) if isinstance(x, Node) and x.requires_grad else x


def _captured_nodes(y: Node, start: int, nodes: list[Tensor]) -> list[Node]:
    """Nodes before serial number `start` that y depends on, except `nodes`: variables captured by f."""
    known: set[Node] = set(nodes)
    boundary: dict[Node, None] = {}
    for node in newest_first([y]):
        if node.serial > start:
            boundary |= {x: None for x in node.inputs if isinstance(x, Node) and x.requires_grad and x.serial < start}
    return [x for x in boundary if x not in known]


def _recomputing_op(f: Any, rerun: Callable[[dict[Node, Node]], Any], nodes: list[Tensor], inputs: list[Node], data: Any) -> Op:
    """Op of one call of f: its forward returns `data`; its pullback runs f again and sweeps the recorded graph."""
    cache: dict[str, Any] = {"g": None}

    def recompute(g: Any) -> list[Any]:
        if cache["g"] is not g:  # one run for the pullbacks of all inputs
            with recording():
                as_nodes = isinstance(g, Node)
                variables: dict[Node, Node] = {
                    x: positive(x) if as_nodes else Tensor(x.numpy(), requires_grad=True) for x in nodes
                }
                y = rerun(variables)
                wanted = [variables.get(x, x) for x in inputs]
                cache.update(g=g, gradients=gradients(y, wanted, g, create_graph=as_nodes))
        return list(cache["gradients"])

    def pullback(i: int) -> Rule:
        return lambda g, y, *xs: recompute(g)[i]

    def forward(xp: Any, *xs: Any) -> Any:
        return data

    names = ("xp", *(f"x{i}" for i in range(len(inputs))))
    forward.__signature__ = Signature([Parameter(n, Parameter.POSITIONAL_OR_KEYWORD) for n in names])  # type: ignore[attr-defined]
    forward.__name__ = f"checkpoint({getattr(f, '__name__', 'f')})"
    return Op(forward, tuple(pullback(i) for i in range(len(inputs))), "general", "", Domain((REALS,)), None)
