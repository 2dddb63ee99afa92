"""`Tape.to_jax`: a program as a JAX function with the arguments and the result of the recorded function."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.node import Node
from autograd.tape.backends.jax import jax, namespace, pure_function
from autograd.tape.backends.jax_indices import integer_check
from autograd.tape.backends.protocol import check_no_branches
from autograd.tape.program import Kind, Program, kind_of
from autograd.tape.recorder.arguments import SymbolicOutputs, Unflatten, call_arguments
from autograd.tape.recorder.lower import freeze_arrays


def jax_function(
    program: Program, slots: Any, unflatten: Unflatten, name: str, parameters: Sequence[Any] = ()
) -> Callable[..., Any]:
    """JAX function f(*args) of a program, or f(data of `parameters`, *args); `slots` locates its inputs in the arguments."""
    program = freeze_arrays(program)
    check_no_branches(program, "a function of JAX")
    _check_parameters(parameters)
    run, check, tracer = pure_function(program, parameters), integer_check(program), jax().core.Tracer

    def read(args: tuple[Any, ...]) -> tuple[Sequence[Any], list[Any]]:
        data: Sequence[Any] = ()
        if parameters:
            data, args = _parameter_data(args, parameters, name), args[1:]
        if len(args) != len(slots):
            raise TypeError(f"{name} must have {len(slots)} arguments, as recorded, got {len(args)}")
        inputs = _inputs(args, slots, name, len(program.inputs))
        for leaf, x in zip(program.inputs, inputs, strict=True):
            _check_kind(leaf.kind, x, leaf.name)
        return data, inputs

    def f(*args: Any, **kwargs: Any) -> Any:
        data, inputs = read(call_arguments(args, kwargs))
        if not any(isinstance(x, tracer) for x in inputs):
            check(inputs)
        return unflatten(_Outputs(run(data, *inputs)))

    f.check = lambda *args, **kwargs: check(read(call_arguments(args, kwargs))[1])  # type: ignore[attr-defined]
    f.__name__ = f.__qualname__ = name
    return f


def _check_parameters(parameters: Any) -> None:
    if isinstance(parameters, Node):
        raise TypeError(f"parameters must be a list of nodes that the function reads, got {parameters!r}: write [parameter]")
    for i, node in enumerate(parameters):
        if not isinstance(node, Node):
            raise TypeError(f"parameter {i} must be a node that the function reads, got {node!r} of type {type(node).__name__}")


def _parameter_data(args: tuple[Any, ...], parameters: Sequence[Node], name: str) -> Sequence[Any]:
    """Data of the parameters: the first argument."""
    data = args[0] if args else None
    if not isinstance(data, list | tuple) or len(data) != len(parameters):
        raise TypeError(f"the first argument of {name} must be a list with the data of {len(parameters)} parameters")
    for i, (node, x) in enumerate(zip(parameters, data, strict=True)):
        _check_kind(kind_of(node._data), x, node.label or f"parameter {i}")
    return data


def _inputs(args: tuple[Any, ...], slots: Any, name: str, count: int) -> list[Any]:
    """Data of the inputs among the arguments."""
    found = []
    for _, slot, x in tree.pairs(f"arguments of {name}", slots, args):
        data = x._data if isinstance(x, Node) else x
        if slot.shape is None:
            _check_constant(slot.fixed, data, name)
        elif getattr(data, "shape", ()) != slot.shape:
            raise TypeError(
                f"{name} must have an array of shape {slot.shape}, as recorded, got shape {getattr(data, 'shape', ())}: "
                "record it for this shape"
            )
        else:
            found.append(data)
    if len(found) == count:
        return found
    return [x for data in found for x in (namespace().ravel(data) if getattr(data, "ndim", 0) else [data])]  # of floats


def _check_kind(kind: Kind, x: Any, name: str) -> None:
    """Raise TypeError if x does not have the shape of a leaf, or its dtype cannot be cast to that of the leaf."""
    shape, dtype = kind or ((), np.dtype(float))
    given = np.dtype(getattr(x, "dtype", type(x)))
    if getattr(x, "shape", ()) != shape or not np.can_cast(given, dtype, "same_kind"):
        raise TypeError(
            f"{name} must have shape {shape} and type {dtype}, as recorded, got shape {getattr(x, 'shape', ())} and type "
            f"{given}: record the function for these, or convert them"
        )


def _check_constant(fixed: Any, x: Any, name: str) -> None:
    """Raise TypeError if x differs from an argument that is part of the program."""
    if isinstance(x, jax().core.Tracer):
        raise TypeError(f"{fixed!r} is a constant of the tape of {name}: give its position in static_argnums of jax.jit")
    if type(x) is not type(fixed) or not np.array_equal(x, fixed):
        raise TypeError(f"{name} was recorded with the constant {fixed!r}, got {x!r:.60}: record it for this value")


class _Outputs(SymbolicOutputs):
    def stack(self, where: slice, shape: tuple[int, ...]) -> Any:
        return namespace().reshape(namespace().stack(self[where]), shape) if self[where] else namespace().zeros(shape)
