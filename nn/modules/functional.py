"""`functional_call`: a module as a function of its parameters, for transforms of functions."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from autograd.support.lazy_numpy import np
from nn.modules._storage import Place, children, read_place, replaced, state_places
from nn.modules.module import Module


def functional_call(module: Module, parameters: Mapping[str, Any], /, *inputs: Any, **options: Any) -> Any:
    """Output of a module with `parameters` instead of those that it has; the module is unchanged afterwards.

        (p, x) ↦ module(x) with the parameters p

    Transforms then take the parameters as an argument: `vmap(grad(loss), (None, 0, 0))` computes a gradient for each example,
    and `vmap` over stacks of parameters computes an ensemble. If `forward` assigns a new array in place of one of
    `parameters`, such as a running mean, it is dropped. The module must not run in another thread meanwhile.

    Args:
        parameters: Arrays or nodes by path, as in `state_dict`; the module's own ones are used for other paths
    Raises:
        TypeError: If `module` is not a Module, or `parameters` not a mapping
        ValueError: If the module does not have a path, a shape differs, or a parameter is in a tuple; names the path
    Source:
        torch.func.functional_call

    >>> import numpy as np
    >>> from autograd import grad, vmap
    >>> from nn import Linear, mean_squared_error
    >>> model = Linear(3, 1, seed=0)
    >>> def loss(p, x, y):
    ...     return mean_squared_error(functional_call(model, p, x), y)
    >>> gradients = vmap(grad(loss), in_axes=(None, 0, 0))(model.state_dict(), np.ones((5, 3)), np.ones((5, 1)))
    >>> {path: g.shape for path, g in gradients.items()}
    {'weight': (5, 3, 1), 'bias': (5, 1)}
    """
    with substitute(module, parameters):
        return module(*inputs, **options)


def substitute(module: Module, parameters: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Context in which `parameters` replace those of a module; raises like `functional_call`."""
    places = _places_to_change(module, parameters)
    return replaced([(place, parameters[path]) for path, found in places.items() for place in found])


def _places_to_change(module: Module, parameters: Mapping[str, Any]) -> dict[str, list[Place]]:
    """Return all places of the number at each path of `parameters`; a shared parameter has several."""
    if not isinstance(module, Module):
        raise TypeError(f"functional_call takes a Module and a dict of its parameters, got {module!r:.60}")
    if not isinstance(parameters, Mapping):
        raise TypeError(f"parameters must be a dict with paths, such as module.state_dict(), got {parameters!r:.60}")
    places, found = state_places(module, check=False), {}
    for path, x in parameters.items():
        if path not in places:
            raise ValueError(f"{type(module).__name__} has no numbers at {path!r}: write one of {', '.join(places)}")
        own = read_place(*places[path])
        if (shape := np.shape(x)) != np.shape(own):
            raise ValueError(f"{path!r} of {type(module).__name__} must have the shape {np.shape(own)}, got {shape}")
        found[path] = [places[path]] if isinstance(own, np.ndarray) else _places_of(own, module)
        if any(isinstance(holder, tuple) for holder, _ in found[path]):
            raise ValueError(f"{path!r} of {type(module).__name__} is in a tuple, which cannot be changed: use a list")
    return found


def _places_of(x: Any, module: Module) -> list[Place]:
    """Return each place of an object in a module."""
    found: list[Place] = []
    seen: set[int] = set()
    pending: list[Any] = [module]
    while pending:
        holder = pending.pop()
        if id(holder) not in seen:
            seen.add(id(holder))
            found += [(holder, name) for name, child in children(holder) if child is x]
            pending += [child for _, child in children(holder)]
    return found
