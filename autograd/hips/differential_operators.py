"""Differential operators of HIPS autograd; `argnum` is the position of the argument, or a tuple of positions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import checkpoint, elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.base import tree
from autograd.transforms.calls import Argnums, Selection, Transformed

__all__ = [
    "checkpoint", "deriv", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian", "hessian_tensor_product",
    "hessian_vector_product", "jacobian", "make_ggnvp", "make_hvp", "make_jvp", "make_vjp", "tensor_jacobian_product",
    "value_and_grad", "vector_jacobian_product",
]  # fmt: skip


def make_vjp(fun: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """Function that returns (the map w ↦ wᵀ J, f(…)): `autograd.vjp` in the other order, for one argument.

    >>> pull, y = make_vjp(lambda x: x**2)(3.0)
    >>> pull(1.0), y
    (6.0, 9.0)
    """
    return Transformed(_make_vjp, fun, argnum)


def _make_vjp(fun: Any, argnum: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    of_selected, selection = _function_of_selected(fun, argnum, args, kwargs)
    y, pull = vjp(of_selected, *selection.arguments)
    return lambda w: selection.entries(list(pull(w))), y


def make_jvp(fun: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """Function that returns the map v ↦ (f(…), J v), for one argument.

    >>> make_jvp(lambda x: x**2)(3.0)(1.0)
    (9.0, 6.0)
    """
    return Transformed(_make_jvp, fun, argnum)


def _make_jvp(fun: Any, argnum: Any, /, *args: Any, **kwargs: Any) -> Any:
    of_selected, selection = _function_of_selected(fun, argnum, args, kwargs)
    return lambda v: jvp(of_selected, selection.arguments, [v] if isinstance(argnum, int | str) else list(v))


def _function_of_selected(fun: Any, argnum: Any, args: Any, kwargs: Any) -> tuple[Callable[..., Any], Selection]:
    """Function of the arguments that `argnum` selects, and the selection."""
    selection = Selection(fun, argnum, args, kwargs)

    def of_selected(*xs: Any) -> Any:
        positional, named = selection.replaced(list(xs))
        return fun(*positional, **named)

    return of_selected, selection


def deriv(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """Function that returns J 1, the derivative of f along the vector of ones.

    >>> deriv(lambda x: x**2)(3.0)
    6.0
    """
    return Transformed(_deriv, fun, argnum)


def _deriv(fun: Any, argnum: Any, /, *args: Any, **kwargs: Any) -> Any:
    ones = tree.map(lambda x: np.ones_like(x)[()], args[argnum])
    return _make_jvp(fun, argnum, *args, **kwargs)(ones)[1]


def make_hvp(fun: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """Function that returns (the map v ↦ H v, ∇f(…)).

    >>> make_hvp(lambda x: x**3)(2.0)[0](1.0)
    12.0
    """
    return make_vjp(grad(fun, argnum), argnum)


def hessian_tensor_product(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """Function of (*args, v) that returns H v: `autograd.hvp` for one argument.

    >>> hessian_tensor_product(lambda x: x**3)(2.0, 1.0)
    12.0
    """

    def product(*args: Any, **kwargs: Any) -> Any:
        of_selected, selection = _function_of_selected(fun, argnum, args[:-1], kwargs)
        return hvp(of_selected, selection.arguments, [args[-1]])

    return product


def tensor_jacobian_product(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """Function of (*args, w) that returns w J, summed over all axes of w, which are the first ones of f(…).

    >>> tensor_jacobian_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([2., 4.])
    """

    def product(*args: Any, **kwargs: Any) -> Any:
        weights = args[-1]
        return jacobian(lambda *xs: np.tensordot(weights, fun(*xs, **kwargs), np.ndim(weights)), argnum)(*args[:-1])

    return product


hessian_vector_product, vector_jacobian_product = hessian_tensor_product, tensor_jacobian_product


def _half_square(x: Any) -> Any:
    return 0.5 * np.sum(x**2, axis=-1)


def make_ggnvp(f: Callable[..., Any], g: Callable[..., Any] = _half_square, f_argnum: int = 0) -> Callable[..., Any]:
    """Function that returns the map v ↦ Jᵀ H J v, with J of f and H of g at f(…): Gauss-Newton products.

    >>> make_ggnvp(lambda x: 3.0 * x)(np.array([1.0]))(np.array([2.0]))
    array([18.])
    """

    def at(*args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        pull, y = make_vjp(f, f_argnum)(*args, **kwargs)
        push, curve = make_jvp(f, f_argnum)(*args, **kwargs), make_hvp(g)(y)[0]
        return lambda v: pull(curve(push(v)[1]))

    return at


def grad_and_aux(fun: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """Function that returns (∇f, aux) of a function that returns (f, aux): `grad` with `has_aux`."""
    return grad(fun, argnum, has_aux=True)


def grad_named(fun: Callable[..., Any], argname: str) -> Callable[..., Any]:
    """Gradient with respect to the argument of a name: `grad` of that name."""
    return grad(fun, argname)
