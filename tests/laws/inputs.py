"""Inputs of the laws: floats and arrays from the domain of an op, and special numbers."""

import math
from functools import cache

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

NAN, INF = math.nan, math.inf

#: Zeros, infinities, NaN, the ends of the range of floats, and where exponentials over- and underflow.
SPECIAL = [0.0, -0.0, INF, -INF, NAN, 5e-324, -5e-324, 1e-308, 1e-20, -1e-20, 1e-8, 0.5, 1.0, -1.0, 2.0, -2.0, 3.0, 20.1]
SPECIAL += [-37.5, 710.0, -745.2, 1000.0, -1000.0, 1e18, -1e18, 1e200, -1e200, 1.7e308, -1.7e308]
FEW = [0.0, -0.0, INF, -INF, NAN, 1e-20, 1.0, -2.0, 1e200]

#: Range of inputs: usual, and large enough for every tail but without overflow of products.
NEAR, FAR, SMALL = 30.0, 1e40, 1e-40


def _within(interval, limit):
    low, high = (max(-limit, min(limit, end)) for end in interval)
    inner = math.nextafter(low, INF), math.nextafter(high, -INF)
    if inner[0] > inner[1]:
        return st.nothing()
    return st.floats(*inner, allow_subnormal=False).filter(lambda x: x == 0.0 or abs(x) > SMALL)


@cache
def numbers_in(openset):
    """Floats of an open set, most of them of a usual size."""
    near = [_within(interval, NEAR) for interval in openset.intervals]
    far = [_within(interval, FAR) for interval in openset.intervals]
    return st.one_of(st.one_of(near), st.one_of(near), st.one_of(far))


@cache
def points(domain, arity):
    """Argument tuples at which an op with this domain is smooth."""
    sets = domain.sets * arity if len(domain.sets) == 1 else domain.sets
    return st.tuples(*map(numbers_in, sets)).filter(lambda xs: domain.contains(*xs))


def arrays_in(domain, shapes, rng):
    """Arrays of these shapes whose entries, one from each, are points of the domain."""
    sets = domain.sets * len(shapes) if len(domain.sets) == 1 else domain.sets
    return [_array_in(openset, shape, rng) for openset, shape in zip(sets, shapes, strict=True)]


def _array_in(openset, shape, rng):
    inside = [(max(low, -3.0), min(high, 3.0)) for low, high in openset.intervals]
    inside = [interval for interval in inside if interval[0] < interval[1]]
    which = rng.integers(len(inside), size=shape)
    low, high = np.array(inside).T
    return low[which] + (high - low)[which] * rng.uniform(0.05, 0.95, shape)


#: For laws that hold for one kind of reason at all numbers: fewer examples an op, and still many over the table.
few = settings(max_examples=max(4, settings.default.max_examples // 4))

seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@cache
def moderate_points(domain, arity):
    """The same without the tails, where second derivatives over- and underflow."""
    sets = domain.sets * arity if len(domain.sets) == 1 else domain.sets
    near = [st.one_of([_within(interval, NEAR) for interval in openset.intervals]) for openset in sets]
    return st.tuples(*near).filter(lambda xs: domain.contains(*xs) and all(x == 0.0 or abs(x) > 1e-6 for x in xs))
