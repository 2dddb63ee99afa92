"""Optimizers: rules that move parameters against their gradients, one class each, as its paper writes it."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import repeat
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from autograd import Tensor
from nn._validation import Array, as_bool, check_finite, check_fraction
from nn.modules.module import Parameter, clear_gradients
from nn.optim._groups import Group, check_distinct, group_settings, parameter_groups

# A parameter's data, its gradient, and what an optimizer remembers of them: an array for a Tensor, a float for a Value.
Number = Any
#: What an optimizer remembers of one parameter: a number for each name in `remembers`.
State = tuple[Number, ...]


class Optimizer:
    """A rule for a step: a subclass defines the pure function `updated`, from which every engine makes its steps.

        class Signum(nn.Optimizer):
            remembers = ("means",)

            @staticmethod
            def updated(parameter, gradient, state, settings):
                (mean,) = state
                mean = 0.9 * mean + 0.1 * gradient
                return parameter - settings.lr * np.sign(mean), (mean,)

        optimizer = Signum(model.parameters(), lr=0.01)

    Attributes:
        parameters: What is moved; also a list of dicts, each with "params" and the options in which that group differs
        groups: These groups, or the one that there is; their options may be changed between steps
        lr: The learning rate that all groups share, which may be changed between steps

    Raises:
        TypeError: If `parameters` is no list of Tensors or Values
        ValueError: If it is empty, has one twice, or has one that is no leaf or requires no gradient; if lr is negative,
            infinite or NaN; if a group has an option that is none of the optimizer's

    >>> from autograd import Value
    >>> a, b = Value(1.0), Value(1.0)
    >>> optimizer = SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    >>> (a + b).backward()
    >>> optimizer.step()
    >>> a.data, b.data
    (0.9, 0.5)
    """

    #: For each option, what brings a value of it to its type, or says that it is out of range: check(name, value).
    checks: ClassVar[dict[str, Callable[[str, Any], Any]]] = {}
    #: The lists, an entry a parameter and zero at first, in which a subclass remembers what its steps need.
    remembers: ClassVar[tuple[str, ...]] = ()
    #: Whether a step computes the loss itself, through a function that it is given, as often as it likes.
    asks_for_losses: ClassVar[bool] = False

    def __init__(self, parameters: Iterable[Parameter] | Iterable[Mapping[str, Any]], lr: float, **options: Any) -> None:
        checks = {"lr": check_finite} | self.checks
        defaults = {name: checks[name](name, value) for name, value in {"lr": lr, **options}.items()}
        self.groups = [Group(**(defaults | own)) for own in parameter_groups(parameters, checks)]
        self.parameters = [p for group in self.groups for p in group.parameters]
        check_distinct(self.parameters)
        self.steps = [0] * len(self.parameters)
        for name in self.remembers:
            setattr(self, name, [np.zeros(p.shape, p.dtype) if isinstance(p, Tensor) else 0.0 for p in self.parameters])

    @property
    def lr(self) -> float:
        """The learning rate that all groups share."""
        rates = sorted({group.lr for group in self.groups})
        if len(rates) > 1:
            raise ValueError(f"the groups have learning rates {', '.join(map(repr, rates))}: read groups[i].lr")
        return rates[0]

    @lr.setter
    def lr(self, rate: float) -> None:
        for group in self.groups:
            group.lr = rate

    def step(self) -> None:
        """Move every parameter that has a gradient; one without stays, and so does what is remembered of it.

        Raises:
            ValueError: If a gradient has another shape than its parameter; no parameter has moved then
        """
        _check_gradient_shapes(self.parameters)
        members = self._members()
        memories = [getattr(self, name) for name in self.remembers]
        states: Iterable[State] = zip(*memories, strict=True) if memories else repeat((), len(members))
        settings: dict[tuple[int, int], SimpleNamespace] = {}  # by group and step
        by_index = has_form_of_0_1(type(self).updated)
        for i, ((k, p), state) in enumerate(zip(members, states, strict=True)):
            if (g := p.grad) is None:
                continue
            self.steps[i] = t = self.steps[i] + 1
            data = p.numpy() if isinstance(p, Tensor) else p.data
            if by_index:
                new, after = self.updated(i, data, g, self.groups[k]), state  # type: ignore[arg-type]
            else:
                now = settings.get((k, t)) or settings.setdefault((k, t), self._settings(k, t))
                new, after = self.updated(data, g, state, now)
            if after is not state:
                for memory, x in zip(memories, after, strict=True):
                    memory[i] = x
            if isinstance(new, np.ndarray):
                new.flags.writeable = False  # a Tensor takes a read-only array as it is
            p.data = new

    def _members(self) -> list[tuple[int, Parameter]]:
        """Each parameter with the number of its group."""
        return [(k, p) for k, group in enumerate(self.groups) for p in group.parameters]

    def _settings(self, k: int, step: int) -> SimpleNamespace:
        return group_settings(self.groups[k], {**self.scales(self.groups[k], step), "in_place": True})

    @staticmethod
    def updated(parameter: Number, gradient: Number, state: State, settings: Any, /) -> tuple[Number, State]:
        """Data and state of one parameter after a step: a pure function, which writes to no argument.

        `state` has a number for each name in `remembers`; `settings` has the options of the group, but for `lr`, and the
        entries of `scales`. All numbers may be floats, arrays or nodes of a graph, so use arithmetic and functions of NumPy,
        and branch on options alone.
        """
        raise NotImplementedError("this optimizer has no updated(parameter, gradient, state, settings): write one")

    @staticmethod
    def scales(group: Any, step: int, /) -> dict[str, float]:
        """Settings that change from step to step, which is counted from 1 for each parameter: by default `lr` and `step`.

        They are computed in Python's floats and are inputs of a compiled step.
        """
        return {"lr": group.lr, "step": step}

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        clear_gradients(self.parameters)

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """A copy of all numbers that the next step depends on beside the parameters: the options, and what is remembered.

        >>> sorted(SGD([Tensor(1.0, requires_grad=True)], lr=0.1).state_dict())[:3]
        ['groups.0.lr', 'groups.0.momentum', 'groups.0.nesterov']
        """
        state = {f"groups.{k}.{name}": np.array(x) for k, o in enumerate(self.groups) for name, x in vars(o).items()
                 if name != "parameters"}  # fmt: skip
        return state | {f"{name}.{i}": np.array(x) for name, xs in self._memory().items() for i, x in enumerate(xs)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up where the optimizer stood whose `state_dict` this is: all of it, or none.

        Raises:
            ValueError: If an entry is missing, unknown, or of another shape; all are named, and nothing is changed
        """
        own, given = self.state_dict(), {name: np.asarray(x) for name, x in state.items()}
        if wrong := _mismatches(own, given):
            raise ValueError(f"this state does not fit {type(self).__name__}, which is unchanged: {'; '.join(wrong)}")
        for k, o in enumerate(self.groups):
            for name in vars(o).keys() - {"parameters"}:
                value = given[f"groups.{k}.{name}"].tolist()
                setattr(o, name, tuple(value) if isinstance(value, list) else value)
        for name, xs in self._memory().items():
            for i, x in enumerate(xs):
                new = np.array(given[f"{name}.{i}"])
                xs[i] = new if isinstance(x, np.ndarray | np.generic) else new.item()

    def _memory(self) -> dict[str, list[Any]]:
        return {name: getattr(self, name) for name in ("steps", *self.remembers)}


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if that is not 0.

        g ← g + weight_decay · p,   v ← momentum · v + g
        p ← p − lr · v,   with nesterov p ← p − lr · (g + momentum · v)

    Raises:
        Exception: As `Optimizer`, and ValueError if momentum is not in [0, 1), is 0 with nesterov, or weight_decay is negative
    Source:
        Polyak, USSR Comput. Math. Math. Phys. 4(5), 1964; Sutskever, Martens, Dahl & Hinton, ICML 2013

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> (p * p).backward()
    >>> SGD([p], lr=0.1).step()
    >>> p.data
    0.8
    """

    checks: ClassVar = {"momentum": check_fraction, "weight_decay": check_finite, "nesterov": as_bool}
    remembers = ("velocities",)
    velocities: list[Number]

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[Mapping[str, Any]],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov)
        if any(group.nesterov and not group.momentum for group in self.groups):
            raise ValueError(f"nesterov looks ahead along the momentum, and momentum is {momentum!r}: give it one, such as 0.9")

    @staticmethod
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        if s.weight_decay:
            g = g + s.weight_decay * p
        if not s.momentum:
            return subtract(p, s.lr * g), state
        v = decay(s.momentum, state[0], s)
        v += g
        return subtract(p, s.lr * (g + s.momentum * v if s.nesterov else v)), (v,)


@cache
def has_form_of_0_1(updated: Callable[..., Any]) -> bool:
    """Whether a rule is that of version 0.1.0, updated(self, i, p, g, o), which finds and writes the state itself."""
    names = inspect.signature(updated).parameters
    return len(names) == 5 and "state" not in names


def _mismatches(own: dict[str, Array], given: dict[str, Array]) -> list[str]:
    """The reasons why a state dict does not fit in place of the optimizer's own."""
    wrong = [f"{name} is missing" for name in own if name not in given]
    wrong += [f"{name} is unknown" for name in given if name not in own]
    for name in own.keys() & given.keys():
        (shape, dtype), (wanted, kind) = ((x.shape, x.dtype) for x in (given[name], own[name]))
        if shape != wanted or dtype != kind:
            wrong.append(f"{name} has shape {shape} and type {dtype} in place of {wanted} and {kind}")
    return wrong


def _check_gradient_shapes(parameters: list[Parameter]) -> None:
    for p in parameters:
        if isinstance(p, Tensor) and (g := p.grad) is not None and getattr(g, "shape", ()) != p.shape:
            raise ValueError(f"the gradient of {p!r} has shape {np.shape(g)}: it must have the parameter's shape")


def subtract(p: Number, step: Number) -> Number:
    """p − step, written over the step where that is an array: one array less to fetch memory for."""
    return np.subtract(p, step, out=step) if isinstance(step, np.ndarray) else p - step


def decay(factor: float, x: Number, s: Any) -> Number:
    """factor · x in new memory, or over x if the settings say `in_place`: those of `step`, which has no other use for x."""
    return np.multiply(factor, x, out=x) if getattr(s, "in_place", False) and isinstance(x, np.ndarray) else factor * x


def namespace(x: Number) -> Any:
    """The module with the functions of a number: that of its array library, or NumPy, which knows floats and nodes too.

    >>> namespace(np.ones(2)).__name__
    'numpy'
    """
    return np if isinstance(x, np.ndarray) or not hasattr(x, "__array_namespace__") else x.__array_namespace__()
