"""Derivatives up to the third order at zeros, ties, bounds and kinks of every elementwise op and every loss.

The judge is the formula in 50-digit arithmetic along rays (`tests/laws/rays.py`). Reverse over reverse, forward over reverse
and reverse over forward must agree with it, for Values and for Tensors.
"""

from itertools import product

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from tests.laws import exact, rays
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id
from tests.laws.inputs import INF
from tests.laws.rays import INFINITE

TOLERANCE = 1e-10

#: Coordinates of special points of ops of one, two and three inputs: zeros, units, saturated ends.
COORDINATES = {
    1: (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 40.0, -40.0, 800.0, -800.0, INF, -INF),
    2: (0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5),
    3: (0.0, 1.0, 2.0),
}


def special_points(op):
    """Tuples of special coordinates and of the ends of the intervals of the domain."""
    sets = op.smooth_on.sets * op.arity if len(op.smooth_on.sets) == 1 else op.smooth_on.sets
    ends = [{e for interval in s.intervals for e in interval if abs(e) < 10} for s in sets]
    few = (-0.5, 0.5, 1.0, 2.0) if op.name in SLOW else COORDINATES[op.arity] + ENDLESS.get(op.name, ())
    return list(product(*[[*few, *sorted(e - {*few})[:6]] for e in ends]))


#: Points of an op at which the judge decides nothing, with the reason.
OPEN = {
    "power_derivative": lambda a, b: a == 0,  # the limit for a → 0, not that along a = 0; `power` is judged there
    # 0 · ∞: not a number rather than 0
    **dict.fromkeys(("erf", "erfc", "arctan", "gammainc", "gammaincc", "gamma_term"), np.isinf),
}

#: Points where an op of two arguments jumps: each of its derivatives is judged, but none along both arguments.
JUMPS = {"power": (0.0, 0.0)}

#: Further coordinates of ops of two inputs that have limits at infinity.
ENDLESS = dict.fromkeys(("logaddexp", "maximum", "minimum", "fmax", "fmin"), (INF, -INF))

#: Ops whose values of 300 digits take long.
SLOW = {"gammaln", "digamma", "polygamma"}


def reverse(f, v):
    """Derivative of f along v by reverse mode."""
    moving = [i for i, d in enumerate(v) if d]

    def slope(*xs):
        gradients = ag.grad(lambda *zs: f(*zs) if isinstance(xs[0], float | Value) else ag.sum(f(*zs)), moving)(*xs)
        return sum(v[i] * g for i, g in zip(moving, gradients, strict=True))

    return slope


def forward(f, v):
    """Derivative of f along v by forward mode."""
    moving = [i for i, d in enumerate(v) if d]

    def slope(*xs):
        def along(*zs):
            return f(*[zs[moving.index(i)] if i in moving else x for i, x in enumerate(xs)])

        return ag.jvp(along, [xs[i] for i in moving], [constant(xs[i], v[i]) for i in moving])[1]

    return slope


def constant(x, number):
    """A tangent like x, with all entries equal to `number`."""
    return np.full(x.shape, float(number)) if np.ndim(x) or isinstance(x, Tensor) else float(number)


#: Sequences of modes for each order, the innermost first.
MODES = {1: ("r", "f"), 2: ("rr", "rf", "fr"), 3: ("rrr", "rrf", "frr")}


def derivative(f, v, modes):
    for mode in modes:
        f = (reverse if mode == "r" else forward)(f, v)
    return f


def check(f, exact_f, points, positions, types, name, absolute=0.0):
    """Compare derivatives of f by some of its arguments with those of a formula of mpmath, at all points."""
    points = np.array(points)
    verdicts = {xs: rays.judge(hold(exact_f, xs, positions), [xs[p] for p in positions]) for xs in map(tuple, points.tolist())}
    wanted = [verdicts[xs] for xs in map(tuple, points.tolist())]
    columns, problems = list(points.T), []
    for order, v in {key for w in wanted for key in w}:
        full = [0] * len(columns)
        for p, d in zip(positions, v, strict=True):
            full[p] = d
        for modes in MODES[order]:
            slope = derivative(f, full, modes)
            found = {}
            if Tensor in types:
                with np.errstate(all="ignore"):
                    found["arrays"] = np.broadcast_to(slope(*columns), points.shape[:1]).tolist()
            if Value in types and (order == 1 or modes in ("rr", "rf", "rrr")):
                found["floats"] = [slope(*xs) for xs in points.tolist()]
            for kind, values in found.items():
                for xs, want, got in zip(points.tolist(), wanted, values, strict=True):
                    verdict = want.get((order, v))
                    if verdict is not None and not accepts(verdict, got, absolute):
                        problems.append(f"{name}{tuple(xs)} along {full}, {modes}, {kind}: {got!r}, not {show(verdict)}")
    assert not problems, f"{len(problems)} derivatives are wrong:\n" + "\n".join(sorted(problems, key=len)[:30])


def accepts(verdict, got, absolute):
    return not np.isfinite(got) if verdict == INFINITE else verdict.accepts(got, TOLERANCE, absolute)


def show(verdict):
    return verdict if verdict == INFINITE else f"[{exact.show(verdict.low)}, {exact.show(verdict.high)}]"


def hold(f, xs, positions):
    """f as a function of the arguments at `positions`; the others are those of xs."""

    def g(*zs):
        return f(*[zs[positions.index(i)] if i in positions else rays.mpf(x) for i, x in enumerate(xs)])

    return g


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_op(case):
    op, params = case
    is_open = OPEN.get(op.name, lambda *xs: False)
    points = [xs for xs in special_points(op) if not np.isnan(op(*xs, **params)) and not is_open(*xs)]
    for positions in rays.subsets(op.arity):
        if all(op.pullbacks[p] for p in positions):
            judged = [xs for xs in points if len(positions) == 1 or xs != JUMPS.get(op.name)]
            check(
                lambda *xs: op(*xs, **params), lambda *xs: op.forward(exact.exact, *xs, **params),
                judged, positions, (Value, Tensor), op.name,
            )  # fmt: skip
