"""Marks for layers written in NumPy: each gradient is compared with a measured one, and the mistake is named.

python marker.py FILE …    mark the classes Linear, Tanh, Softmax and CrossEntropy of modules or notebooks

Each class has the methods `forward` and `backward`, with the arguments that notebook 6 shows. The notebooks import this file from
their own folder: give it to the students together with the blank notebooks.
"""

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import GradientError, check_gradients

Arrays = dict[str, np.ndarray]
MISSING = "replace the ..."


class InPlaceError(Exception):
    """Raised if backward writes to an array that forward returned."""


def check(name: str, found: Any, right: Any, hint: str = "") -> None:
    """Print whether an answer of an exercise is right, up to rounding."""
    if found is None or (isinstance(found, list) and None in found):
        print(f"{name}: missing, {MISSING}")
    elif np.shape(found) == np.shape(right) and np.allclose(found, right, rtol=1e-6):
        print(f"{name}: right")
    else:
        print(f"{name}: not yet, got {found}. {hint}".rstrip())


def check_gradient(name: str, f: Callable[..., Any], gradient: Callable[..., Any], x: Any) -> None:
    """Print whether a derivative written by hand is that of f at x, and the mistake if it is not."""
    missing = gradient(x) is None
    cause = "" if missing else gradient_mistake(f, gradient, x)
    print(f"{name}: {f'missing, {MISSING}' if missing else f'not yet, {cause}' if cause else 'right'}")


def gradient_mistake(f: Callable[..., Any], gradient: Callable[..., Any], x: Any) -> str:
    """The mistake of `gradient` as the derivative of f at x; empty if there is none."""
    try:
        check_gradients(f, x, gradient=gradient, shrink=False)
    except GradientError as error:
        return error.cause or str(error)
    except ValueError as error:
        return str(error)
    return ""


def mark(name: str, layer: type | None) -> str:
    """The first mistake of a student's class; empty if all is right."""
    if layer is None:
        return f"the class {name} is missing"
    for rows, inputs, outputs in ((5, 3, 4), (2, 4, 3)):  # a second size: a solution must not contain the first
        rng = np.random.default_rng(rows)
        shape = (rows, outputs if name == "Linear" else inputs)
        arrays = {"x": rng.uniform(0.2, 1.0, (rows, inputs))}
        if name == "Linear":
            arrays |= {"w": rng.normal(size=(inputs, outputs)), "b": rng.normal(size=outputs)}
        cause = _mistake(name, layer, arrays, np.ones(()) if name == "CrossEntropy" else rng.normal(size=shape))
        if cause:
            return cause
    return ""


def _mistake(name: str, layer: type, arrays: Arrays, g: np.ndarray) -> str:
    before = {key: array.copy() for key, array in (arrays | {"g": g}).items()}
    shapes = ", ".join(f"{key} {array.shape}" for key, array in before.items())
    try:
        y, first, second = _run(name, layer, arrays, g)
    except InPlaceError as error:
        return str(error)
    except Exception as error:
        cure = {
            ValueError: f" (shapes: {shapes}); is a transpose or an axis missing?",
            TypeError: "; take the arguments of notebook 6",
        }
        return f"{type(error).__name__}: {error}{cure.get(type(error), '')}"
    for key, array in (arrays | {"g": g}).items():
        if not np.array_equal(array, before[key]):
            return f"{key} is changed in place: compute a new array"
    if y is None or any(gradient is None for gradient in first.values()):
        return f"{'forward' if y is None else 'backward'} returns None: {MISSING}"
    return (
        _forward_mistake(name, layer, y, arrays)
        or _shape_mistake(first, arrays)
        or next((cause for key in arrays if (cause := _value_mistake(name, layer, arrays, g, key))), "")
        or _repeat_mistake(first, second)
    )


def _run(name: str, layer: Any, arrays: Arrays, g: np.ndarray) -> tuple[Any, Arrays, Arrays]:
    """The output, and the gradients after one and after two passes forward and backward."""
    made = layer(arrays["w"], arrays["b"]) if name == "Linear" else layer()
    labels = (_labels(arrays["x"]),) if name == "CrossEntropy" else ()
    found = []
    for _ in range(2):
        y = made.forward(arrays["x"], *labels)
        kept = None if y is None else np.array(y)
        gradients = {"x": made.backward(*(() if labels else (g,)))}
        if y is not None and not np.array_equal(y, kept, equal_nan=True):
            raise InPlaceError("backward changes in place the output of forward: compute a new array")
        if name == "Linear":
            gradients |= {"w": made.dw, "b": made.db}
        found.append({key: None if array is None else np.array(array) for key, array in gradients.items()})
    return kept, found[0], found[1]


def _labels(x: np.ndarray) -> np.ndarray:
    return np.arange(len(x)) % x.shape[1]


def _chosen(x: np.ndarray) -> np.ndarray:
    """One-hot labels."""
    return np.eye(x.shape[1])[_labels(x)]


OUTPUTS: dict[str, Callable[..., Any]] = {
    "Linear": lambda x, w, b: x @ w + b,
    "Tanh": np.tanh,
    "Softmax": ag.softmax,
    "CrossEntropy": lambda x: -(_chosen(x) * np.log(x)).sum() / len(x),
}

#: Outputs and gradients of common mistakes, by layer and variable: a wrong array is compared with each.
MISTAKES: dict[tuple[str, str], dict[str, Callable[..., Any]]] = {
    ("Linear", "y"): {"b is missing": lambda x, w, b: x @ w, "b has the wrong sign": lambda x, w, b: x @ w - b},
    ("Softmax", "y"): {
        "the sum is over the wrong axis: the probabilities of a row must sum to 1": lambda x: ag.softmax(x, axis=0),
        "the sum is over all entries: the probabilities of a row must sum to 1": lambda x: np.exp(x) / np.exp(x).sum(),
        "the exponentials are not divided by their sum": np.exp,
    },
    ("CrossEntropy", "y"): {
        "1/n is missing: divide by the number of examples": lambda x: -(_chosen(x) * np.log(x)).sum(),
        "the sign is wrong: the loss is -log p": lambda x: (_chosen(x) * np.log(x)).sum() / len(x),
        "the mean is over all classes: use the probability of the label only": lambda x: -np.log(x).mean(),
    },
    ("Linear", "b"): {"g is summed over all axes: sum over axis 0 only": lambda g, x, w, b: np.full(b.shape, g.sum())},
    ("Linear", "x"): {"w is not used": lambda g, x, w, b: np.broadcast_to(g.sum(axis=1, keepdims=True), x.shape)},
    ("Tanh", "x"): {
        "1 - x² in place of 1 - tanh(x)²": lambda g, x: g * (1 - x**2),
        "the sign of tanh² is wrong: 1 - tanh(x)²": lambda g, x: g * (1 + np.tanh(x) ** 2),
        "the square of tanh is missing": lambda g, x: g * (1 - np.tanh(x)),
        "g is missing: the chain rule multiplies by it": lambda g, x: 1 - np.tanh(x) ** 2,
    },
    ("Softmax", "x"): {
        "only the diagonal of the Jacobian: each score changes every probability": lambda g, x: (
            g * ag.softmax(x) * (1 - ag.softmax(x))
        ),
        "the sum of g p is over all rows: it needs axis=1, keepdims=True": lambda g, x: (
            ag.softmax(x) * (g - (g * ag.softmax(x)).sum())
        ),
        "the sign of the sum of g p is wrong": lambda g, x: (
            ag.softmax(x) * (g + (g * ag.softmax(x)).sum(axis=1, keepdims=True))
        ),
        "p before the bracket is missing": lambda g, x: g - (g * ag.softmax(x)).sum(axis=1, keepdims=True),
    },
    ("CrossEntropy", "x"): {
        "p - t is the gradient with respect to the scores: here it is with respect to p": lambda g, x: (
            (x - _chosen(x)) / len(x)
        ),
        "only the probability of the label counts: the gradient of the others is 0": lambda g, x: -1 / (len(x) * x),
        "the division by p is missing": lambda g, x: -_chosen(x) / len(x),
    },
}


def _known(name: str, key: str, found: np.ndarray, *arguments: np.ndarray) -> str:
    """The common mistake that leads to this array; empty if none does."""
    for cause, wrong in MISTAKES.get((name, key), {}).items():
        if np.shape(found) == np.shape(wrong(*arguments)) and np.allclose(found, wrong(*arguments)):
            return cause
    return ""


def _forward_mistake(name: str, layer: type, y: np.ndarray, arrays: Arrays) -> str:
    right = OUTPUTS[name](*arrays.values())
    if y.shape != np.shape(right):
        return f"forward: the output has the shape {y.shape}, {np.shape(right)} is right"
    if np.allclose(y, right):
        return _overflow(name, layer)
    got, expected = y.flat[0], np.ravel(right)[0]
    factor = f"the output is {got / expected:.4g} × what it should be" if np.allclose(y * expected, got * right) else ""
    known = _known(name, "y", y, *arrays.values())
    return "forward: " + (known or factor or f"got {got:.6g}, {expected:.6g} is right")


def _overflow(name: str, layer: type) -> str:
    with np.errstate(all="ignore"):
        finite = name != "Softmax" or np.isfinite(layer().forward(np.array([[1000.0, 999.0]]))).all()
    return "" if finite else "forward overflows for large scores: subtract the largest of a row"


def _shape_mistake(gradients: Arrays, arrays: Arrays) -> str:
    for key, gradient in gradients.items():
        shape = arrays[key].shape
        if gradient.shape != shape:
            cause = "is a sum over the wrong axis?"
            if np.squeeze(gradient).shape == shape:
                cause = "leave out keepdims=True"
            elif len(shape) > 1 and gradient.shape == shape[::-1]:
                cause = "it is transposed"
            return f"the gradient of {key} has the shape {gradient.shape}, {key} has {shape}: {cause}"
    return ""


def _value_mistake(name: str, layer: type, arrays: Arrays, g: np.ndarray, key: str) -> str:
    def output(value: np.ndarray) -> Any:
        return (g * _run(name, layer, arrays | {key: value}, g)[0]).sum()

    def claimed(value: np.ndarray) -> np.ndarray:
        return _run(name, layer, arrays | {key: value}, g)[1][key]

    cause = gradient_mistake(output, claimed, arrays[key])
    if not cause:
        return ""
    rows = len(arrays["x"])
    known = _known(name, key, claimed(arrays[key]), g, *arrays.values())
    note = f"; {rows} is the number of examples" if f"factor {rows} " in cause else ""
    return f"the gradient of {key}: {known or cause + note}"


def _repeat_mistake(first: Arrays, second: Arrays) -> str:
    """The mistake that shows only in a second pass."""
    if not np.allclose(first["x"], second["x"]):
        return "the gradient of x differs in a second pass: return it, do not add it up"
    for key in first.keys() - {"x"}:
        if not np.allclose(second[key], 2 * first[key]):
            return f"the gradient of {key} is replaced by each backward pass: add to it with +="
    return ""


def load(path: Path) -> dict[str, Any]:
    """The names that a module defines; of a notebook, the imports, functions and classes of the cells with a layer."""
    source = path.read_text(encoding="utf-8")
    names: dict[str, Any] = {"np": np}
    if path.suffix != ".ipynb":
        exec(compile(source, str(path), "exec"), names)
        return names
    cells = ["".join(cell["source"]) for cell in json.loads(source)["cells"] if cell["cell_type"] == "code"]
    tree = ast.parse("\n".join(cell for cell in cells if any(f"class {name}" in cell for name in OUTPUTS)))
    tree.body = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Import | ast.ImportFrom)]
    exec(compile(tree, str(path), "exec"), names)
    return names


def show_mark(name: str, layer: type | None) -> bool:
    """Print the mark of a layer and return whether it is right."""
    cause = mark(name, layer)
    print(f"{name:14}{f'not yet: {cause}' if cause else 'right'}")
    return not cause


def main() -> None:
    if not sys.argv[1:]:
        sys.exit("usage: python marker.py FILE …: pass modules or notebooks with the layers")
    right = []
    for path in map(Path, sys.argv[1:]):
        print(path)
        try:
            names = load(path)
        except Exception as error:  # the other files of a class must still be marked
            print(f"the file does not run: {type(error).__name__}: {error}")
            right.append(False)
            continue
        right += [show_mark(name, names.get(name)) for name in OUTPUTS]
    sys.exit(not all(right))


if __name__ == "__main__":
    main()
