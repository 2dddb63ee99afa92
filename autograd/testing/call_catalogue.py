"""How every op is called in random programs: one line of Python each, safe for any numbers of a moderate size.

A call stands as text, `log(a * a + 0.5)`, so that a program can be printed and run anywhere: by this package, by NumPy, and by
others whose functions have the same names. What an op cannot take (log of a negative number) is kept from it in the text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ExampleCall:
    """A line of a program on registers a, b and c; `fits` says for which shapes it can be run."""

    text: str
    arity: int
    fits: Callable[..., bool]
    code: CodeType

    def __repr__(self) -> str:
        return f"Call({self.text!r})"


def _compatible(*shapes: Shape) -> bool:
    for lengths in zip(*[(1,) * (4 - len(s)) + s for s in shapes], strict=True):
        if len({n for n in lengths if n != 1}) > 1:
            return False
    return True


def _any(*shapes: Shape) -> bool:
    return True


def _at_least(ndim: int) -> Callable[..., bool]:
    return lambda *shapes: all(len(s) >= ndim for s in shapes)


def _vectors(*shapes: Shape) -> bool:
    return all(len(s) == 1 and s[0] for s in shapes)


def _square(*shapes: Shape) -> bool:
    return len(shapes[0]) >= 2 and shapes[0][-1] == shapes[0][-2] and 0 not in shapes[0]


def _matmul(a: Shape, b: Shape) -> bool:
    fit = len(a) >= 1 and len(b) >= 1 and a[-1] == b[max(len(b) - 2, 0)]
    return fit and (len(a) < 3 or len(b) < 3 or _compatible(a[:-2], b[:-2]))


def _system(a: Shape, b: Shape) -> bool:
    return _square(a) and len(a) == 2 and len(b) in (1, 2) and b[0] == a[-1]


def _filled(*shapes: Shape) -> bool:
    return all(0 not in s for s in shapes)


def _filled_vector(*shapes: Shape) -> bool:
    return len(shapes[0]) >= 1 and _filled(*shapes)


def _joined(a: Shape, b: Shape) -> bool:
    return len(a) == len(b) >= 1 and a[1:] == b[1:]


def _alike(a: Shape, b: Shape) -> bool:
    return a == b


def _matrix_and_vector(a: Shape, b: Shape) -> bool:
    return len(a) == 2 and len(b) == 1 and a[1] == b[0]


def _calls(fits: Callable[..., bool], *texts: str) -> list[ExampleCall]:
    found = []
    for text in texts:
        code = compile(text, "<program>", "eval")
        arity = sum(name in code.co_names for name in "abc")
        found.append(ExampleCall(text, arity, fits, code))
    return found


#: Calls that work entry by entry, on numbers as well as arrays; the simplest first, which is what programs shrink to.
ELEMENTWISE = [
    *_calls(
        _any,
        "a * 2.0", "-a", "+a", "a + 1.0", "3.0 - a", "a / 2.0", "1.5 / (a * a + 1.0)", "a ** 2", "a ** 3", "2.0 ** a",
        "(a * a + 0.5) ** 1.5", "abs(a)", "sign(a) * a", "square(a)", "reciprocal(a * a + 1.0)", "sin(a)", "cos(a)",
        "tan(0.5 * tanh(a))",
        "arcsin(0.9 * tanh(a))", "arccos(0.9 * tanh(a))", "arctan(a)", "sinh(tanh(a))", "cosh(tanh(a))", "tanh(a)", "sech(a)",
        "arcsinh(a)",
        "arccosh(a * a + 1.5)", "arctanh(0.9 * tanh(a))", "exp(tanh(a))", "exp2(tanh(a))", "expm1(tanh(a))", "log(a * a + 0.5)",
        "log2(a * a + 0.5)", "log10(a * a + 0.5)", "log1p(0.9 * tanh(a))", "sqrt(a * a + 0.5)",
        "cbrt(a * a + 0.5)", "sigmoid(a)", "logit(0.8 * sigmoid(a) + 0.1)",
        "relu(a)", "leaky_relu(a, slope=0.1)", "relu6(a)", "elu(a, alpha=0.7)", "selu(a)", "celu(a, alpha=0.7)", "gelu(a)",
        "gelu(a, approximate='tanh')", "silu(a)", "mish(a)", "softplus(a)", "softsign(a)", "log_sigmoid(a)",
        "hardtanh(a, -1.0, 1.0)", "hardsigmoid(2.0 * a)",
        "hardswish(a)", "clip(a, -1.0, 1.5)", "floor(a) + a", "ceil(a) * a", "trunc(a) + a", "round(a) * a",
        "erf(a)", "erfc(a)", "gammaln(a * a + 0.5)", "digamma(a * a + 0.5)", "polygamma(a * a + 1.0, n=1)", "sinc(a)",
        "sinc_derivative(a, n=1)",
        "reciprocal(-a * a - 1.0)", "cbrt(-a * a - 0.5)", "gammaln(-0.25 - 0.5 * sigmoid(a))",
        "digamma(-0.25 - 0.5 * sigmoid(a))", "polygamma(-0.25 - 0.5 * sigmoid(a), n=1)",
    ),
    *_calls(
        _compatible,
        "a + b", "a - b", "a * b", "a / (b * b + 1.0)", "(a * a + 1.0) ** b", "power(a * a + 0.5, tanh(b))", "maximum(a, b)",
        "minimum(a, b)", "fmax(a, b)", "fmin(a, b)", "hypot(a, b * b + 1.0)", "arctan2(a, b * b + 1.0)", "logaddexp(a, b)",
        "xlogy(a, b * b + 1.0)", "remainder(3.0 * a, b * b + 0.8)", "fmod(3.0 * a, b * b + 0.8)", "where(a > b, a, b * 2.0)",
        "a * floor_divide(b, 0.7)",
    ),
    *_calls(_compatible, "where(a > 0.0, b, c)", "clip(a, tanh(b) - 2.0, tanh(c))"),
]  # fmt: skip

#: Calls that look at whole arrays.
ARRAYS = [
    *_calls(
        _any,
        "sum(a)", "mean(a * 1.0) if size(a) else sum(a)", "sum(a, axis=())", "reshape(a, -1)", "ravel(a)", "transpose(a)",
        "expand_dims(a, 0)",
        "broadcast_to(a, (2, *shape(a)))", "sum_to(broadcast_to(a, (2, *shape(a))), shape(a))",
        "put(reshape(a, -1), slice(0, size(a)), size(a) + 2)",
        "astype(a, dtype(a))",
    ),
    *_calls(_alike, "stack([a, b], axis=0)", "einsum('...,...->...', a, b)"),
    *_calls(
        _at_least(1),
        "sum(a, axis=-1)", "sum(a, axis=0, keepdims=True)", "cumsum(a, axis=-1)", "cumprod(a, axis=0)", "prod(a, axis=-1)",
        "prod(a, axis=0, keepdims=True)",
        "flip(a, axis=-1)", "roll(a, 1, axis=0)", "roll(a, (1, -1), axis=(0, -1))", "a[1:]", "a[..., None]", "a[:0]",
        "a[:, None]", "repeat(a, 2, axis=0)",
        "tile(a, 2)", "softmax(a, axis=-1)", "deviations(a, axis=-1) if shape(a)[-1] else a", "pad(a, 1)",
    ),
    *_calls(
        _filled_vector,
        "mean(a, axis=-1)", "mean(a, axis=0, keepdims=True)", "max(a, axis=-1)", "min(a, axis=0, keepdims=True)", "max(a)",
        "min(a)", "sort(a, axis=-1)",
        "logsumexp(a, axis=-1)", "logsumexp(a)", "log_softmax(a, axis=0)", "log_softmax(a, axis=-1)",
        "softmax(a, axis=0)", "a[0]", "a[-1]",
        "a[[0, 0, -1]]", "take(a, [0, 0], axis=-1)",
        "euclidean_norm(a * a + 0.5, axis=-1)", "norm(a * a + 0.5)", "var(a)", "std(a * arange(a))",
        "permute(a, argsort(a, axis=0), 0)", "permute(a, argsort(a, axis=-1), -1)",
        "euclidean_norm(-a * a - 0.5, axis=-1)",
        "split(a, [1])[0]", "einsum('i...->...', a)", "diag(a) if ndim(a) < 3 else a",
    ),
    *_calls(
        _at_least(2),
        "a.mT", "swapaxes(a, 0, -1)", "moveaxis(a, 0, -1)", "sum(a, axis=(0, -1))",
        "transpose(a, (1, 0)) if ndim(a) == 2 else a", "a[:, 0:1]", "tril(a)", "triu(a, 1)",
        "trace(a)", "diagonal(a)", "squeeze(a[:, :1], axis=1)", "mean(a, axis=(0, 1)) if size(a) else a",
        "einsum('ij...->ji...', a)",
    ),
    *_calls(_matmul, "matmul(a, b)", "a @ b"),
    *_calls(_matrix_and_vector, "einsum('ij,j->i', a, b)"),
    *_calls(_joined, "concatenate([a, b], axis=0)"),
    *_calls(
        _vectors,
        "outer(a, b)", "convolve(a, b)", "convolve(a, b, 'same')", "convolve(a, b, 'valid')",
        "einsum('i,j->ij', a, b)",
    ),
    *_calls(_any, "tensordot(a, b, 0) if ndim(a) + ndim(b) < 4 else sum(a) * sum(b)"),
    *_calls(
        _square,
        "inv(tanh(a) - 4.0 * eye(a))", "det(a)", "cofactors(tanh(a) + 4.0 * eye(a))", "logabsdet(tanh(a) - 4.0 * eye(a))",
        "cholesky(a @ a.mT + 2.0 * eye(a))",
    ),
    *_calls(_system, "solve(tanh(a) - 4.0 * eye(a), b)"),
]  # fmt: skip
