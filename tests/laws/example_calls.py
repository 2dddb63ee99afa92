"""Cases of the laws: ops by kind, with parameters and example calls of the catalogue."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import OPS
from autograd.testing.call_catalogue import ARRAYS, ExampleCall, Shape

TABLE = [op for op in OPS.values() if op.forward.__module__.startswith("autograd.ops.rules")]
COMPARISONS = [op for op in TABLE if op.forward.__module__.endswith("comparisons")]  # laws: test_comparisons.py
DISCRETE = [OPS["all"], OPS["any"], OPS["argmax"], OPS["argmin"], OPS["argsort"], OPS["signdet"]]
TABLE.remove(OPS["lower"])  # its result is a number; the examples of `lift` call it
ELEMENTWISE = [op for op in TABLE if op.kind == "elementwise" and op not in COMPARISONS]
OTHERS = [op for op in TABLE if op.kind != "elementwise" and op not in DISCRETE]

#: Parameters of elementwise ops that are required, or that the laws test separately.
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "polygamma": [{"n": 1}, {"n": 2}],
    "gammainc": [{"a": 0.5}, {"a": 2.0}],  # with closed forms, because mpmath's function takes minutes at hard points
    "gammaincc": [{"a": 0.5}, {"a": 2.0}],
    "gamma_term": [{"p": 0.0, "k": 0.0}, {"p": 2.0, "k": -0.5}, {"p": 0.5, "k": 0.0}],
    "beta_term": [{"p": 0.0, "q": 0.0, "k": 0.0}, {"p": 2.0, "q": 1.0, "k": 0.5}, {"p": 0.5, "q": 0.0, "k": 0.0}],
    "betainc": [{"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 3.0}],
    "sinc_derivative": [{"n": 0}, {"n": 1}, {"n": 2}],
    "gelu": [{"approximate": "none"}, {"approximate": "tanh"}],
    "leaky_relu": [{"slope": 0.01}, {"slope": 0.25}],
    "elu": [{"alpha": 1.0}, {"alpha": 0.7}],
    "celu": [{"alpha": 1.0}, {"alpha": 0.7}],
    "hardtanh": [{"low": -1.0, "high": 1.0}],
    "round": [{"decimals": 0}],
    "divide_or_zero": [{"n": 1}, {"n": 2}],
    "power_derivative": [{"i": 1, "j": 0}, {"i": 0, "j": 1}, {"i": 2, "j": 1}],
    "interval_product": [{"low": -1.0, "high": 1.0}, {"low": 0.0, "high": 1.0}],
}


@dataclass(frozen=True)
class Example:
    """A call on arrays of given shapes."""

    call: ExampleCall
    shapes: tuple[Shape, ...]

    def arrays(self, rng: np.random.Generator) -> list[Any]:
        """Random arrays with distinct entries from -2 to 2, away from kinks at ties."""
        sizes = [math.prod(shape) for shape in self.shapes]
        spread = (rng.permutation(sum(sizes)) + rng.uniform(0.3, 0.7, sum(sizes))) / max(sum(sizes), 1)
        parts = np.split(4.0 * spread - 2.0, np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]


def rows_of(op):
    """Elementwise op with each of its parameters to test."""
    return [(op, params) for params in PARAMETERS.get(op.name, [{}])]


def case_id(case):
    """The id of a case in the test's name."""
    op, params = case
    return "-".join([op.name, *(f"{k}={v}" for k, v in params.items())])


#: All elementwise ops with parameters, for parametrised laws.
ELEMENTWISE_CASES = [case for op in ELEMENTWISE for case in rows_of(op)]


def examples(*kinds: str) -> list[tuple[str, int, Example]]:
    """(op, number, example) of every op of these kinds."""
    return [(op.name, i, e) for op in OTHERS if op.kind in kinds for i, e in enumerate(_examples_of(op.name))]


def _examples_of(name: str) -> list[Example]:
    return [Example(call, shapes) for call in ARRAYS.get(name, []) for shapes in call.shapes]


def example_id(case: tuple[str, int, Example]) -> str:
    return f"{case[0]}-{case[1]}"
