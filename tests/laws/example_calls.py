"""Cases of the laws: ops by kind, with parameters and example calls of the catalogue."""

from autograd import OPS
from autograd.testing.call_catalogue import ARRAYS, PARAMETERS, Example

TABLE = [op for op in OPS.values() if op.forward.__module__.startswith("autograd.ops.rules")]
COMPARISONS = [op for op in TABLE if op.forward.__module__.endswith("comparisons")]  # laws: test_comparisons.py
DISCRETE = [OPS["all"], OPS["any"], OPS["argmax"], OPS["argmin"], OPS["argsort"], OPS["signdet"]]
TABLE.remove(OPS["lower"])  # its result is a number; the examples of `lift` call it
ELEMENTWISE = [op for op in TABLE if op.kind == "elementwise" and op not in COMPARISONS]
OTHERS = [op for op in TABLE if op.kind != "elementwise" and op not in DISCRETE]


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
