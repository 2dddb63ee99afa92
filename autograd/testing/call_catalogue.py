"""Catalogue of example calls of every op, for laws, checks, random programs and benchmarks.

A call is text, such as `log(a * a + 0.5)`, so that a program can be printed, and run by any package with functions of these
names. An elementwise call is defined for all numbers of moderate size; the laws draw its inputs from the op's `smooth_on`. An
array call lists the shapes on which the laws test it; random programs use it wherever it can be run.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

from autograd.engine.node import Node
from autograd.ops import rules
from autograd.support.lazy_numpy import np

Shape = tuple[int, ...]


def _array(x: Any) -> Any:
    return x._data if isinstance(x, Node) else x


def shape(x: Any) -> Shape:
    """Shape of an array or a node."""
    return tuple(np.shape(_array(x)))


def size(x: Any) -> int:
    """Number of entries of x."""
    return int(np.size(_array(x)))


def dtype(x: Any) -> Any:
    """Dtype of x."""
    return getattr(_array(x), "dtype", np.dtype(float))


def eye(x: Any) -> Any:
    """Identity matrix of x's order and dtype."""
    return np.eye(shape(x)[-1], dtype=dtype(x))


def arange(x: Any) -> Any:
    """Array 1, 2, … of the length of x's last axis."""
    return np.arange(1.0, shape(x)[-1] + 1.0, dtype=dtype(x))


#: Functions of an array's shape and dtype that a call may use in addition to the ops.
HELPERS: dict[str, Callable[..., Any]] = {f.__name__: f for f in (shape, size, dtype, eye, arange)}


def op_names() -> dict[str, Any]:
    """Names that a call may use: ops, functions made of ops, and helpers."""
    found: dict[str, Any] = {}
    for module in [m for m in vars(rules).values() if inspect.ismodule(m)]:
        names = vars(module)
        found |= {
            name: f
            for name, f in names.items()
            if callable(f) and getattr(getattr(f, "forward", inspect.unwrap(f)), "__globals__", None) is names
        }
    return found | HELPERS | {"__builtins__": {"slice": slice}}


#: Names of this package, for calls.
NAMES: dict[str, Any] = op_names()


@dataclass(frozen=True)
class ExampleCall:
    """A line of Python on registers a, b and c, with the shapes of the arrays on which the laws test it."""

    text: str
    arity: int
    code: CodeType
    shapes: tuple[tuple[Shape, ...], ...]

    def __call__(self, *inputs: Any, names: dict[str, Any] = NAMES) -> Any:
        """Evaluate the call on inputs of any type, with the functions in `names`."""
        return eval(self.code, names, dict(zip("abc", inputs, strict=False)))

    def __repr__(self) -> str:
        return f"Call({self.text!r})"


def _call(text: str, shapes: Any = ()) -> ExampleCall:
    """Call from its text; each item of `shapes` is a shape if there is one argument, else a tuple of shapes."""
    code = compile(text, "<call>", "eval")
    arity = sum(name in code.co_names for name in "abc")
    return ExampleCall(text, arity, code, tuple((s,) if arity == 1 else s for s in shapes))


_ELEMENTWISE: dict[str, list[str]] = {
    "multiply": ["a * 2.0", "a * b"], "negative": ["-a"], "positive": ["+a"], "add": ["a + 1.0", "a + b"],
    "subtract": ["3.0 - a", "a - b"], "divide": ["a / 2.0", "1.5 / (a * a + 1.0)", "a / (b * b + 1.0)"],
    "power": [
        "a ** 2", "a ** 3", "2.0 ** a", "(a * a + 0.5) ** 1.5", "(a * a + 1.0) ** b", "power(a * a + 0.5, tanh(b))",
    ],
    "abs": ["abs(a)"], "sign": ["sign(a) * a"], "square": ["square(a)"],
    "reciprocal": ["reciprocal(a * a + 1.0)", "reciprocal(-a * a - 1.0)"], "sin": ["sin(a)"], "cos": ["cos(a)"],
    "tan": ["tan(0.5 * tanh(a))"], "arcsin": ["arcsin(0.9 * tanh(a))"], "arccos": ["arccos(0.9 * tanh(a))"],
    "arctan": ["arctan(a)"], "sinh": ["sinh(tanh(a))"], "cosh": ["cosh(tanh(a))"], "tanh": ["tanh(a)"], "sech": ["sech(a)"],
    "arcsinh": ["arcsinh(a)"], "arccosh": ["arccosh(a * a + 1.5)"], "arctanh": ["arctanh(0.9 * tanh(a))"],
    "exp": ["exp(tanh(a))"], "exp2": ["exp2(tanh(a))"], "expm1": ["expm1(tanh(a))"], "log": ["log(a * a + 0.5)"],
    "log2": ["log2(a * a + 0.5)"], "log10": ["log10(a * a + 0.5)"], "log1p": ["log1p(0.9 * tanh(a))"],
    "sqrt": ["sqrt(a * a + 0.5)"], "cbrt": ["cbrt(a * a + 0.5)", "cbrt(-a * a - 0.5)"], "sigmoid": ["sigmoid(a)"],
    "relu": ["relu(a)"], "leaky_relu": ["leaky_relu(a, slope=0.1)"], "relu6": ["relu6(a)"], "elu": ["elu(a, alpha=0.7)"],
    "selu": ["selu(a)"], "celu": ["celu(a, alpha=0.7)"], "gelu": ["gelu(a)", "gelu(a, approximate='tanh')"],
    "silu": ["silu(a)"], "mish": ["mish(a)"], "softplus": ["softplus(a)"], "softsign": ["softsign(a)"],
    "log_sigmoid": ["log_sigmoid(a)"], "hardtanh": ["hardtanh(a, -1.0, 1.0)"], "hardsigmoid": ["hardsigmoid(2.0 * a)"],
    "hardswish": ["hardswish(a)"], "clip": ["clip(a, -1.0, 1.5)", "clip(a, tanh(b) - 2.0, tanh(c))"],
    "floor": ["floor(a) + a"], "ceil": ["ceil(a) * a"], "trunc": ["trunc(a) + a"], "round": ["round(a) * a"],
    "erf": ["erf(a)"], "erfc": ["erfc(a)"], "gammaln": ["gammaln(a * a + 0.5)", "gammaln(-0.25 - 0.5 * sigmoid(a))"],
    "digamma": ["digamma(a * a + 0.5)", "digamma(-0.25 - 0.5 * sigmoid(a))"],
    "polygamma": ["polygamma(a * a + 1.0, n=1)", "polygamma(-0.25 - 0.5 * sigmoid(a), n=1)"],
    "gammainc": ["gammainc(a * a + 0.1, a=1.5)"], "gammaincc": ["gammaincc(a * a + 0.1, a=0.7)"],
    "betainc": ["betainc(0.8 * sigmoid(a) + 0.1, a=1.5, b=0.5)"],
    "gamma_term": ["gamma_term(a * a + 0.1, p=1.5, k=0.5)"],
    "beta_term": ["beta_term(0.8 * sigmoid(a) + 0.1, p=1.5, q=0.5, k=0.5)"],
    "erfinv": ["erfinv(0.9 * tanh(a))"], "ndtri": ["ndtri(0.8 * sigmoid(a) + 0.1)"],
    "sinc": ["sinc(a)"], "sinc_derivative": ["sinc_derivative(a, n=1)"],
    "maximum": ["maximum(a, b)"], "minimum": ["minimum(a, b)"], "fmax": ["fmax(a, b)"], "fmin": ["fmin(a, b)"],
    "hypot": ["hypot(a, b * b + 1.0)"], "arctan2": ["arctan2(a, b * b + 1.0)"], "logaddexp": ["logaddexp(a, b)"],
    "xlogy": ["xlogy(a, b * b + 1.0)"], "xlog1py": ["xlog1py(a, b * b)"], "divide_or_zero": ["divide_or_zero(a, b * b + 1.0)"],
    "interval_product": ["interval_product(a, low=-1.0, high=0.5)"],
    "power_derivative": ["power_derivative(a * a + 0.5, b, i=1, j=1)"], "remainder": ["remainder(3.0 * a, b * b + 0.8)"],
    "fmod": ["fmod(3.0 * a, b * b + 0.8)"], "floor_divide": ["a * floor_divide(b, 0.7)"],
    "logit": ["logit(0.8 * sigmoid(a) + 0.1)"], "where": ["where(a > b, a, b * 2.0)", "where(a > 0.0, b, c)"],
}  # fmt: skip

_ARRAYS: dict[str, dict[str, list[Any]]] = {
    "sum": {
        "sum(a)": [(2, 3), (), (0,)], "sum(a, axis=0)": [(3,)], "sum(a, axis=-1)": [(2, 3)], "sum(a, axis=1)": [(2, 0)],
        "sum(a, axis=())": [(2, 2)], "sum(a, axis=(0, -1), keepdims=True)": [(2, 3, 2)], "sum(a, axis=0, keepdims=True)": [],
    },
    "mean": {
        "mean(a)": [(2, 3), ()], "mean(a, axis=0)": [(3, 2)], "mean(a, axis=-1)": [], "mean(a, axis=1)": [(0, 2)],
        "mean(a, axis=(-1, 0), keepdims=True)": [(2, 3, 2)],
    },
    "reshape": {
        "reshape(a, -1)": [], "reshape(a, (3, -1))": [(2, 3)], "reshape(a, 6)": [(2, 3)], "reshape(a, ())": [(1, 1)],
        "reshape(a, (0, 5))": [(2, 0)], "reshape(transpose(a), (2, 3))": [(2, 3)],
    },
    "transpose": {
        "transpose(a)": [(2, 3), (), (0, 3)], "transpose(a, (1, 0))": [], "transpose(a, (2, 0, 1))": [(2, 3, 4)],
        "transpose(a, (-1, 0, -2))": [(2, 3, 4)], "transpose(a, (1, -4, 2, -1))": [(2, 1, 3, 2)],
    },
    "broadcast_to": {
        "broadcast_to(a, (2, *shape(a)))": [], "broadcast_to(a, (2, 3))": [(3,), ()], "broadcast_to(a, (4, 2, 3))": [(2, 1)],
        "broadcast_to(a, (0, 3))": [(1, 3)], "broadcast_to(a, (2,))": [(2,)],
    },
    "sum_to": {
        "sum_to(broadcast_to(a, (2, *shape(a))), shape(a))": [], "sum_to(a, (3,))": [(2, 3)], "sum_to(a, ())": [(2, 3)],
        "sum_to(a, (2, 1))": [(4, 2, 3)], "sum_to(a, (1, 3))": [(0, 3)], "sum_to(a, (1, 1, 2))": [(1, 1, 2)],
    },
    "getitem": {
        "a[0]": [(2, 3)], "a[-1]": [], "a[1:]": [], "a[:0]": [], "a[..., None]": [], "a[:, None]": [], "a[:, 0:1]": [],
        "a[-1, ..., None]": [(2, 3)], "a[::-2, 1:]": [(5, 3)], "a[()]": [()], "a[[0, 0, 2]]": [(3,)], "a[[0, 0, -1]]": [],
        "a[[1, 1], [0, 0]]": [(2, 3)], "a[:, [2, 0, 2]]": [(2, 3)], "a[[[True, False, True], [False, True, True]]]": [(2, 3)],
        "a[[True, False]]": [(2, 3)], "a[[]]": [(3,)], "a[2:1]": [(3, 2)], "a[..., None, :]": [(0, 3)],
    },
    "put": {
        "put(reshape(a, -1), slice(0, size(a)), size(a) + 2)": [], "put(ravel(a), [0, 0, 2], 3)": [(3,)],
        "put(ravel(a), (slice(None), 1), (2, 3))": [(2,)],
        "put(ravel(a), [[True, False, True], [False, True, True]], (2, 3))": [(4,)],
        "put(ravel(a), slice(None, None, -2), (5,))": [(3,)], "put(ravel(a), [], 3)": [(0,)], "put(a, 1, 2)": [()],
    },
    "astype": {"astype(a, dtype(a))": [], "astype(a, 'float32')": [(2, 3)], "astype(a, 'float64')": [()]},
    "lift": {"lift(lower(sum(a)), dtype=dtype(a))": [(2, 3), ()]},
    "roll": {
        "roll(a, 1)": [(2, 3)], "roll(a, 1, axis=0)": [], "roll(a, (1, -1), axis=(0, -1))": [],
        "roll(a, -2, axis=1)": [(2, 3)], "roll(a, (1, 4), axis=(0, -1))": [(2, 3)], "roll(a, 2, axis=0)": [(0, 3)],
    },
    "cumsum": {"cumsum(a)": [(2, 3)], "cumsum(a, axis=0)": [(3, 2)], "cumsum(a, axis=-1)": [(2, 0)]},
    "cumprod": {"cumprod(a)": [(5,)], "cumprod(a, axis=0)": [(3, 2)], "cumprod(a, axis=-1)": [(2, 0)]},
    "prod": {
        "prod(a)": [(2, 3), ()], "prod(a, axis=0)": [(3, 2)], "prod(a, axis=-1)": [(2, 0)], "prod(a, axis=())": [(2,)],
        "prod(a, axis=(-1, 0), keepdims=True)": [(2, 3, 2)], "prod(a, axis=0, keepdims=True)": [],
    },
    "deviations": {"deviations(a)": [(2, 3)], "deviations(a, axis=0)": [(3, 2)], "deviations(a, axis=-1)": [(2, 1)]},
    "softmax": {
        "softmax(a)": [(2, 3), (2, 0)], "softmax(a, axis=0)": [(3, 2)], "softmax(a, axis=None)": [(2, 2)],
    },
    "log_softmax": {
        "log_softmax(a)": [(2, 3), (2, 0)], "log_softmax(a, axis=0)": [(3, 2)], "log_softmax(a, axis=None)": [(2, 2)],
    },
    "logsumexp": {
        "logsumexp(a)": [(2, 3), ()], "logsumexp(a, axis=0)": [(3, 2)],
        "logsumexp(a, axis=(-1, 0), keepdims=True)": [(2, 3, 2)], "logsumexp(a, axis=-1)": [(2, 0)],
    },
    "max": {
        "max(a)": [(2, 3), ()], "max(a, axis=0)": [(3, 2)], "max(a, axis=-1)": [], "max(a, axis=1)": [(0, 2)],
        "max(a, axis=(-1, 0), keepdims=True)": [(2, 3, 2)],
    },
    "min": {"min(a)": [(2, 3)], "min(a, axis=0, keepdims=True)": [(3, 2)], "min(a, axis=1)": [(0, 2)]},
    "sort": {"sort(a)": [(5,), (2, 0)], "sort(a, axis=0)": [(3, 2)], "sort(a, axis=None)": [(2, 3)]},
    "permute": {
        "permute(a, argsort(a, axis=0), 0)": [(3,)], "permute(a, argsort(a, axis=-1), -1)": [(2, 2)],
    },
    "euclidean_norm": {
        "euclidean_norm(a)": [(2, 3)], "euclidean_norm(a, axis=0)": [(3, 2)], "euclidean_norm(a, axis=-1)": [(0, 2)],
        "euclidean_norm(a, axis=(-1, 0), keepdims=True)": [(2, 3, 2)],
        "euclidean_norm(a * a + 0.5, axis=-1)": [], "euclidean_norm(-a * a - 0.5, axis=-1)": [],
    },
    "matmul": {
        "matmul(a, b)": [],
        "a @ b": [
            ((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 1, 2, 3), (4, 3, 2)), ((3,), (2, 3, 2)),
            ((2, 2, 3), (3,)), ((2, 0), (0, 3)), ((0, 2), (2, 3)),
        ],
    },
    "einsum": {
        "einsum('...,...->...', a, b)": [], "einsum('i...->...', a)": [], "einsum('ij...->ji...', a)": [],
        "einsum('ij,jk->ik', a, b)": [((2, 3), (3, 4)), ((2, 0), (0, 3))], "einsum('ij,j', a, b)": [((2, 3), (3,))],
        "einsum('ij,ij->', a, b)": [((2, 3), (2, 3))], "einsum('i,j->ji', a, b)": [((2,), (3,))],
        "einsum('...ij,...jk->...ik', a, b)": [((2, 1, 2, 3), (3, 3, 2))], "einsum('ij,kj->ik', a, b)": [((2, 1), (3, 4))],
        "einsum('ij,k->k', a, b)": [((2, 3), (2,))], "einsum('ij,jk,kl->il', a, b, c)": [((2, 3), (3, 2), (2, 2))],
        "einsum('ii,i->i', a, b)": [((3, 3), (3,))], "einsum('iji->j', a)": [(2, 3, 2)], "einsum('ij->ji', a)": [(2, 3)],
    },
    "convolve": {
        "convolve(a, b)": [((4,), (3,)), ((2,), (4,))], "convolve(a, b, 'same')": [((5,), (3,)), ((2,), (4,))],
        "convolve(a, b, 'valid')": [((5,), (2,)), ((2,), (5,))],
    },
    "concatenate": {
        "concatenate([a, b])": [((2,), (3,))], "concatenate((a, b, c), axis=1)": [((2, 1), (2, 0), (2, 3))],
        "concatenate([a, b], axis=-2)": [((1, 2), (3, 2))], "concatenate([a, b, a])": [((1,), (2,))],
        "concatenate([a])": [(2, 2)], "concatenate([a, b], axis=None)": [((2, 2), (3,))],
    },
    "inv": {"inv(tanh(a) - 4.0 * eye(a))": [(3, 3), (2, 3, 3)]},
    "solve": {
        "solve(tanh(a) - 4.0 * eye(a), b)": [
            ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3, 1)), ((2, 3, 3), (3,)),
        ],
    },
    "det": {"det(a)": [(3, 3), (2, 2, 2), (1, 1), (0, 2, 2)]},
    "cofactors": {
        "cofactors(tanh(a) + 4.0 * eye(a))": [(3, 3), (2, 3, 3)],
        "cofactors(tanh(a) - 2.0)": [(3, 3), (2, 3, 3)],
    },
    "logabsdet": {"logabsdet(tanh(a) + 4.0 * eye(a))": [(3, 3)], "logabsdet(tanh(a) - 4.0 * eye(a))": [(2, 3, 3)]},
    "cholesky": {"cholesky(a @ a.mT + 2.0 * eye(a))": [(3, 3), (2, 3, 3)], "cholesky(0.1 * a + 2.0 * eye(a))": [(3, 3)]},
    "rotations": {"rotations(a, exp(b))": [((3, 3), (3, 3)), ((2, 3), (1, 3)), ((2, 2, 3), (1, 3)), ((0, 2), (0, 2))]},
    "eigenpairs": {"eigenpairs(sigmoid(a) + diag(4.0 * arange(a)))": [(3, 3), (2, 3, 3), (1, 1)]},
    "singular_triplets": {
        "singular_triplets(0.3 * sigmoid(a) + eye(a) * arange(a))": [(3, 3), (2, 3, 3)],
        "singular_triplets(0.3 * sigmoid(a) + (eye(a) * arange(a))[:2])": [(2, 3)],
        "singular_triplets(0.3 * sigmoid(a.mT) + (eye(a) * arange(a))[:, :2])": [(2, 3)],
    },
    "orthogonal_triangular": {
        "orthogonal_triangular(tanh(a) + 3.0 * eye(a))": [(3, 3), (2, 2, 2)],
        "orthogonal_triangular(0.5 * tanh(a) + 3.0 * eye(a.mT)[:, :2])": [(3, 2)],
    },
    "pinv": {
        "pinv(tanh(a) + 3.0 * eye(a), rcond=1e-15)": [(3, 3), (2, 2, 2)],
        "pinv(0.5 * tanh(a) + 3.0 * eye(a)[:2], rcond=1e-15)": [(2, 3), (2, 2, 3)],
    },
    "least_squares": {
        "least_squares(0.5 * tanh(a) + 3.0 * eye(a)[:2], b, rcond=1e-15)": [((2, 3), (2, 2))],
        "least_squares(0.5 * tanh(a) + 3.0 * eye(a.mT)[:, :2], b, rcond=1e-15)": [((3, 2), (3, 2))],
    },
}  # fmt: skip

#: Calls of functions made of several ops.
COMPOSED: list[ExampleCall] = [
    *map(_call, (
        "ravel(a)", "expand_dims(a, 0)", "stack([a, b], axis=0)", "flip(a, axis=-1)", "repeat(a, 2, axis=0)", "tile(a, 2)",
        "pad(a, 1)", "take(a, [0, 0], axis=-1)", "norm(a * a + 0.5)", "var(a)", "std(a * arange(a))", "split(a, [1])[0]",
        "diag(a)", "a.mT", "swapaxes(a, 0, -1)", "moveaxis(a, 0, -1)", "tril(a)", "triu(a, 1)", "trace(a)", "diagonal(a)",
        "squeeze(a[:, :1], axis=1)", "outer(a, b)", "tensordot(a, b, 0)", "take_along_axis(a, argsort(a), axis=-1)",
    )),
]  # fmt: skip

#: Calls of each elementwise op, on numbers and arrays, and of each other op, on arrays; the simplest first.
ELEMENTWISE: dict[str, list[ExampleCall]] = {op: [_call(text) for text in texts] for op, texts in _ELEMENTWISE.items()}
ARRAYS: dict[str, list[ExampleCall]] = {
    op: [_call(text, shapes) for text, shapes in rows.items()] for op, rows in _ARRAYS.items()
}

#: Ops that only rules call: a printed program imports public names.
INTERNAL = {
    "beta_term", "betainc", "divide_or_zero", "eigenpairs", "erfinv", "gamma_term", "gammainc", "gammaincc",
    "interval_product", "least_squares", "lift", "ndtri", "orthogonal_triangular", "pinv", "power_derivative", "rotations",
    "singular_triplets",
}  # fmt: skip

#: Lines of random programs: those for Values, and all lines. Programs shrink to the first.
SCALAR_LINES: list[ExampleCall] = [call for op, calls in ELEMENTWISE.items() if op not in INTERNAL for call in calls]
LINES: list[ExampleCall] = [
    *SCALAR_LINES, *(call for op, calls in ARRAYS.items() if op not in INTERNAL for call in calls), *COMPOSED,
]  # fmt: skip
