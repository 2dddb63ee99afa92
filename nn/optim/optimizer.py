"""`Optimizer`, the base class of update rules, and `SGD`."""

from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from types import SimpleNamespace
from typing import Any, ClassVar

from autograd import Tensor
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np
from autograd.support.likely_mistakes import UsedGradient
from nn._validation import Array, as_bool, check_finite, check_fraction
from nn.modules.module import Parameter, clear_gradients
from nn.optim._blocks import Number, State, decay, entrywise, subtract, update_in_blocks
from nn.optim._groups import Group, Parameters, check_distinct, group_settings, parameter_groups

#: Arguments under names of other libraries.
_OTHER_NAMES = {"learning_rate": "lr=", "eta": "lr=", "params": "parameters=", "beta": "betas="}


class Optimizer:
    """Base class of optimizers: a subclass defines the pure function `updated`, which every engine calls.

        class Signum(nn.Optimizer):
            remembers = ("means",)

            @staticmethod
            def updated(parameter, gradient, state, settings):
                (mean,) = state
                mean = 0.9 * mean + 0.1 * gradient
                return parameter - settings.lr * np.sign(mean), (mean,)

        optimizer = Signum(model.parameters(), lr=0.01)

    Attributes:
        parameters: The parameters; the argument may be a list of dicts, each with "params" and the options of a group
        groups: The groups of parameters; their options may be changed between steps
        lr: The learning rate of all groups; it may be changed between steps
        epochs: Number of epochs that `fit` has completed; they determine the order of the rows
    Raises:
        TypeError: If `parameters` is not a list of Tensors or Values
        ValueError: If it is empty, or has a parameter twice, a node that is not a leaf, or a constant; if lr is negative or
            not finite; if a group has an unknown option

    >>> from autograd import Value
    >>> a, b = Value(1.0), Value(1.0)
    >>> optimizer = SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    >>> (a + b).backward()
    >>> optimizer.step()
    >>> a.data, b.data
    (0.9, 0.5)
    """

    #: For each option a function check(name, value) that returns the value in its type, or raises.
    checks: ClassVar[dict[str, Callable[[str, Any], Any]]] = {}
    #: Names of the state: attributes that are lists with an entry per parameter, zero at first.
    remembers: ClassVar[tuple[str, ...]] = ()
    #: True if `step` takes a closure and calls it several times.
    asks_for_losses: ClassVar[bool] = False

    _used: UsedGradient | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            cls.__init__ = explained_arguments(_OTHER_NAMES)(cls.__init__)  # type: ignore[method-assign]

    def __init__(self, parameters: Parameters, lr: float, **options: Any) -> None:
        checks = self._option_checks()
        self._defaults = {name: checks[name](name, value) for name, value in {"lr": lr, **options}.items()}
        self.groups: list[Group] = []
        self.parameters: list[Parameter] = []
        self.steps: list[int] = []
        self.epochs = 0
        for name in self.remembers:
            setattr(self, name, [])
        self._add_groups(parameters)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Add parameters, with zero state: a dict with "params" and options, which are otherwise those of the constructor.

        Raises:
            ValueError: As the constructor, also if a parameter is in another group; nothing is changed then

        >>> a, b = Tensor([1.0], requires_grad=True), Tensor([2.0], requires_grad=True)
        >>> optimizer = SGD([a], lr=0.1)
        >>> optimizer.add_param_group({"params": [b], "lr": 0.5})
        >>> len(optimizer.parameters), optimizer.groups[1].lr
        (2, 0.5)
        """
        if not isinstance(group, Mapping):
            raise TypeError(f"a group must be a dict such as {{'params': [p], 'lr': 0.1}}, got {group!r:.80}")
        self._add_groups([group])

    def _add_groups(self, given: Parameters) -> None:
        groups = [Group(**(self._defaults | own)) for own in parameter_groups(given, self._option_checks())]
        new = [p for group in groups for p in group.parameters]
        check_distinct([*self.parameters, *new])
        self.groups += groups
        self.parameters += new
        self.steps += [0] * len(new)
        for name in self.remembers:
            getattr(self, name).extend(np.zeros(p.shape, p.dtype) if isinstance(p, Tensor) else 0.0 for p in new)

    def _option_checks(self) -> dict[str, Callable[[str, Any], Any]]:
        return {"lr": check_finite} | self.checks

    def __repr__(self) -> str:
        """Class, and for each group the number of parameters and the options: SGD(2 parameters, lr=0.1, …)."""
        groups = [
            ", ".join([f"{len(o.parameters)} parameters", *(f"{k}={x!r}" for k, x in vars(o).items() if k != "parameters")])
            for o in self.groups
        ]
        return f"{type(self).__name__}({groups[0] if len(groups) == 1 else ', '.join(f'[{x}]' for x in groups)})"

    @property
    def lr(self) -> float:
        """The learning rate of all groups; an error if they differ."""
        rates = sorted({group.lr for group in self.groups})
        if len(rates) > 1:
            raise ValueError(f"the groups have learning rates {', '.join(map(repr, rates))}: read groups[i].lr")
        return rates[0]

    @lr.setter
    def lr(self, rate: float) -> None:
        for group in self.groups:
            group.lr = rate

    def step(self) -> None:
        """Update every parameter that has a gradient; the others keep their data and state.

        A `LikelyMistake` is shown, once, if no parameter has a gradient, and if the gradients contain those of the last step.

        Raises:
            ValueError: If a gradient and its parameter differ in shape; no parameter is updated then
            TypeError: If a gradient has other than real numbers; no parameter is updated then
        """
        self._check_gradients()
        members = [(k, p) for k, group in enumerate(self.groups) for p in group.parameters]
        memories = [getattr(self, name) for name in self.remembers]
        states: Iterable[State] = zip(*memories, strict=True) if memories else repeat((), len(members))
        settings: dict[tuple[int, int], tuple[SimpleNamespace, dict[str, float]]] = {}  # and scales, by group and step
        for i, ((k, p), state) in enumerate(zip(members, states, strict=True)):
            if (g := p.grad) is None:
                continue
            self.steps[i] = t = self.steps[i] + 1
            if (k, t) not in settings:
                scales = self.scales(self.groups[k], t)
                settings[k, t] = group_settings(self.groups[k], {**scales, "in_place": True}), scales
            s, scales = settings[k, t]
            data = p.numpy() if isinstance(p, Tensor) else p.data
            found = update_in_blocks(self.updated, data, g, state, s, scales, t) if isinstance(p, Tensor) else None
            new, after = found or self.updated(data, g, state, s)
            if after is not state:
                for memory, x in zip(memories, after, strict=True):
                    memory[i] = x
            if found and isinstance(p, Tensor):
                p._replace_data(new)
            else:
                p.data = new

    def _check_gradients(self) -> None:
        """Raise if a gradient does not fit its parameter; warn if there is none, or nobody cleared the last ones."""
        found: Parameter | None = None
        for p in self.parameters:
            g = p.grad
            if not isinstance(p, Tensor):
                found = p if g else found
            elif g is not None:
                if getattr(g, "shape", ()) != p.shape:
                    raise ValueError(f"the gradient of {p!r} must have its shape, got shape {np.shape(g)}")
                if (dtype := getattr(g, "dtype", p.dtype)).kind not in "fiub":
                    raise TypeError(f"the gradient of {p!r} must have real numbers, got dtype {dtype}: assign its real part")
                found = p
        if (used := self._used) is None:
            used = self._used = UsedGradient()
        if found is not None:
            if used.use(found):
                used.warn_once("the gradients of this step contain those of the last step: call zero_grad() before backward()")
        elif isinstance(self.parameters[0], Tensor) or not any(self.steps):  # gradients of Values may become 0
            used.warn_once("no parameter has a gradient, so step() changes nothing: call loss.backward() before step()")

    @staticmethod
    def updated(parameter: Number, gradient: Number, state: State, settings: Any, /) -> tuple[Number, State]:
        """Return data and state of one parameter after a step: a pure function that must not write to its arguments.

        `state` has a number for each name in `remembers`; `settings` has the options of the group except `lr`, and the
        entries of `scales`. All numbers may be floats, arrays or nodes of a graph: use arithmetic and functions of NumPy,
        and branch on options only.
        """
        raise NotImplementedError("a subclass of Optimizer must define updated(parameter, gradient, state, settings)")

    @staticmethod
    def scales(group: Any, step: int, /) -> dict[str, float]:
        """Return the settings that change from step to step, by default `lr` and `step`, which counts from 1 per parameter.

        They are Python floats, and inputs of a compiled step.
        """
        return {"lr": group.lr, "step": step}

    def zero_grad(self) -> None:
        """Reset the gradient of every parameter."""
        clear_gradients(self.parameters)

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return a copy of options and state: all numbers that the next step depends on, except the parameters.

        >>> sorted(SGD([Tensor(1.0, requires_grad=True)], lr=0.1).state_dict())[:3]
        ['epochs', 'groups.0.lr', 'groups.0.momentum']
        """
        state = {f"groups.{k}.{name}": np.array(x) for k, o in enumerate(self.groups) for name, x in vars(o).items()
                 if name != "parameters"}  # fmt: skip
        state["epochs"] = np.array(self.epochs)
        return state | {f"{name}.{i}": np.array(x) for name, xs in self._memory().items() for i, x in enumerate(xs)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Replace options and state by those of a `state_dict`; change nothing if they do not fit.

        Raises:
            ValueError: If an entry is missing, unknown, or of another shape or type; names all of them
        """
        own = self.state_dict()
        given = {"epochs": np.array(0)} | {name: np.asarray(x) for name, x in state.items()}  # version 0.1.0 had no epochs
        for name in own.keys() & given.keys():
            if name.startswith("groups.") and np.can_cast(given[name].dtype, own[name].dtype):  # an option given as an integer
                given[name] = given[name].astype(own[name].dtype)
        if wrong := _mismatches(own, given):
            raise ValueError(f"the state does not fit {type(self).__name__}, which is unchanged: {'; '.join(wrong)}")
        options = [{name: given[f"groups.{k}.{name}"].tolist() for name in vars(o).keys() - {"parameters"}}
                   for k, o in enumerate(self.groups)]  # fmt: skip
        for values in options:
            check_finite("lr", values["lr"])
        for o, values in zip(self.groups, options, strict=True):
            vars(o).update({name: tuple(x) if isinstance(x, list) else x for name, x in values.items()})
        self.epochs = int(given["epochs"])
        for name, xs in self._memory().items():
            for i, x in enumerate(xs):
                new = np.array(given[f"{name}.{i}"])
                xs[i] = new if isinstance(x, np.ndarray | np.generic) else new.item()

    def _memory(self) -> dict[str, list[Any]]:
        return {name: getattr(self, name) for name in ("steps", *self.remembers)}


class SGD(Optimizer):
    """Stochastic gradient descent, with optional momentum.

        g ← g + weight_decay · p,   v ← momentum · v + g
        p ← p − lr · v,   with nesterov p ← p − lr · (g + momentum · v)

    Raises:
        Exception: As `Optimizer`; ValueError if momentum is not in [0, 1), or is 0 with nesterov, or weight_decay is negative
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
        self, parameters: Parameters, lr: float, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(parameters, lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov)
        if any(group.nesterov and not group.momentum for group in self.groups):
            raise ValueError(f"nesterov=True requires a positive momentum, got momentum={momentum!r}: pass one, such as 0.9")

    @staticmethod
    @entrywise
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        if s.weight_decay:
            g = g + s.weight_decay * p
        if not s.momentum:
            return subtract(p, s.lr * g), state
        v = decay(s.momentum, state[0], s)
        v += g
        return subtract(p, s.lr * (g + s.momentum * v if s.nesterov else v)), (v,)


def _mismatches(own: dict[str, Array], given: dict[str, Array]) -> list[str]:
    """Return the differences in names, shapes and types between two state dicts, as texts."""
    wrong = [f"{name} is missing" for name in own if name not in given]
    wrong += [f"{name} is unknown" for name in given if name not in own]
    for name in own.keys() & given.keys():
        (shape, dtype), (wanted, kind) = ((x.shape, x.dtype) for x in (given[name], own[name]))
        if shape != wanted or dtype != kind:
            wrong.append(f"{name} has shape {shape} and type {dtype} in place of {wanted} and {kind}")
    return wrong
