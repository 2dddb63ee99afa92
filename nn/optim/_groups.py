"""Groups of parameters that an optimizer moves with the same options."""

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from autograd import Tensor, Value
from nn._validation import check_finite
from nn.modules.module import Parameter

#: Argument of an optimizer: parameters, or groups of them, each a dict with "params" and the options of the group.
Parameters = Iterable[Parameter] | Iterable[Mapping[str, Any]]


class Group(SimpleNamespace):
    """Parameters that share options: `group.parameters`, `group.lr` and so on."""

    parameters: list[Parameter]

    @property
    def lr(self) -> float:
        """The learning rate, checked when it is set."""
        return vars(self)["lr"]

    @lr.setter
    def lr(self, rate: float) -> None:
        vars(self)["lr"] = check_finite("lr", rate)


def group_settings(group: Group, scales: dict[str, Any]) -> SimpleNamespace:
    """Settings of `updated`: the options of a group except `lr`, and the numbers that change from step to step."""
    options = vars(group).copy()
    del options["parameters"], options["lr"]
    return SimpleNamespace(**options | scales)


def parameter_groups(given: Any, checks: dict[str, Callable[[str, Any], Any]]) -> list[dict[str, Any]]:
    """Check parameters or groups of them, and return the groups, each with its own options."""
    if isinstance(given, Tensor | Value):
        raise TypeError(f"an optimizer takes a list of parameters, got {given!r} alone: write [parameter]")
    try:
        items = list(given)
    except TypeError:
        raise TypeError(f"an optimizer takes a list of parameters, got {given!r}: write model.parameters()") from None
    groups = items if items and all(isinstance(item, Mapping) for item in items) else [{"params": items}]
    return [_group(k, group, checks) for k, group in enumerate(groups)]


def _group(k: int, group: Mapping[str, Any], checks: dict[str, Callable[[str, Any], Any]]) -> dict[str, Any]:
    if "params" not in group:
        raise ValueError(f"group {k} of parameters must have 'params', got only {', '.join(map(repr, group)) or 'nothing'}")
    own = {name: value for name, value in group.items() if name != "params"}
    if unknown := [name for name in own if name not in checks]:
        raise ValueError(f"group {k} of parameters has the unknown option {unknown[0]!r}; known are {', '.join(checks)}")
    options = {name: checks[name](name, value) for name, value in own.items()}
    return {"parameters": _check_parameters(list(group["params"]))} | options


def _check_parameters(given: list[Any]) -> list[Parameter]:
    if not given:
        raise ValueError("an optimizer needs at least one parameter, got none: check model.parameters()")
    for i, p in enumerate(given):
        if not isinstance(p, Tensor | Value):
            raise TypeError(f"parameter {i} must be a Tensor or a Value, got {p!r} of type {type(p).__name__}")
        if not p.requires_grad:
            raise ValueError(f"parameter {i} is the constant {p!r}: make it with requires_grad=True")
        if p.op is not None:
            raise ValueError(f"parameter {i} was computed by {p.op.name}: only leaves can be optimized, got {p!r}")
    return given


def check_distinct(given: list[Parameter]) -> None:
    if len(set(map(id, given))) < len(given):
        raise ValueError(f"one of {len(given)} parameters is passed twice, and a step would update it twice: pass each once")
