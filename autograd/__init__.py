"""Automatic differentiation that you can see through.

    Value, Tensor                scalar and array types that record a computation graph
    y.backward(), gradients      gradients by a reverse sweep over the graph
    grad, value_and_grad         gradients of functions, of any order by nesting
    exp, log, sum, matmul, …     ops under NumPy's names, on floats, arrays, Values and Tensors
    custom_op, custom_gradient   declare a new op, or the derivative of a Python function
    no_grad                      disable graph recording
    compile, record              record a function as a tape and replay it at machine speed
    draw, scope                  drawing of the graph, and frames in it
    explain, paths               the gradient as text, step by step and path by path
    watch                        page that plays the forward and the backward pass
    check_gradients              check derivatives and locate wrong ones; gradients_hold does so in tests

Each op is one declared row in `autograd.ops.rules`; every other part reads that row.
"""

import os as _os
import sys as _sys
from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any
from warnings import warn as _warn

if _os.path.exists(_os.path.join(_os.path.dirname(__file__), "core.py")):
    raise ImportError(
        "Two packages that import as 'autograd' are installed in one folder: 'glassgrad' and 'autograd'. Keep one of them "
        "in an environment: `pip uninstall autograd glassgrad`, then `pip install glassgrad`, and autograd elsewhere."
    )

__version__ = "0.1.0"

from autograd import domain as domain
from autograd.base.grad_mode import detect_anomaly, no_grad, remember_lines
from autograd.engine.gradients import gradients
from autograd.engine.graph import graph_nodes
from autograd.engine.scopes import scope
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.custom_op import custom_op
from autograd.ops.op import OPS
from autograd.ops.rules.activations import (
    celu, elu, gelu, hardsigmoid, hardswish, hardtanh, leaky_relu, log_sigmoid, mish, relu, relu6, selu, sigmoid,
    silu, softplus, softsign,
)  # fmt: skip
from autograd.ops.rules.arithmetic import (
    abs as abs, add, divide, floor_divide, fmod, multiply, negative, positive, power, reciprocal, remainder, sign, square,
    subtract,
)  # fmt: skip
from autograd.ops.rules.comparisons import (
    equal, greater, greater_equal, isfinite, isinf, isnan, less, less_equal, logical_and, logical_not, logical_or,
    logical_xor, not_equal, signbit,
)  # fmt: skip
from autograd.ops.rules.cumulative import cumprod, cumsum
from autograd.ops.rules.einsum import einsum
from autograd.ops.rules.exponential import cbrt, exp, exp2, expm1, log, log10, log1p, log2, sqrt
from autograd.ops.rules.indexing import getitem, put, take, take_along_axis
from autograd.ops.rules.joining import concatenate, split, stack
from autograd.ops.rules.linalg import (
    cholesky, cofactors, det, diag, diagonal, inv, logabsdet, signdet, slogdet, solve, trace, tril, triu,
)  # fmt: skip
from autograd.ops.rules.norms import norm
from autograd.ops.rules.padding import pad
from autograd.ops.rules.products import convolve, dot, inner, matmul, outer, tensordot
from autograd.ops.rules.rearranging import flip, repeat, roll, tile
from autograd.ops.rules.reductions import (
    all as all, any as any, deviations, euclidean_norm, max as max, mean, min as min, prod, std, sum as sum, var,
)  # fmt: skip
from autograd.ops.rules.rounding import ceil, floor, round as round, trunc
from autograd.ops.rules.selection import clip, fmax, fmin, maximum, minimum, where
from autograd.ops.rules.shape import (
    astype, broadcast_to, expand_dims, moveaxis, ravel, reshape, squeeze, sum_to, swapaxes, transpose,
)  # fmt: skip
from autograd.ops.rules.softmax import log_softmax, logaddexp, logsumexp, softmax
from autograd.ops.rules.sorting import argmax, argmin, argsort, permute, sort
from autograd.ops.rules.special import digamma, erf, erfc, gammaln, logit, polygamma, sinc, sinc_derivative, xlog1py, xlogy
from autograd.ops.rules.trigonometry import (
    arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, cos, cosh, hypot, sech, sin, sinh, tan, tanh,
)  # fmt: skip
from autograd.support.alternatives import alternative as _alternative
from autograd.support.old_paths import keep_old_paths as _keep_old_paths
from autograd.support.public import public_names as _public_names
from autograd.support.public import publish as _publish
from autograd.transforms.checkpoint import checkpoint
from autograd.transforms.custom_gradient import custom_gradient
from autograd.transforms.grad_vjp_jvp import grad, jvp, linearize, stop_gradient, value_and_grad, vjp
from autograd.transforms.jacobian import elementwise_grad, hessian, hvp, jacfwd, jacobian, jacrev
from autograd.transforms.ravel import ravel_tree
from autograd.transforms.vmap import vmap

if _TYPE_CHECKING:
    from autograd.checks import GradientError, check_against, check_gradients, gradcheck, gradients_hold
    from autograd.drawing.draw import draw, watch
    from autograd.drawing.drawing import Drawing
    from autograd.drawing.explain import explain
    from autograd.drawing.graphviz import RenderError
    from autograd.drawing.page.page import Page, timeline
    from autograd.drawing.paths import Paths, paths
    from autograd.tape.backends import GuardFailedError
    from autograd.tape.compile import Compiled, compile as compile
    from autograd.tape.loops.scan import scan
    from autograd.tape.tape import Tape, record

#: Modules below `autograd` that are imported when one of their names is first used.
_ON_FIRST_USE = {
    "checks": ("GradientError", "check_against", "check_gradients", "gradcheck", "gradients_hold"),
    "drawing.draw": ("draw", "watch"),
    "drawing.drawing": ("Drawing",),
    "drawing.explain": ("explain",),
    "drawing.graphviz": ("RenderError",),
    "drawing.page.page": ("Page", "timeline"),
    "drawing.paths": ("Paths", "paths"),
    "tape.backends": ("GuardFailedError",),
    "tape.compile": ("Compiled", "compile"),
    "tape.loops.scan": ("scan",),
    "tape.tape": ("Tape", "record"),
}

#: Programs written for HIPS autograd find `autograd.numpy` and its other modules there, and import these names.
__path__ = [*__path__, _os.path.join(_os.path.dirname(__file__), "hips")]
_HIPS = {
    "differential_operators": (
        "deriv", "grad_and_aux", "grad_named", "hessian_tensor_product", "hessian_vector_product", "make_ggnvp", "make_hvp",
        "make_jvp", "make_vjp", "tensor_jacobian_product", "vector_jacobian_product",
    ),
    "extend": ("primitive",),
}  # fmt: skip
#: Modules that are imported when they are first used.
_MODULES = ("checks", "extend", "misc", "numpy", "scipy", "strategies", "tape", "test_util")


#: Deprecated names of version 0.1.0.
_RENAMED = {"OtherPathError": "GuardFailedError"}


def __getattr__(name: str) -> _Any:
    if name in _RENAMED:
        _warn(f"autograd.{name} is now autograd.{_RENAMED[name]}", DeprecationWarning, stacklevel=2)
        name = _RENAMED[name]
    if name in _MODULES:
        return _import_module(f"autograd.{name}")
    for module, names in (_ON_FIRST_USE | _HIPS).items():
        if name in names:
            globals()[name] = value = getattr(_import_module(f"autograd.{module}"), name)
            value.__module__ = __name__
            return value
    cure = _alternative(name, "") or _cure_in_numpy(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}" + f": {cure}" * bool(cure))


def _cure_in_numpy(name: str) -> str:
    try:
        from autograd.engine.numpy_functions import cure_in_numpy
    except ImportError:  # without NumPy
        return ""
    return "" if name.startswith("__") else cure_in_numpy(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_public_names(globals())})


#: Public names that Python has too: `from autograd import *` leaves Python's; `from autograd import sum` imports ours.
_BUILTIN_NAMES = ["abs", "all", "any", "compile", "max", "min", "round", "sum"]

__all__ = [
    "Compiled", "Drawing", "GradientError", "GuardFailedError", "OPS", "Page", "Paths", "RenderError", "Tape", "Tensor",
    "Value", "check_against", "check_gradients", "checkpoint", "custom_gradient", "custom_op", "detect_anomaly",
    "draw", "elementwise_grad", "explain", "grad", "gradcheck", "gradients", "gradients_hold", "graph_nodes", "hessian", "hvp",
    "jacfwd", "jacobian", "jacrev", "jvp", "linearize", "no_grad", "paths", "ravel_tree", "record", "remember_lines", "scan",
    "scope", "stop_gradient", "timeline", "value_and_grad", "vjp", "vmap", "watch",
    "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin",
    "argsort", "astype", "broadcast_to", "cbrt", "ceil", "celu", "cholesky", "clip", "cofactors", "concatenate", "convolve",
    "cos", "cosh", "cumprod", "cumsum", "det", "deviations", "diag", "diagonal", "digamma", "divide", "dot", "einsum", "elu",
    "equal", "erf", "erfc", "euclidean_norm", "exp", "exp2", "expand_dims", "expm1", "flip", "floor", "floor_divide", "fmax",
    "fmin", "fmod", "gammaln", "gelu", "getitem", "greater", "greater_equal", "hardsigmoid", "hardswish", "hardtanh", "hypot",
    "inner", "inv", "isfinite", "isinf", "isnan", "leaky_relu", "less", "less_equal", "log", "log10", "log1p", "log2",
    "log_sigmoid", "log_softmax", "logabsdet", "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor", "logit",
    "logsumexp", "matmul", "maximum", "mean", "minimum", "mish", "moveaxis", "multiply", "negative", "norm",
    "not_equal", "outer", "pad", "permute", "polygamma", "positive", "power", "prod", "put", "ravel", "reciprocal", "relu",
    "relu6", "remainder", "repeat", "reshape", "roll", "sech", "selu", "sigmoid", "sign", "signbit", "signdet", "silu",
    "sin", "sinc", "sinc_derivative", "sinh", "slogdet", "softmax", "softplus", "softsign", "solve", "sort", "split", "sqrt",
    "square", "squeeze", "stack", "std", "subtract", "sum_to", "swapaxes", "take", "take_along_axis", "tan", "tanh",
    "tensordot", "tile", "trace", "transpose", "tril", "triu", "trunc", "var", "where", "xlog1py", "xlogy",
]  # fmt: skip

_publish(globals())
_keep_old_paths("autograd")

if _sys.modules.get("hypothesis"):  # its entry point ran before these types existed
    from autograd.testing.type_strategies import register_types as _register_types

    _register_types()
