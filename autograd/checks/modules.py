"""Modules under check: their parameters become variables with names."""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.transforms.calls import positional_parameters

Args = tuple[Any, ...]


def is_module(x: Any) -> bool:
    """True for an object with parameters by path, such as an `nn.Module`."""
    return hasattr(x, "named_parameters") and hasattr(x, "_substitute")


def expand_modules(
    f: Callable[..., Any], args: Args, argnums: int | Sequence[int] | None
) -> tuple[Callable[..., Any], Args, int | Sequence[int] | None]:
    """f, its arguments and `argnums` with the parameters of modules, by path, in place of the modules.

    The parameters of f itself, if it is a module, come first unless `argnums` chooses among the arguments.
    """
    own = positional_parameters(f.forward if is_module(f) else f)  # type: ignore[attr-defined]
    names = [*own[: len(args)], *(f"argument {i}" for i in range(len(own), len(args)))]
    if is_module(f) and argnums is None:
        module = f

        def f(m: Any, *xs: Any) -> Any:
            return m(*xs)

        args, names = (module, *args), ["module", *names]
    modules = {k: x for k, x in enumerate(args) if is_module(x)}
    if not modules:
        return f, args, argnums

    def call(*xs: Any) -> Any:
        with contextlib.ExitStack() as stack:
            for k, module in modules.items():
                stack.enter_context(module._substitute(xs[k]))
            return f(*(modules.get(k, x) for k, x in enumerate(xs)))

    parameters = [inspect.Parameter(name.replace(" ", "_"), inspect.Parameter.POSITIONAL_ONLY) for name in names]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return call, tuple(dict(x.named_parameters()) if k in modules else x for k, x in enumerate(args)), argnums


@contextlib.contextmanager
def keep_buffers(*objects: Any) -> Iterator[None]:
    """Context that ends with the arrays of modules, such as running means, as they were."""
    modules = [x for x in objects if is_module(x)]
    states = [(m, m.state_dict(), dict(m.named_parameters())) for m in modules]
    try:
        yield
    finally:
        for m, state, parameters in states:
            m.load_state_dict({path: x for path, x in state.items() if path not in parameters}, strict=False)
