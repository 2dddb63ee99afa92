"""Automatic differentiation that you can see through.

    Value, Tensor                one float, one array: numbers that remember how they were made
    y.backward(), gradients      their gradients, by a reverse sweep over that memory
    grad, value_and_grad         the same for functions, of any order by nesting
    exp, log, sum, matmul, …     ops under NumPy's names, on floats, arrays, Values and Tensors
    custom_op                    an op of your own, declared as ours are
    no_grad                      arithmetic without memory
    compile, record              a function as a tape: recorded once, replayed at machine speed
    draw, scope                  the graph as a picture, and frames in it
    explain, paths               its gradient as text, step by step and path by path
    watch                        and as a page on which it is played
    check_gradients              is a derivative right, and if not, where and why; gradients_hold is a test of it

An op is one row of facts in `autograd.rules`; everything else reads it.
"""

from pathlib import Path as _Path

if (_Path(__file__).parent / "core.py").exists():
    raise ImportError(
        "Two packages that import as 'autograd' are installed over each other: 'glassgrad' and 'autograd'. Keep one of "
        "them in an environment: `pip uninstall autograd glassgrad`, then `pip install glassgrad`, and autograd elsewhere."
    )

from autograd.checks import GradientError, check_against, check_gradients, gradients_hold
from autograd.draw import Drawing, Page, Paths, RenderError, draw, explain, paths, timeline, watch
from autograd.checkpointing import checkpoint
from autograd.flat import ravel_tree
from autograd.gradients import gradients
from autograd.graph import graph_nodes
from autograd.jacobians import hessian, hvp, jacobian
from autograd.op import OPS, custom_op
from autograd.recording import detect_anomaly, no_grad, remember_lines
from autograd.rules.activations import (
    celu, elu, gelu, hardsigmoid, hardswish, hardtanh, leaky_relu, log_sigmoid, mish, relu, relu6, selu, silu,
    softplus, softsign,
)  # fmt: skip
from autograd.rules.arithmetic import (
    abs, add, divide, hypot, multiply, negative, positive, reciprocal, sign, square, subtract,
)  # fmt: skip
from autograd.rules.bilinear import convolve, dot, inner, matmul, outer, tensordot
from autograd.rules.choices import clip, fmax, fmin, maximum, minimum, where
from autograd.rules.comparisons import (
    equal, greater, greater_equal, less, less_equal, logical_and, logical_not, logical_or, not_equal,
)  # fmt: skip
from autograd.rules.diagonals import diag, diagonal, trace, tril, triu
from autograd.rules.einsum import einsum
from autograd.rules.exponential import (
    cbrt, exp, exp2, expm1, log, log10, log1p, log2, logaddexp, power, sigmoid, sqrt, xlogy,
)  # fmt: skip
from autograd.rules.indexing import argsort, flip, getitem, permute, put, repeat, sort, take, take_along_axis
from autograd.rules.joining import concatenate, split, stack
from autograd.rules.layout import expand_dims, moveaxis, ravel, squeeze, swapaxes, tile
from autograd.rules.linalg import cholesky, cofactors, det, inv, logabsdet, signdet, slogdet, solve
from autograd.rules.linear import astype, broadcast_to, mean, reshape, roll, sum, sum_to, transpose
from autograd.rules.norms import euclidean_norm, norm
from autograd.rules.padding import pad
from autograd.rules.reductions import max, min, prod
from autograd.rules.rounding import ceil, floor, fmod, remainder, round, trunc
from autograd.rules.scans import cumprod, cumsum
from autograd.rules.softmax import log_softmax, logsumexp, softmax
from autograd.rules.special import digamma, erf, erfc, gammaln, polygamma, sinc, sinc_derivative
from autograd.rules.spread import deviations, std, var
from autograd.rules.trigonometry import (
    arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, cos, cosh, sech, sin, sinh, tan, tanh,
)  # fmt: skip
from autograd.scopes import scope
from autograd.support.public import publish as _publish
from autograd.tape import Compiled, OtherPathError, Tape, compile, record
from autograd.tensor import Tensor
from autograd.transforms import grad, jvp, stop_gradient, value_and_grad, vjp
from autograd.value import Value

__all__ = [
    "OPS", "Compiled", "Drawing", "GradientError", "OtherPathError", "Page", "Paths", "RenderError", "Tape", "Tensor",
    "Value", "check_against", "check_gradients", "checkpoint", "compile", "custom_op", "detect_anomaly", "draw", "explain",
    "grad", "gradients", "gradients_hold", "graph_nodes", "hessian", "hvp", "jacobian", "jvp", "no_grad", "paths", "ravel_tree",
    "record", "remember_lines", "scope", "stop_gradient", "timeline", "value_and_grad", "vjp", "watch",
    "abs", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argsort", "astype",
    "broadcast_to", "cbrt", "ceil", "celu", "cholesky", "clip", "cofactors", "concatenate", "convolve", "cos", "cosh",
    "cumprod", "cumsum", "det", "deviations", "diag", "diagonal", "digamma", "divide", "dot", "einsum", "elu", "equal",
    "erf", "erfc", "euclidean_norm", "exp", "exp2", "expand_dims", "expm1", "flip", "floor", "fmax", "fmin", "fmod",
    "gammaln", "gelu", "getitem", "greater", "greater_equal", "hardsigmoid", "hardswish", "hardtanh", "hypot", "inner",
    "inv", "leaky_relu", "less", "less_equal", "log", "log10", "log1p", "log2", "log_sigmoid", "log_softmax", "logabsdet",
    "logaddexp", "logical_and", "logical_not", "logical_or", "logsumexp", "matmul", "max", "maximum", "mean", "min",
    "minimum", "mish", "moveaxis", "multiply", "negative", "norm", "not_equal", "outer", "pad", "permute", "polygamma",
    "positive", "power", "prod", "put", "ravel", "reciprocal", "relu", "relu6", "remainder", "repeat", "reshape", "roll",
    "round", "sech", "selu", "sigmoid", "sign", "signdet", "silu", "sin", "sinc", "sinc_derivative", "sinh", "slogdet",
    "softmax", "softplus", "softsign", "solve", "sort", "split", "sqrt", "square", "squeeze", "stack", "std", "subtract",
    "sum", "sum_to", "swapaxes", "take", "take_along_axis", "tan", "tanh", "tensordot", "tile", "trace", "transpose",
    "tril", "triu", "trunc", "var", "where", "xlogy",
]  # fmt: skip

_publish(globals())
