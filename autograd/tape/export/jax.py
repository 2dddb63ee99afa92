"""`tape.to_jax()`: a program with arguments and result as its function has them, for the transformations of JAX."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.engine.node import Node
from autograd.tape.backends.jax import checks, pure
from autograd.tape.backends.jax_namespace import jax, namespace
from autograd.tape.backends.protocol import check_no_branches
from autograd.tape.program import Kind, Program, kind_of
from autograd.tape.recorder.arguments import SymbolicOutputs, Unflatten, zip_leaves


def function(
    program: Program, places: Any, unflatten: Unflatten, name: str, parameters: Sequence[Any] = ()
) -> Callable[..., Any]:
    """f(*args) of the program, or f(data of `parameters`, *args); `places` says where in the arguments its inputs are."""
    check_no_branches(program, "a function of JAX")
    if isinstance(parameters, Node):
        raise TypeError(
            f"parameters must be a list of nodes that the function reads, got {parameters!r} alone: write [parameter]"
        )
    for i, node in enumerate(parameters):
        if not isinstance(node, Node):
            raise TypeError(f"parameter {i} must be a node that the function reads, got {node!r} of type {type(node).__name__}")
    run, refuse, tracer = pure(program, parameters), checks(program), jax().core.Tracer

    def read(args: tuple[Any, ...]) -> tuple[Sequence[Any], list[Any]]:
        data: Sequence[Any] = ()
        if parameters:
            if not args or not isinstance(args[0], list | tuple) or len(args[0]) != len(parameters):
                raise TypeError(f"the first argument of {name} must be a list with the data of {len(parameters)} parameters")
            data, args = args[0], args[1:]
            for i, (node, x) in enumerate(zip(parameters, data, strict=True)):
                _refuse_unlike(kind_of(node._data), x, node.label or f"parameter {i}")
        if len(args) != len(places):
            raise TypeError(f"{name} was recorded with {len(places)} arguments, and is given {len(args)}")
        inputs = _inputs(args, places, name, many=len(program.inputs))
        for leaf, x in zip(program.inputs, inputs, strict=True):
            _refuse_unlike(leaf.kind, x, leaf.name)
        return data, inputs

    def of_jax(*args: Any) -> Any:
        data, inputs = read(args)
        if not any(isinstance(x, tracer) for x in inputs):
            refuse(inputs)
        return unflatten(_Outputs(run(data, *inputs)))

    of_jax.check = lambda *args: refuse(read(args)[1])  # type: ignore[attr-defined]
    of_jax.__name__ = of_jax.__qualname__ = name
    return of_jax


def _inputs(args: tuple[Any, ...], places: Any, name: str, many: int) -> list[Any]:
    """The data of the inputs among arguments."""
    found = []
    for place, x in zip_leaves(places, args):
        data = x._data if isinstance(x, Node) else x
        if place.shape is None:
            _refuse_another(place.fixed, data, name)
        elif getattr(data, "shape", ()) != place.shape:
            raise TypeError(
                f"{name} was recorded for an array of shape {place.shape} where it is given one of "
                f"{getattr(data, 'shape', ())}: record it for this shape"
            )
        else:
            found.append(data)
    if len(found) == many:
        return found
    return [x for data in found for x in (namespace().ravel(data) if getattr(data, "ndim", 0) else [data])]  # of single floats


def _refuse_unlike(kind: Kind, x: Any, name: str) -> None:
    """Raise if x has not the shape of a leaf, or would lose more than digits in its type."""
    shape, dtype = kind or ((), np.dtype(float))
    given = np.dtype(getattr(x, "dtype", type(x)))
    if getattr(x, "shape", ()) != shape or not np.can_cast(given, dtype, "same_kind"):
        raise TypeError(
            f"{name} is of shape {shape} and type {dtype} in the tape, and is given shape {getattr(x, 'shape', ())} and type "
            f"{given}: record the function for these, or convert them"
        )


def _refuse_another(fixed: Any, x: Any, name: str) -> None:
    """Raise if x is not the argument that is part of the program."""
    if isinstance(x, jax().core.Tracer):
        raise TypeError(f"{fixed!r} is part of the tape of {name}, and no input: name its place in static_argnums of jax.jit")
    if type(x) is not type(fixed) or not np.array_equal(x, fixed):
        raise TypeError(f"{name} was recorded with {fixed!r} where it is given {x!r:.60}: record it for that")


class _Outputs(SymbolicOutputs):
    def stack(self, where: slice, shape: tuple[int, ...]) -> Any:
        return namespace().reshape(namespace().stack(self[where]), shape) if self[where] else namespace().zeros(shape)
