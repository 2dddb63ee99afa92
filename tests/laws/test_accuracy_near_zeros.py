"""Second derivatives are accurate next to their zeros: relative error 1e-12, down to 1e-300 from a zero at 0."""

import math

import numpy as np
import pytest

from autograd import Value
from tests.laws import exact
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id
from tests.laws.test_second_derivatives import derivatives

TOLERANCE = 1e-12

#: Where zeros are searched, one argument at a time; the others are fixed.
CANDIDATES = [0.0, 0.5, -0.5, 1.0, -1.0, 2.0]
FIXED = [1.0, 0.5]

#: Distances from a zero; the derivative is linear as far as LINEAR.
LINEAR = 1e-15
DISTANCES = [1e-300, 1e-150, 1e-40, 1e-18, 1e-9, 1e-5, 1e-2]


def second(op, xs, params, i, j):
    """∂²/∂xᵢ∂xⱼ by two recorded sweeps."""
    variables = [Value(x) for x in xs]
    first = derivatives(op(*variables, **params), variables)[i]
    return derivatives(first, variables)[j].data


def zeros_of_second_derivatives(op, params):
    """(arguments, k, i, j, slope): ∂²/∂xᵢ∂xⱼ is 0 at the arguments and has this slope along xₖ."""
    for k in range(op.arity):
        for z in CANDIDATES:
            for other in FIXED if op.arity > 1 else [None]:
                xs = tuple(z if m == k else other for m in range(op.arity))
                if not op.smooth_on.contains(*xs) and not (op.arity > 1 and z == 0.0 and math.isfinite(op(*xs, **params))):
                    continue
                for i in range(op.arity):
                    for j in range(i + 1):
                        found = slope_at_zero(op, xs, params, k, i, j)
                        if found:
                            yield xs, k, i, j, found


def slope_at_zero(op, xs, params, k, i, j):
    try:
        if exact.partial(op, xs, params, exact.unit(op.arity, i, j)):
            return 0
        return exact.partial(op, xs, params, exact.unit(op.arity, i, j, k))
    except (ArithmeticError, TypeError, ValueError):  # no derivative there
        return 0


def neighbours(z):
    """(x, x − z) next to z, on both sides."""
    for d in DISTANCES:
        for x in (z + d, z - d):
            if x != z:
                yield x, x - z
    if z:
        for x in (math.nextafter(z, 9.0), math.nextafter(z, -9.0)):
            yield x, x - z


@pytest.mark.parametrize("case", [c for c in ELEMENTWISE_CASES if all(c[0].pullbacks)], ids=case_id)
def test_second_derivative_next_to_its_zero(case):
    op, params = case
    for xs, k, i, j, slope in zeros_of_second_derivatives(op, params):
        for x, distance in neighbours(xs[k]):
            near = (*xs[:k], x, *xs[k + 1 :])
            order = exact.unit(op.arity, i, j)
            want = slope * distance if abs(distance) <= LINEAR else exact.partial(op, near, params, order)
            got = second(op, near, params, i, j)
            assert np.isfinite(got), f"∂²{op.name}{near} = {got!r}"
            # Where several arguments cancel, the derivative must be exact for arguments within a few ulps.
            slack = exact.few_ulps(op, near, params, i, j) if op.arity > 1 and xs[k] else 0
            assert abs(got - want) <= TOLERANCE * abs(want) + slack + 1e-315, (
                f"∂²{op.name}{near}/∂x{i}∂x{j} = {got!r}, not {exact.show(want)}"
            )
