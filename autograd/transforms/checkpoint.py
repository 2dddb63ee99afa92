"""`checkpoint(f)`: save memory by computing a part of the graph twice."""

import hashlib
from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any, NamedTuple

from autograd.base import tree
from autograd.base.call_state import CallState
from autograd.base.grad_mode import is_recording, recording
from autograd.base.trace_state import current_trace
from autograd.engine.gradients import zeros_like
from autograd.engine.graph import Links, by_serial, reachable_nodes
from autograd.engine.node import Node, next_serial
from autograd.engine.reverse_mode import pull_back
from autograd.engine.tensor import Tensor
from autograd.ops.op import Op
from autograd.ops.rules.arithmetic import positive
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import P, R, Transformed
from autograd.transforms.ravel import ravel_tree


def checkpoint(f: Callable[P, R]) -> Callable[P, R]:
    """Version of f that stores only arguments and result in the graph; the sweep computes the nodes between again.

        the same value and the same gradients; less memory, one more forward run of f

    f must return a Tensor or a container of Tensors. Captured parameters get gradients as well. The second run starts from
    the state that the first run saw: random generators, attributes, captured variables; what it changes is undone. It must
    compute the same, bit for bit. Values store their local derivatives in any case, so f on Values alone runs without a
    checkpoint.

    Raises:
        TypeError: If f on Tensors does not return Tensors
        RuntimeError: In the sweep, if the second run differs, because an array that f uses was changed, or writes to an array
    Source:
        Griewank & Walther, ACM Trans. Math. Softw. 26(1), 2000

    >>> x = Tensor([0.0, 1.0], requires_grad=True)
    >>> checkpoint(lambda x: (x * x).sum())(x).backward()
    >>> x.grad
    array([0., 2.])
    """

    return Transformed(_checkpoint, f)


def _checkpoint(f: Any, /, *args: Any, **options: Any) -> Any:
    has_variable = any(isinstance(x, Tensor) and x.requires_grad for x in tree.leaves((args, options)))
    if not has_variable or not is_recording() or current_trace() is not None:  # recording a tape stores no data
        return f(*args, **options)
    call = _Call(f, args, options)
    first = call.run()
    call.state.forget_unused_generators()
    if not first.inputs:
        return first.result
    y = Tensor.record(_RecomputingOp(call, first), first.inputs, {})
    parts = iter(first.rebuild(y))
    return tree.map(lambda x: next(parts) if _is_output(x) else x, first.result)


class _Run(NamedTuple):
    """One run of a checkpointed function.

    Attributes:
        result: Container of Tensors that f returned
        y: Entries of the Tensors in it, as one Tensor, and `rebuild`, which returns these Tensors for another y
        inputs: Variables from outside that y depends on: arguments and captured ones
        digest: Hash of the recorded ops, of the constants in them and of y
        start: Serial number at the start
    """

    result: Any
    y: Tensor
    rebuild: Callable[[Any], list[Any]]
    inputs: tuple[Node, ...]
    digest: bytes
    start: int


class _Call:
    """A checkpointed function with the arguments of one call, and the state that it can reach."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.f = f
        self.name = f"checkpoint({getattr(f, '__name__', type(f).__name__)})"
        self.leaves = tree.leaves((args, options))
        self.arguments = tree.unflatten((args, options), self.leaves)
        self.state = CallState(f, self.arguments)

    def run(self) -> _Run:
        start = next_serial()
        args, options = tree.unflatten(self.arguments, [_copy_variable(x) for x in self.leaves])
        result = self.f(*args, **options)
        variables = _variables(result)
        y, rebuild = (variables[0], lambda y: [y]) if len(variables) == 1 else ravel_tree(variables)
        nodes = reachable_nodes([y], after=start)
        inputs = tuple(sorted([x for x in nodes if x.serial < start and x.requires_grad], key=by_serial))
        return _Run(result, y, rebuild, inputs, _digest(nodes, inputs, y, start), start)

    def gradients(self, g: Any, inputs: tuple[Node, ...], digest: bytes) -> list[Any]:
        """Gradients with respect to the inputs of the first run, which had this digest, from the graph of a second run."""
        with recording():
            try:
                with self.state.restored():
                    second = self.run()
            except ValueError as error:
                if "read-only" not in str(error):
                    raise
                raise RuntimeError(
                    f"{self.name} wrote to an array ({error}), so two runs would change it twice: assign a new array, or call "
                    "the function without checkpoint"
                ) from error
        if second.digest != digest or [*map(id, second.inputs)] != [*map(id, inputs)]:  # `==` of nodes compares numbers
            raise RuntimeError(
                f"{self.name} computed something else when it ran again in the sweep: arrays and numbers that it uses "
                "must not change between forward and backward; pass copies of them"
            )
        as_nodes = isinstance(g, Node)
        found = pull_back([second.y], [g], wanted=inputs, record=as_nodes, after=second.start)
        return [found[x] if x in found else zeros_like(x, as_nodes) for x in inputs]


class _RecomputingOp(Op):
    """Op of one call: its forward rule returns the result of the first run, its pullbacks run the function again."""

    def __init__(self, call: _Call, first: _Run) -> None:
        data = first.y.numpy()

        def forward(xp: Any, *xs: Any) -> Any:
            return data

        n = len(first.inputs)
        names = ("xp", *(f"x{i}" for i in range(n)))
        forward.__signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])  # type: ignore[attr-defined]
        forward.__name__ = call.name
        pullbacks = tuple(lambda gradients, y, *xs, i=i: gradients[i] for i in range(n))
        super().__init__(forward, pullbacks)
        self.recomputes = True
        self.call, self.inputs, self.digest = call, first.inputs, first.digest

    def pullback_arguments(self, g: Any, y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> list[Any]:
        return [self.call.gradients(g, self.inputs, self.digest), y, *inputs]


def _copy_variable(x: Any) -> Any:
    return positive(x) if isinstance(x, Node) and x.requires_grad else x


def _is_output(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


def _variables(result: Any) -> list[Any]:
    """Tensors in the result of a checkpointed function: those that require a gradient, or else all."""
    outputs = [x for x in tree.leaves(result) if isinstance(x, Tensor)]
    if not outputs:
        raise TypeError(
            f"a checkpointed function must return a Tensor, or a container of Tensors, not {result!r} of type "
            f"{type(result).__name__}"
        )
    return [x for x in outputs if _is_output(x)] or outputs


def _digest(nodes: Links, inputs: tuple[Node, ...], y: Node, start: int) -> bytes:
    """Hash of the ops since serial number `start`, of the constants in them and of the data of y."""
    names = {x: f"input {i}" for i, x in enumerate(inputs)}
    digest = hashlib.blake2b()

    def add(x: Any) -> None:
        if isinstance(x, Node):
            x = names.get(x, x._data)
        if isinstance(x, np.ndarray):
            digest.update(repr((x.shape, x.dtype)).encode())
            digest.update(np.ascontiguousarray(x).data)
        else:
            digest.update(f"{type(x).__name__} {x!r};".encode())

    for node in sorted(nodes, key=by_serial):
        if node.op is not None and node.serial > start:
            names[node] = f"result {len(names)}"
            for part in (node.op.name, getattr(node.op, "digest", None), *tree.leaves(node.params), *nodes[node]):
                add(part)
    add(y._data)
    return digest.digest()
