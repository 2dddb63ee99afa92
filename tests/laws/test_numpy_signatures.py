"""Every parameter of every supported NumPy function, by position and by name: NumPy's value, or an error that names it."""

import inspect

import numpy as np
import pytest

from autograd import Tensor, grad
from autograd import sum as total
from autograd.engine import numpy_functions

X = np.array([[1.5, 2.0, 0.5], [4.0, 3.0, 1.0]])
V = np.array([1.0, -2.5, 4.125])
SQUARE = np.array([[4.0, 1.0], [1.0, 3.0]])
HOLES = np.array([[np.nan, 2.0, 0.5], [4.0, np.nan, 1.0]])
MASK = np.array([[True, False, True], [True, True, False]])

#: Required arguments of each function; functions of one array get X.
REQUIRED = {
    "convolve": (V, V[:2]), "dot": (X, V), "inner": (X, V), "outer": (V, V), "tensordot": (X, X), "where": (MASK, X, 2.0 * X),
    "einsum": ("ij,kj->ik", X, X), "repeat": (X, 2), "take": (X, [0, 2]), "take_along_axis": (X, X.argsort(1)),
    "concatenate": ([X, X],), "split": (X, [1]), "stack": ([X, X],), "expand_dims": (X, 1), "moveaxis": (X, 0, 1),
    "swapaxes": (X, 0, 1), "tile": (X, 2), "astype": (X, np.float32), "broadcast_to": (X, (2, 2, 3)), "reshape": (X, (3, -1)),
    "roll": (X, 1), "pad": (X, 1), "cholesky": (SQUARE,), "det": (SQUARE,), "inv": (SQUARE,), "slogdet": (SQUARE,),
    "solve": (SQUARE, SQUARE[0]), "clip": (X, 1.2, 3.5), "full_like": (X, 2.0), "squeeze": (X[:1],),
    "trace": (X,), "linspace": (V, 2.0 * V + 1.0), "append": (X, V), "array_split": (X, 2), "block": ([[X, X], [X, X]],),
    "column_stack": ([V, V],), "cross": (X, V), "dstack": ([X, X],), "hstack": ([X, X],), "vstack": ([X, V],), "kron": (X, X),
    "select": ([X > 2.0, X < 1.2], [X, 2.0 * X]), "vdot": (X, X), "interp": (X, [0.0, 1.0, 3.5], [1.0, 3.0, -2.0]),
    "lstsq": (X.T, V), "matrix_power": (SQUARE, 3), "multi_dot": ([X, X.T, SQUARE],), "qr": (X.T,),
    **dict.fromkeys(("cond", "eigh", "eigvalsh", "pinv", "svd"), (SQUARE,)),
    "percentile": (X, 30.0), "quantile": (X, [0.2, 0.7]), "average": (X,), "meshgrid": (V, 2.0 * V),
    **dict.fromkeys(("nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar", "nan_to_num"), (HOLES,)),
}  # fmt: skip

#: Values of each optional parameter other than NumPy's default, and those of single functions.
OTHERS = {
    "axis": [0, -1, 1, None, (0,), (1, 0)], "dtype": [np.float32, "float64", np.float16, int], "out": [np.zeros_like(X)],
    "keepdims": [True, False], "initial": [0.25], "where": [MASK, True], "ddof": [1], "correction": [1.0], "mean": [0.5],
    "decimals": [1, -1], "order": ["F", "A", "K"], "copy": [True, False], "subok": [True], "casting": ["unsafe"],
    "mode": ["wrap", "clip", "same", "valid", "edge", "reflect"], "kind": ["stable"], "stable": [True], "k": [1, -1],
    "descending": [True], "offset": [1], "axis1": [1], "axis2": [0], "axes": [1, (1, 0), ([0], [0])],
    "optimize": [True, False, "greedy", ["einsum_path", (0, 1)]],
    "ord": [1, 2, np.inf, "fro", "nuc", 0, 3, 0.5, -1, -2, -np.inf, np.int64(2), "bad"],
    "upper": [True], "a_min": [0.75], "a_max": [2.5], "min": [0.75], "max": [2.5],
    "shape": [(3, 2), (-1,), 6], "device": ["cpu"], "x": [X], "y": [X], "num": [3, 1], "endpoint": [False],
    "retstep": [True], "n": [2, 0], "prepend": [0.5, X], "append": [0.5, X], "edge_order": [2], "weights": [2.0 * X, V],
    "returned": [True], "overwrite_input": [True], "left": [-1.0], "right": [7.0], "period": [2.5], "dx": [0.5],
    "sparse": [True], "indexing": ["ij"], "nan": [3.0], "posinf": [3.0], "neginf": [3.0], "default": [0.5], "rowvar": [False],
    "bias": [True], "fweights": [[2, 1, 3]], "aweights": [[2.0, 1.0, 3.0]], "axisa": [1, 0], "axisb": [0], "axisc": [0, 1],
    "UPLO": ["U", "l", "X"], "full_matrices": [False], "compute_uv": [False], "hermitian": [True], "rcond": [0.5, None],
    "rtol": [0.5, None], "p": [1, 2, -2, np.inf, "fro", "nuc"],
    "method": ["lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased", "inverted_cdf"],
}  # fmt: skip
#: Parameters behind **kwargs.
HIDDEN = {"pad": {"constant_values": [2.0, (1.0, 2.0)], "end_values": [1.0]}, "einsum": {"dtype": [np.float32], "order": ["F"]}}
HIDDEN["qr"] = {"mode": ["r", "complete", "raw"]}
HIDDEN["clip"] = {"dtype": [np.float32], "where": [MASK]}
KINDS = inspect.Parameter


def parameters_of(function):
    """Parameters of a NumPy function; none for one written in C before NumPy 2.4."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return {}


def cases():
    for function in numpy_functions._OURS:
        args = REQUIRED.get(function.__name__, (X,))
        parameters = list(parameters_of(function).values())
        hidden = HIDDEN.get(function.__name__, {})
        for p in [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]:
            yield pytest.param(function, args, parameters, p.name, id=f"{function.__name__}-{p.name}")
        for name in hidden:
            yield pytest.param(function, args, parameters, name, id=f"{function.__name__}-{name}")


def calls(args, parameters, name, value):
    """(positional, keyword) arguments of the calls with this value: by keyword, and by position where NumPy allows it."""
    if not any(p.name == name for p in parameters):
        yield args, {name: value}
        return
    place = next(i for i, p in enumerate(parameters) if p.name == name)
    parameter = parameters[place]
    before = parameters[:place]
    if parameter.kind != parameter.POSITIONAL_ONLY and (place >= len(args) or parameters[0].kind == parameter.VAR_POSITIONAL):
        yield args, {name: value}
    elif parameter.kind != parameter.POSITIONAL_ONLY:
        named = parameters[place : len(args)]
        yield args[:place], {p.name: value if p.name == name else x for p, x in zip(named, args[place:], strict=True)}
    if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
        filled = [args[i] if i < len(args) else p.default for i, p in enumerate(before)]
        yield (*filled, value, *args[place + 1 :]), {}


def to_tensors(x):
    if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.ndim:
        return Tensor(x, requires_grad=True)
    return [to_tensors(part) for part in x] if isinstance(x, list) and isinstance(x[0], np.ndarray) else x


def outcome(function, args, kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error


def parts(y):
    return list(y) if isinstance(y, tuple | list) else [y]


@pytest.mark.parametrize(("function", "args", "parameters", "name"), list(cases()))
def test_a_parameter_has_numpys_value_or_is_refused_by_name(function, args, parameters, name):
    others = HIDDEN.get(function.__name__, {}).get(name) or OTHERS.get(name, [])
    place = next((i for i, p in enumerate(parameters) if p.name == name), None)
    default = KINDS.empty if place is None else parameters[place].default
    required = place is not None and place < len(args)
    assert others or required, f"OTHERS must have values of {name}"
    defaults = [args[place]] if required else [] if place is None else [default]
    for value in [*defaults, *others]:
        for positional, named in calls(args, parameters, name, value):
            want = outcome(function, positional, named)
            got = outcome(function, [to_tensors(x) for x in positional], {k: to_tensors(x) for k, x in named.items()})
            what = f"{function.__name__}(*{positional}, **{named})"
            if isinstance(got, Exception):
                assert isinstance(got, TypeError | ValueError | IndexError), f"{what}: {got!r}"
                if not isinstance(want, Exception):
                    assert value is not default, f"{what}: {got!r}"
                    assert f"without {name!r}: " in str(got) or f"{name} must be" in str(got), f"{what}: {got!r}"
                continue
            assert not isinstance(want, Exception), f"{what} is refused by NumPy: {want!r}, got {got!r}"
            for y, plain in zip(parts(got), parts(want), strict=True):
                data = y.numpy() if isinstance(y, Tensor) else y
                tolerance = 2e-3 if data.dtype == np.float16 else 1e-5 if data.dtype == np.float32 else 1e-13
                assert (data.shape, data.dtype) == (np.shape(plain), np.asarray(plain).dtype), what
                np.testing.assert_allclose(data, plain, rtol=tolerance, atol=1e-16, err_msg=what)


def with_axis():
    return [f for f in numpy_functions._OURS if "axis" in parameters_of(f) and f.__name__ not in ("stack", "norm")]


@pytest.mark.parametrize("function", with_axis(), ids=lambda f: f.__name__)
def test_a_number_has_the_axes_that_numpy_accepts(function):
    number = np.array(3.0)
    rest = {"expand_dims": (), "take": ([0],), "repeat": (2,), "roll": (1,), "split": (1,), "take_along_axis": (np.array(0),)}
    args = rest.get(function.__name__, ())
    for axis in (0, -1, 1, (0,), (), None, 0.0):
        want = outcome(function, (number, *args), {"axis": axis})
        got = outcome(function, (Tensor(number, requires_grad=True), *args), {"axis": axis})
        assert isinstance(got, Exception) == isinstance(want, Exception), f"axis {axis!r}: {got!r}, not {want!r}"
        if isinstance(want, Exception):
            continue
        for y, plain in zip(parts(got), parts(want), strict=True):
            np.testing.assert_array_equal(y.detach().numpy(), plain)


#: Methods of an array, with the NumPy function of the same signature behind its array.
METHODS = {
    "sum": (), "mean": (), "max": (), "min": (), "prod": (), "var": (), "std": (), "cumsum": (), "cumprod": (), "trace": (),
    "clip": (1.2, 3.5), "round": (), "dot": (V,), "diagonal": (), "take": ([0, 1],), "repeat": (2,), "ravel": (), "squeeze": (),
    "swapaxes": (0, 1), "argmax": (), "argmin": (),
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_have_the_signatures_of_those_of_arrays(name):
    args, function = METHODS[name], getattr(np, name)
    parameters = [p for p in parameters_of(function).values() if p.kind == p.POSITIONAL_OR_KEYWORD][1:]
    for p in [p for p in parameters if p.name in OTHERS and p.name not in ("a_min", "a_max", "out", "where")]:
        place = parameters.index(p)
        filled = [args[i] if i < len(args) else q.default for i, q in enumerate(parameters[:place])]
        filled = [{"keepdims": False}.get(q.name) if x is np._NoValue else x for x, q in zip(filled, parameters, strict=False)]
        for value in OTHERS[p.name]:
            forms = [((*filled, value), {})] + ([(args, {p.name: value})] if place >= len(args) else [])
            for positional, named in forms:
                want = outcome(getattr(X, name), positional, named)
                got = outcome(getattr(Tensor(X, requires_grad=True), name), positional, named)
                what = f"{name}(*{positional}, **{named})"
                if isinstance(got, Exception):
                    named_in_error = f"without {p.name!r}: " in str(got) or f"{p.name} must be" in str(got)
                    assert isinstance(want, Exception) or named_in_error, f"{what}: {got!r}"
                    continue
                assert not isinstance(want, Exception), f"{what}: {want!r}"
                data = got.numpy() if isinstance(got, Tensor) else got
                np.testing.assert_allclose(data, want, rtol=2e-3 if data.dtype == np.float16 else 1e-5, err_msg=what)
                assert (np.shape(data), np.asarray(data).dtype) == (np.shape(want), np.asarray(want).dtype), what


def test_reshape_of_a_tensor_takes_one_shape_in_any_form():
    t = Tensor(X, requires_grad=True)
    for y in (t.reshape(3, 2), t.reshape((3, 2)), t.reshape(shape=(3, 2)), t.reshape([3, -1], order="C")):
        np.testing.assert_array_equal(y.numpy(), X.reshape(3, 2))
    np.testing.assert_array_equal(t.reshape(3, -1, order="F").numpy(), X.reshape(3, 2, order="F"))
    np.testing.assert_array_equal(t.flatten("F").numpy(), X.flatten("F"))
    with pytest.raises(TypeError, match="'order'"):
        t.reshape(3, 2, order="A")
    with pytest.raises(ValueError, match=r"\(0, 5\).*\(0, -1\)"):
        Tensor(np.zeros((0, 5))).reshape(0, -1)
    with pytest.raises(TypeError, match=r"got both|multiple values"):  # the latter before NumPy 2.1
        np.clip(t, 0.0, 1.0, min=0.5)
    with pytest.raises(TypeError, match="cannot be cast to float32 with casting='safe'"):
        t.astype(np.float32, casting="safe")


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "std", "var", "cumsum", "cumprod"])
def test_a_dtype_keeps_the_gradient(name):
    f = getattr(np, name)
    found = grad(lambda t: total(f(t, 0, np.float32) * 1.0))(X)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, grad(lambda t: total(f(t, 0)))(X), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        grad(lambda t: total(np.square(f(t, 0, np.float64))))(X), grad(lambda t: total(np.square(f(t, 0))))(X)
    )
