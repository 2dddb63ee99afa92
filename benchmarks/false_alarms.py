"""`python -m benchmarks.false_alarms`: false alarms of the checks on correct functions that are hard to check.

Families: graphs and black boxes of random programs; arguments of huge and tiny scale; steep slopes; cancellation; kinks and
their neighbourhood; single precision; claims in plain NumPy; calls of ops at ties. Every derivative is right, so every alarm
is false.
"""

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
from autograd import GradientError, check_gradients, grad
from autograd.checks.report import NotMeasuredError
from autograd.ops.op import OPS, Op
from autograd.testing.call_catalogue import ARRAYS, ELEMENTWISE
from autograd.testing.random_programs import SHAPES, draw_program, value_of
from benchmarks.choices import Generator

Case = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def _program(rng: np.random.Generator) -> Any:
    while True:
        program = draw_program(Generator(rng))
        if np.isfinite(np.asarray(program(*program.arguments))):
            return program


def graph(rng: np.random.Generator) -> Case:
    program = _program(rng)
    return program, program.arguments, {"order": int(rng.integers(1, 3))}


def single_precision(rng: np.random.Generator) -> Case:
    program = _program(rng)
    return program, tuple(np.asarray(x, np.float32) for x in program.arguments), {"order": 1}


def values(rng: np.random.Generator) -> Case:
    program = draw_program(Generator(rng), scalar=True)
    return program, tuple(float(x) for x in program.arguments), {}


def black_box(rng: np.random.Generator) -> Case:
    program = _program(rng)
    every = tuple(range(len(program.arguments)))

    def f(*xs: Any) -> float:
        if any(np.iscomplexobj(x) for x in xs):
            raise TypeError("real numbers only")
        return float(program(*xs))

    def df(*xs: Any) -> Any:
        return grad(lambda *xs: program(*xs) + 0.0 * sum(ag.sum(x) for x in xs), every)(*map(np.asarray, xs))

    return f, program.arguments, {"gradient": df}


def extreme_scales(rng: np.random.Generator) -> Case:
    """Arguments and results of scales from 1e-30 to 1e30."""
    program = draw_program(Generator(rng), scalar=True)
    scales = [float(10.0 ** rng.uniform(-30, 30)) for _ in program.arguments]
    size = float(10.0 ** rng.uniform(-30, 30))

    def f(*xs: Any) -> Any:
        return size * program(*[x / s for x, s in zip(xs, scales, strict=True)])

    return f, tuple(float(x) * s for x, s in zip(program.arguments, scales, strict=True)), {"order": 1}


def steep_slopes(rng: np.random.Generator) -> Case:
    """Slopes up to 1e8 and waves up to 1e6 radians per unit, as graphs and as black boxes."""
    k, x = float(10.0 ** rng.uniform(1, 6)), float(rng.uniform(-2, 2))
    f, df = [
        (lambda x, np=np: np.tanh(k * x), lambda x: k / np.cosh(np.clip(k * x, -300, 300)) ** 2),
        (lambda x, np=np: np.sin(k * x), lambda x: k * np.cos(k * x)),
        (lambda x, np=np: np.exp(10 * x) * k, lambda x: 10 * k * np.exp(10 * x)),
        (lambda x, np=np: np.sqrt(x * x + 1 / k), lambda x: x / np.sqrt(x * x + 1 / k)),
        (lambda x, np=np: x * x + np.sin(k * x) / k**1.5, lambda x: 2 * x + np.cos(k * x) / k**0.5),
    ][rng.integers(5)]
    x = x / k if rng.random() < 0.5 else x
    if rng.random() < 0.5:
        return (lambda x: f(x, ag)), (x,), {}
    return (lambda x: float(f(float(x)))), (x,), {"gradient": lambda x: float(df(x))}


def cancellation(rng: np.random.Generator) -> Case:
    """Differences of nearly equal numbers."""
    x, big = float(rng.uniform(0.1, 2)), float(10.0 ** rng.uniform(2, 9))
    f, df = [
        (lambda x, np=np: (x + big) - big, lambda x: 1.0),
        (lambda x, np=np: (1 - np.cos(x * 1e-3)) * big, lambda x: 1e-3 * big * np.sin(x * 1e-3)),
        (lambda x, np=np: (x + big) ** 2 - big * big, lambda x: 2 * (x + big)),
        (lambda x, np=np: np.exp(x) - 1.0 - x, lambda x: np.expm1(x)),
        (lambda x, np=np: np.log(big + x) - np.log(big), lambda x: 1 / (big + x)),
    ][rng.integers(5)]
    if rng.random() < 0.5:
        return (lambda x: f(x, ag)), (x,), {}
    return (lambda x: float(f(float(x)))), (x,), {"gradient": lambda x: float(df(x))}


def kinks(rng: np.random.Generator) -> Case:
    """Points at kinks, and at distances from 1e-12 to 1."""
    at = float(rng.choice([0.0, 0.5, -1.25]))
    near = at + float(rng.choice([0.0, 0.0, 1.0, -1.0])) * float(10.0 ** rng.uniform(-12, 0))
    f = [
        lambda x: ag.relu(x - at) * ag.exp(x),
        lambda x: ag.abs(x - at) + ag.sin(x),
        lambda x: ag.maximum(x, at) * x,
        lambda x: ag.clip(x, at, at + 1.0) ** 2,
        lambda x: ag.leaky_relu(x - at, slope=0.1),
        lambda x: ag.minimum(x * x, at * x),
        lambda x: ag.where(x > at, ag.sin(x - at), 0.5 * (x - at)),
    ][rng.integers(7)]
    if rng.random() < 0.6:
        return f, (near,), {}
    return (lambda x: float(f(_real(x)))), (near,), {"gradient": lambda x: float(grad(f)(x))}


def ties(rng: np.random.Generator) -> Case:
    """Arrays with equal entries, under max, min, sort and norms."""
    x = rng.integers(-2, 3, rng.integers(2, 6)).astype(rng.choice([np.float64, np.float32]))
    weights = rng.normal(size=x.size)
    f = [
        lambda x: ag.max(x) * 2.0,
        lambda x: ag.min(x) + ag.sum(x),
        lambda x: ag.sum(ag.sort(x) * weights.astype(x.dtype)),
        lambda x: ag.norm(x - x.numpy()[0]) if False else ag.norm(x),
        lambda x: ag.sum(ag.relu(x)) + ag.sum(ag.abs(x)),
        lambda x: ag.sum(ag.maximum(x, 1.0)),
        lambda x: ag.std(x),
    ][rng.integers(7)]
    return f, (x,), {}


def numpy_claims(rng: np.random.Generator) -> Case:
    """Claims in NumPy for vectors and matrices, of functions that support complex numbers."""
    a, x = rng.normal(size=(4, 3)), rng.normal(size=3)
    f, df = [
        (lambda x: np.sum(np.sin(a @ x)), lambda x: a.T @ np.cos(a @ x)),
        (lambda x: a @ (x * x), lambda x: a * (2 * x)),
        (lambda x: np.sum(np.abs(a @ x)), lambda x: a.T @ np.sign(a @ x)),
        (lambda x: np.linalg.norm(a @ x), lambda x: a.T @ (a @ x) / np.linalg.norm(a @ x)),
        (lambda x: np.max(a @ x), lambda x: a[np.argmax(a @ x)]),
        (lambda x: np.log(np.sum(np.exp(a @ x))), lambda x: a.T @ (np.exp(a @ x) / np.sum(np.exp(a @ x)))),
    ][rng.integers(6)]
    return f, (x,), {"gradient": df}


def zero_derivatives(rng: np.random.Generator) -> Case:
    """Zeros of the derivative, some of high order, where only the truncation error of an oracle remains."""
    scale = float(10.0 ** rng.uniform(-3, 3))
    f, df = [
        (lambda x, np=np: (scale * x) ** 3, lambda x: 3 * scale**3 * x**2),
        (lambda x, np=np: np.cos(scale * x), lambda x: -scale * np.sin(scale * x)),
        (lambda x, np=np: np.log1p((scale * x) ** 4), lambda x: 4 * scale**4 * x**3 / (1 + (scale * x) ** 4)),
        (lambda x, np=np: np.logaddexp(scale * x, 0.0) - scale * x / 2, lambda x: scale * np.tanh(scale * x / 2) / 2),
    ][rng.integers(4)]
    x = 0.0 if rng.random() < 0.7 else float(rng.normal())
    if rng.random() < 0.5:
        return (lambda x: f(x, ag)), (x,), {}
    return f, (x,), {"gradient": df}


def catalogue_at_ties(rng: np.random.Generator) -> Case:
    """Calls of the catalogue at small integers, where ops have kinks, ties and jumps."""
    calls = [*itertools.chain(*ELEMENTWISE.values(), *ARRAYS.values())]
    while True:
        call = calls[rng.integers(len(calls))]
        arrays = [rng.integers(-1, 3, SHAPES[rng.integers(len(SHAPES))]).astype(float) for _ in range(call.arity)]
        if value_of(call, arrays) is not None:
            return call, tuple(arrays), {}


def undeclared_kinks(rng: np.random.Generator) -> Case:
    """Elementwise ops declared again as custom ops, without the set on which they are smooth, at small integers."""
    ops = [op for op in OPS.values() if op.kind == "elementwise" and all(op.pullbacks) and not op.is_custom and not op.params]
    while True:
        op = ops[rng.integers(len(ops))]
        arrays = [rng.integers(-1, 3, 3).astype(float) for _ in range(op.arity)]
        if np.isfinite(np.asarray(op(*arrays), float)).all():
            again = Op(op.forward, op.pullbacks, op.kind)
            again.is_custom = True
            return (lambda *xs, again=again: again(*xs)), tuple(arrays), {"order": 1}


def _real(x: Any) -> float:
    if isinstance(x, complex | np.complexfloating):
        raise TypeError("real numbers only")
    return float(x)


FAMILIES = [
    graph, single_precision, values, black_box, extreme_scales, steep_slopes, cancellation, kinks, ties, numpy_claims,
    zero_derivatives, catalogue_at_ties, undeclared_kinks,
]  # fmt: skip


def count(functions: int, seed: int = 0, progress: bool = True) -> tuple[Counter[str], list[str]]:
    """(counts of results by family, texts of the false alarms)."""
    rng = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    alarms = []
    start = time.perf_counter()
    for k in range(functions):
        family = FAMILIES[k % len(FAMILIES)]
        state = rng.bit_generator.state
        f, args, options = family(rng)
        try:
            with np.errstate(all="ignore"):
                report = check_gradients(f, *args, shrink=False, **options)
        except GradientError as error:
            alarms.append(f"{family.__name__} {k}: {error}\n  at {args}\n  {f}\n  rng state {state['state']}")
            if progress:
                print(alarms[-1], flush=True)
            counts[f"{family.__name__}: false alarm"] += 1
        except NotMeasuredError as error:
            reason = "jump" if " jumps at " in str(error) else "not finite" if "finite" in str(error) else "not measured"
            counts[f"{family.__name__}: {reason}"] += 1
        else:
            what = "at a kink" if report.kinks else "not fully measured" if report.unmeasured else "right"
            counts[f"{family.__name__}: {what}"] += 1
        if progress and (k + 1) % 1000 == 0:
            print(f"{k + 1} functions, {len(alarms)} false alarms, {time.perf_counter() - start:.0f} s", flush=True)
    return counts, alarms


def main() -> int:
    """Print the counts and return the exit status, 1 after a false alarm."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_alarms", description=__doc__)
    parser.add_argument("--functions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    counts, alarms = count(arguments.functions, arguments.seed)
    for name, n in sorted(counts.items()):
        print(f"{n:7,}  {name}")
    print(f"{arguments.functions:7,}  functions, {len(alarms)} false alarms")
    return bool(alarms)


if __name__ == "__main__":
    raise SystemExit(main())
