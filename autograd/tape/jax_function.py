"""`tape.to_jax()`: a program with arguments and result as its function has them, for the transformations of JAX."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.node import Node
from autograd.tape.backends import refuse_branches
from autograd.tape.jax_backend import checks, pure
from autograd.tape.jax_namespace import jax, namespace
from autograd.tape.layout import Maker, Symbols, beside
from autograd.tape.program import Program


def function(program: Program, places: Any, packed: Maker, name: str, parameters: Sequence[Any] = ()) -> Callable[..., Any]:
    """f(*args) of the program, or f(data of `parameters`, *args); `places` says where in the arguments its inputs are."""
    refuse_branches(program, "a function of JAX")
    for i, node in enumerate(parameters):
        if not isinstance(node, Node):
            raise TypeError(f"parameter {i} must be a node that the function reads, got {node!r} of type {type(node).__name__}")
    run, refuse, tracer = pure(program, parameters), checks(program), jax().core.Tracer

    def read(args: tuple[Any, ...]) -> tuple[Sequence[Any], list[Any]]:
        data: Sequence[Any] = ()
        if parameters:
            if not args or len(args[0]) != len(parameters):
                raise TypeError(f"the first argument of {name} must be a list with the data of {len(parameters)} parameters")
            data, args = args[0], args[1:]
        return data, _inputs(args, places, name, many=len(program.inputs))

    def of_jax(*args: Any) -> Any:
        data, inputs = read(args)
        if not any(isinstance(x, tracer) for x in inputs):
            refuse(inputs)
        return packed(_Outputs(run(data, *inputs)))

    of_jax.check = lambda *args: refuse(read(args)[1])  # type: ignore[attr-defined]
    of_jax.__name__ = of_jax.__qualname__ = name
    return of_jax


def _inputs(args: tuple[Any, ...], places: Any, name: str, many: int) -> list[Any]:
    """The data of the inputs among arguments."""
    found = []
    for place, x in beside(places, args):
        if place.shape is not None:
            data = x._data if isinstance(x, Node) else x
            if getattr(data, "shape", ()) != place.shape:
                raise TypeError(
                    f"{name} was recorded for an array of shape {place.shape} where it is given one of "
                    f"{getattr(data, 'shape', ())}: record it for this shape"
                )
            found.append(data)
    if len(found) == many:
        return found
    return [x for data in found for x in (namespace().ravel(data) if getattr(data, "ndim", 0) else [data])]  # of single floats


class _Outputs(Symbols):
    def stacked(self, where: slice, shape: tuple[int, ...]) -> Any:
        return namespace().reshape(namespace().stack(self[where]), shape) if self[where] else namespace().zeros(shape)
