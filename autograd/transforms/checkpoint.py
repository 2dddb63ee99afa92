"""`checkpoint(f)`: give back memory by computing a part of the graph twice."""

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
    """f, of which only arguments and result stay in the graph: the sweep computes what is between a second time.

        the same value and the same gradients; memory falls by what f keeps, time grows by one forward run of f

    f returns one Tensor and must give the same result when it is run rerun. Parameters that it uses without being passed them
    get their gradients as well. Values keep their local derivatives in any case, so that f of Values alone is simply run.

    Raises:
        TypeError: if f, given Tensors, does not return one
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
        if not nodes or not is_recording() or current_trace() is not None:  # a tape keeps nothing, so there is nothing to save
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
    """The nodes older than `start` that y was computed from, besides `nodes`: what f used without being passed it."""
    known: set[Node] = set(nodes)
    boundary: dict[Node, None] = {}
    for node in newest_first([y]):
        if node.serial > start:
            boundary |= {x: None for x in node.inputs if isinstance(x, Node) and x.requires_grad and x.serial < start}
    return [x for x in boundary if x not in known]


def _recomputing_op(f: Any, rerun: Callable[[dict[Node, Node]], Any], nodes: list[Tensor], inputs: list[Node], data: Any) -> Op:
    """An op for this one call: its forward is known, its pullback runs f once more and sweeps what it recorded."""
    newest: dict[str, Any] = {"g": None}

    def recompute(g: Any) -> list[Any]:
        if newest["g"] is not g:  # one run serves the pullbacks of all inputs
            with recording():
                as_nodes = isinstance(g, Node)
                variables: dict[Node, Node] = {
                    x: positive(x) if as_nodes else Tensor(x.numpy(), requires_grad=True) for x in nodes
                }
                y = rerun(variables)
                wanted = [variables.get(x, x) for x in inputs]
                newest.update(g=g, found=gradients(y, wanted, g, create_graph=as_nodes))
        return list(newest["found"])

    def pullback(i: int) -> Rule:
        return lambda g, y, *xs: recompute(g)[i]

    def forward(xp: Any, *xs: Any) -> Any:
        return data

    names = ("xp", *(f"x{i}" for i in range(len(inputs))))
    forward.__signature__ = Signature([Parameter(n, Parameter.POSITIONAL_OR_KEYWORD) for n in names])  # type: ignore[attr-defined]
    forward.__name__ = f"checkpoint({getattr(f, '__name__', 'f')})"
    return Op(forward, tuple(pullback(i) for i in range(len(inputs))), "general", "", Domain((REALS,)), None)
