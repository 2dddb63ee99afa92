"""`Module`: base class of functions with parameters."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from reprlib import recursive_repr
from typing import Any, NamedTuple, ParamSpec, Protocol, Self, TypeVar

from autograd import Tensor, Value, scope
from autograd.support.lazy_numpy import np
from autograd.support.text_table import html_table, table
from nn._validation import Array
from nn.modules._storage import (
    HOOKS,
    NUMBERS,
    ModuleType,
    children,
    is_parameter,
    note_numbers,
    own_numbers,
    read_array,
    state_places,
    write_array,
)  # fmt: skip

#: A leaf that requires a gradient.
Parameter = Tensor | Value
P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class HasForward(Protocol[P, R]):
    """Module as type checkers see its call: by the parameters and the result of its `forward`."""

    def forward(self, *inputs: P.args, **options: P.kwargs) -> R:
        """Return the output."""


class IncompatibleKeys(NamedTuple):
    """Paths of the numbers of a module that a state lacks, and paths in the state that the module lacks."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(metaclass=ModuleType):
    """Base class of functions with parameters: a subclass defines `forward`.

    The parameters are the leaves that require a gradient, among the attributes of the module and of the modules in it, also
    inside lists, tuples and dicts. They are in the order in which the attributes were set; a shared one counts once.

    Attributes:
        training: True in training, False in eval mode; see `train` and `eval`. `autograd.compile` follows it, as well as parts,
            parameters, and the arrays among the attributes

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
        """Return the output of the module for some inputs."""
        raise NotImplementedError(f"{type(self).__name__} has no method forward(self, …): write one that returns the output")

    def __call__(self: HasForward[P, R], *inputs: P.args, **options: P.kwargs) -> R:
        attributes = self.__dict__
        if NUMBERS not in attributes:  # made by a copy or a pickle, without the constructor
            note_numbers(self)
        call = self._call_with_hooks if HOOKS in attributes else self.forward  # type: ignore[attr-defined]
        return scope.call(self, call, inputs, options)

    def _call_with_hooks(self, *inputs: Any, **options: Any) -> Any:
        hooks = self.__dict__[HOOKS]
        for hook in list(hooks["before"].values()):
            new = hook(self, inputs)
            inputs = inputs if new is None else new if isinstance(new, tuple) else (new,)
        output = self.forward(*inputs, **options)
        for hook in list(hooks["after"].values()):
            new = hook(self, inputs, output)
            output = output if new is None else new
        return output

    def register_forward_pre_hook(self, hook: Callable[[Module, tuple[Any, ...]], Any]) -> Callable[[], None]:
        """Call `hook(module, inputs)` before every `forward`; its result, unless None, replaces the inputs.

        Returns a function that removes the hook.
        """
        return self._register_hook("before", hook)

    def register_forward_hook(self, hook: Callable[[Module, tuple[Any, ...], Any], Any]) -> Callable[[], None]:
        """Call `hook(module, inputs, output)` after every `forward`; its result, unless None, replaces the output.

        Returns a function that removes the hook.

        >>> from nn import Linear
        >>> layer, seen = Linear(2, 3), []
        >>> remove = layer.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
        >>> _ = layer(np.ones((4, 2)))
        >>> remove()
        >>> _ = layer(np.ones((5, 2)))
        >>> seen
        [(4, 3)]
        """
        return self._register_hook("after", hook)

    def _register_hook(self, when: str, hook: Callable[..., Any]) -> Callable[[], None]:
        if not callable(hook):
            raise TypeError(f"a hook must be a function, got {hook!r} of type {type(hook).__name__}")
        hooks = self.__dict__.setdefault(HOOKS, {"before": {}, "after": {}})[when]
        key = object()
        hooks[key] = hook

        def remove() -> None:
            hooks.pop(key, None)

        return remove

    def scope_paths(self) -> dict[int, str]:
        """Return the path of every module, parameter, frozen parameter and buffer by `id`; drawings show the paths."""
        return {id(part): path for path, part in _walk_with_constants(self)}

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:  # globals are gone by then
        if not is_finalizing():
            scope.forget(self, _walk_with_constants(self))

    def parameters(self) -> list[Parameter]:
        """Return the parameters, in order."""
        return [leaf for _, leaf in _walk(self) if not isinstance(leaf, Module)]

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """Return pairs of path, such as "layers.0.weight", and parameter. A parameter without a label gets its path as label.

        Raises:
            ValueError: If two parameters have the same path, because a key of a dict contains a dot
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

    def _substitute(self, parameters: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Return a context in which the module has these parameters, by path; checks of gradients use it."""
        from nn.modules.functional import substitute  # imports this module

        return substitute(self, parameters)

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of the parameters, and of arrays of numbers such as running means, by path.

        Such arrays and constant tensors are those that the module has when its constructor ends, found again by name: what is
        assigned later, such as an input that `forward` caches, is not part of the state unless it is a parameter.

        Raises:
            ValueError: If such an array has another shape or type now, or does not exist anymore; names it

        >>> class Line(Module):
        ...     def __init__(self):
        ...         self.slope = Value(2.0)
        >>> Line().state_dict()
        {'slope': array(2.)}
        """
        return {path: np.array(read_array(holder, name)) for path, (holder, name) in state_places(self).items()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Replace the numbers of the module by those of a `state_dict`; change nothing if they do not fit.

        Returns the missing and the unexpected paths; with strict=False there may be some, which are left out.

        Raises:
            ValueError: If a path is missing or unknown and strict is True, or an array has another shape or a type that cannot
                be converted; names all of them
        """
        places = state_places(self)
        incompatible = IncompatibleKeys([path for path in places if path not in state], [x for x in state if x not in places])
        wrong = [f"{path} is missing" for path in incompatible.missing_keys if strict]
        wrong += [f"{path} is unknown" for path in incompatible.unexpected_keys if strict]
        new: dict[str, Array] = {}
        for path in [path for path in places if path in state]:
            old, given = read_array(*places[path]), np.asarray(state[path])
            if mismatch := _mismatch(given, old):
                wrong.append(f"{path} has {mismatch}")
            else:
                new[path] = given.astype(old.dtype)
        if wrong:
            raise ValueError(f"the state does not fit {type(self).__name__}, which is unchanged: {'; '.join(wrong)}")
        for path, array in new.items():
            write_array(*places[path], array)
        return incompatible

    def summary(self, example: Any = None) -> str:
        """Return a table of the modules that have numbers or no parts: parameters with shapes, and numbers of entries.

        Columns count trainable and frozen parameters if some are frozen, and buffers if there are some. With an example, a
        batch of rows or its shape, the table shows the shapes of outputs, and the multiply-adds of products of matrices, in
        eval mode.

        >>> from nn import MLP
        >>> print(MLP(2, [3], 1).summary((5, 2)))
        part      module  parameters                count  output  multiply-adds
        layers.0  Linear  weight (2, 3), bias (3,)      9  (5, 3)             30
        layers.1  ReLU                                  0  (5, 3)              0
        layers.2  Linear  weight (3, 1), bias (1,)      4  (5, 1)             15
        total                                          13                     45
        """
        return table(self._summary_rows(example), left=(0, 1, 2))

    def _summary_rows(self, example: Any = None) -> list[list[str]]:
        from nn.modules.summary import summary_rows

        return summary_rows(self, example)

    def _repr_html_(self) -> str:
        """Summary as a table of a notebook."""
        return html_table(self._summary_rows())

    def modules(self) -> list[Module]:
        """Return this module and all modules in it."""
        return [module for _, module in self.named_modules()]

    def named_modules(self) -> list[tuple[str, Module]]:
        """Return pairs of path and module, of this module and all modules in it; its own path is empty."""
        return [(path, part) for path, part in _walk(self) if isinstance(part, Module)]

    def train(self, mode: bool = True) -> Self:
        """Set `training` of this module and of all modules in it; returns the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set this module and all modules in it to eval mode; returns the module."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Reset the gradient of every parameter."""
        clear_gradients(self.parameters())

    @recursive_repr("…")
    def __repr__(self) -> str:
        """Name and parts, such as `Sequential(Linear(2, 3), ReLU())`."""
        return f"{type(self).__name__}({', '.join(map(repr, _parts(self)))})"


def clear_gradients(parameters: Iterable[Parameter]) -> None:
    """Set every gradient to its initial value: None for a Tensor, 0.0 for a Value."""
    for parameter in parameters:
        parameter.grad = None if isinstance(parameter, Tensor) else 0.0


def _mismatch(new: Array, old: Array) -> str:
    """Return the reason why an array cannot replace another, or "" if it can."""
    if new.shape != old.shape:
        return f"shape {new.shape} in place of {old.shape}"
    fits = new.dtype.kind in "fiubc" and np.can_cast(new.dtype, old.dtype, "same_kind")
    return "" if fits else f"type {new.dtype} in place of {old.dtype}"


def _walk(root: Module) -> Iterator[tuple[str, Module | Parameter]]:
    """Yield every module and parameter once, with its path; a module comes before its parts."""
    seen, pending = set[int](), list[tuple[str, Any]]([("", root)])
    while pending:
        path, part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Module) or is_parameter(part):
            yield path, part
        pending += [(f"{path}.{name}" if path else name, child) for name, child in reversed(children(part))]


def _walk_with_constants(root: Module) -> Iterator[tuple[str, Any]]:
    """Yield as `_walk`, each module followed by its numbers that are not parameters."""
    for path, part in _walk(root):
        yield path, part
        for name, x in own_numbers(part) if isinstance(part, Module) else ():
            if not is_parameter(x):
                yield f"{path}.{name}" if path else name, x


def _parts(whole: Any) -> Iterator[Module]:
    """Yield the modules that are attributes of `whole`, also inside lists, tuples and dicts."""
    for _, child in children(whole):
        if isinstance(child, Module):
            yield child
        else:
            yield from _parts(child)
