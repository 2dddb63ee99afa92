"""Automatic differentiation that you can see through.

    Value, Tensor                one float, one array: numbers that remember how they were made
    y.backward(), gradients      their gradients, by a reverse sweep over that memory
    grad, value_and_grad         the same for functions, of any order by nesting
    exp, log, sum, matmul, …     ops under NumPy's names, on floats, arrays, Values and Tensors
    custom_op                    an op of your own, declared as ours are
    no_grad                      arithmetic without memory
    draw                         the graph as a picture

An op is one row of facts in `autograd.rules`; everything else reads it.
"""

from pathlib import Path as _Path

if (_Path(__file__).parent / "core.py").exists():
    raise ImportError(
        "Two packages that import as 'autograd' are installed over each other: 'glassgrad' and 'autograd'. Keep one of "
        "them in an environment: `pip uninstall autograd glassgrad`, then `pip install glassgrad`, and autograd elsewhere."
    )

# from autograd.draw import Drawing, draw
from autograd.op import OPS, custom_op
from autograd.recording import no_grad
from autograd.rules.activations import relu, sigmoid
from autograd.rules.arithmetic import (
    abs, add, divide, maximum, minimum, multiply, negative, positive, sign, subtract, where,
)  # fmt: skip
from autograd.rules.bilinear import matmul
from autograd.rules.exponential import exp, log, power, sqrt
from autograd.rules.linear import astype, broadcast_to, getitem, mean, put, reshape, sum, sum_to, take, transpose
from autograd.rules.reductions import logsumexp, max
from autograd.rules.trigonometry import cos, sech, sin, tanh
from autograd.tensor import Tensor
from autograd.transforms import grad, gradients, value_and_grad
from autograd.value import Value

__all__ = [
    "OPS",
    "Tensor",
    "Value",
    "abs",
    "add",
    "astype",
    "broadcast_to",
    "cos",
    "custom_op",
    "divide",
    "exp",
    "getitem",
    "grad",
    "gradients",
    "log",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "minimum",
    "multiply",
    "negative",
    "no_grad",
    "positive",
    "power",
    "put",
    "relu",
    "reshape",
    "sech",
    "sigmoid",
    "sign",
    "sin",
    "sqrt",
    "subtract",
    "sum",
    "sum_to",
    "take",
    "tanh",
    "transpose",
    "value_and_grad",
    "where",
]  # fmt: skip
