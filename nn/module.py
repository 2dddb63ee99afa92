"""`Module`: a function with parameters, and the parameters of everything it is made of."""

from collections.abc import Iterable, Iterator
from reprlib import recursive_repr
from typing import Any, Self

from autograd import Tensor, Value

#: What training changes: a leaf that requires a gradient.
Parameter = Tensor | Value


class Module:
    """A function with parameters: a subclass says in `forward` what a call gives.

    Its parameters are the leaves that require a gradient among its attributes, in the order in which these were set, and
    among the attributes of the modules there; also inside lists, tuples and dicts. One that stands in two places counts once.

    training  whether the module is being trained, or only used: see `train` and `eval`

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Tensor(2.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).item(), [name for name, parameter in line.named_parameters()]
    (7.0, ['slope', 'offset'])
    """

    training: bool = True

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What a call of the module gives."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, …) that says what a call gives: write one")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        return self.forward(*inputs, **options)

    def parameters(self) -> list[Parameter]:
        """The parameters, in order."""
        return [leaf for _, leaf in _walk(self) if not isinstance(leaf, Module)]

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """The parameters, each with its path, such as "layers.0.weight"; it becomes the label of one that has none.

        Raises  ValueError  if two parameters have one path, because a key of a dict has a dot in it
        """
        named: dict[str, Parameter] = {}
        for path, leaf in _walk(self):
            if isinstance(leaf, Module):
                continue
            if path in named:
                raise ValueError(f"two parameters of {type(self).__name__} are at {path!r}: rename a key of its dicts")
            leaf.label = leaf.label or path
            named[path] = leaf
        return list(named.items())

    def modules(self) -> list["Module"]:
        """This module and all those it is made of."""
        return [module for _, module in _walk(self) if isinstance(module, Module)]

    def train(self, mode: bool = True) -> Self:
        """The module itself, in training: `training` is set here and in every module it is made of."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """The module itself, in use: the opposite of `train`."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        clear_gradients(self.parameters())

    @recursive_repr("…")
    def __repr__(self) -> str:
        """Name and parts, as `Sequential(Linear(2, 3), ReLU())`."""
        return f"{type(self).__name__}({', '.join(map(repr, _parts(self)))})"


def clear_gradients(parameters: Iterable[Parameter]) -> None:
    """Set every gradient to what it is before any sweep: None of a Tensor, 0.0 of a Value."""
    for parameter in parameters:
        parameter.grad = None if isinstance(parameter, Tensor) else 0.0


def _walk(root: Module) -> Iterator[tuple[str, Module | Parameter]]:
    """Every module and parameter with its path, parts in order after the whole, each once."""
    seen: set[int] = set()
    pending: list[tuple[str, Any]] = [("", root)]
    while pending:
        path, part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Module) or (isinstance(part, Parameter) and part.requires_grad and part.op is None):
            yield path, part
        pending += [(f"{path}.{name}" if path else name, child) for name, child in reversed(_children(part))]


def _children(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, Module):
        return list(vars(part).items())
    if isinstance(part, dict):
        return [(str(key), child) for key, child in part.items()]
    return [(str(i), child) for i, child in enumerate(part)] if isinstance(part, list | tuple) else []


def _parts(whole: Any) -> Iterator[Module]:
    """The modules that `whole` is made of directly, or by way of containers."""
    for _, child in _children(whole):
        if isinstance(child, Module):
            yield child
        else:
            yield from _parts(child)
