"""`python -m benchmarks.mutants`: mutation test of the checks, with the law, number of examples and smallest example.

Each mutant is an engine with one error. `check_gradients` with default options runs on random calls of the op (for mutants of
the engine, of any op) in float64 and float32, with ties and zeros among the numbers, until it raises, at most 200 times. A
mutant that cannot change a gradient is not run; the table contains the reason.
"""

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import GradientError, Tensor, check_gradients, gradients
from autograd.checks import shrink
from autograd.engine import graph
from autograd.ops.op import Op
from autograd.testing.call_catalogue import ARRAYS, COMPOSED, ELEMENTWISE, ExampleCall
from autograd.testing.random_programs import SHAPES, RandomProgram, draw_program, value_of
from benchmarks.broken_engines import engine_mutants
from benchmarks.choices import Generator
from benchmarks.custom_mutations import custom_mutants
from benchmarks.mutations import Mutant, row_mutants

EXAMPLES = 200

#: Shapes of one number and of none, which are drawn more often than the others.
SINGLE_AND_EMPTY = ((), (1,), (1, 1), (0,), (2, 0))


Example = tuple[Any, tuple[Any, ...]]


def calls_by_op() -> dict[Op, tuple[list[ExampleCall], list[ExampleCall]]]:
    """(calls that end in the op with an argument for each input, calls with the op in their graph or gradient), by op."""
    rng = np.random.default_rng(0)
    found: dict[Op, tuple[list[ExampleCall], list[ExampleCall]]] = {}
    for call in [*itertools.chain(*ELEMENTWISE.values(), *ARRAYS.values()), *COMPOSED]:
        for _ in range(60):
            example = example_of(call, rng, [np.float64] * call.arity)
            if example is not None and all(x.size for x in example[1]):
                for op in recorded_ops(*example):
                    found.setdefault(op, ([], []))[1].append(call)
                y = call(*[Tensor(x, requires_grad=True) for x in example[1]])
                if y.op is not None and call.arity >= len(y.inputs):
                    found.setdefault(y.op, ([], []))[0].append(call)
                break
    return found


def recorded_ops(f: Any, args: Any) -> set[Any]:
    """The ops in the graphs of a result and of its gradient."""
    xs = [Tensor(a, requires_grad=True) for a in args]
    y = f(*xs)
    if not y.requires_grad:
        return set()
    found = gradients(y, xs, np.ones(y.shape), create_graph=True)
    return {node.op for node in graph.newest_first([y, *found]) if node.op is not None}


def example_of(call: ExampleCall, rng: np.random.Generator, types: list[Any]) -> Example | None:
    """A call on arrays of random shapes; None if these do not fit."""
    among = SHAPES if rng.random() < 0.85 else SINGLE_AND_EMPTY
    shapes = [among[rng.integers(len(among))] for _ in range(call.arity)]
    if rng.random() < 0.15:  # with zeros and equal entries
        arrays = [rng.integers(-1, 3, shape).astype(dtype) for shape, dtype in zip(shapes, types, strict=True)]
    else:
        arrays = [np.asarray(rng.uniform(-2.0, 2.0, s)).astype(dtype) for s, dtype in zip(shapes, types, strict=True)]
    return None if value_of(call, arrays) is None else (call, tuple(map(np.asarray, arrays)))


def examples_for(
    mutant: Mutant, calls: tuple[list[ExampleCall], list[ExampleCall]], rng: np.random.Generator
) -> Iterator[Example]:
    """Endless examples for a mutant: functions and arguments."""
    while True:
        if mutant.kind == "Values":
            program = draw_program(Generator(rng), scalar=True)
            yield program, tuple(float(x) for x in program.arguments)
        elif mutant.op is None:
            program = draw_program(Generator(rng))
            yield program, program.arguments
        else:
            among = calls[0] if calls[0] and rng.random() < 0.5 else calls[1]
            call = among[rng.integers(len(among))]
            kind = rng.random()  # double precision, single precision, or both in one call
            single = [kind < 0.2 or (kind < 0.3 and rng.random() < 0.5) for _ in range(call.arity)]
            example = example_of(call, rng, [np.float32 if s else np.float64 for s in single])
            if example is not None:
                yield example


def try_mutant(mutant: Mutant, calls: tuple[list[ExampleCall], list[ExampleCall]], seed: int) -> tuple[int, str, str]:
    """(number of examples until the mutant was caught, law, smallest example); 0 if it lives."""
    examples = examples_for(mutant, calls, np.random.default_rng(seed))
    for count in range(1, EXAMPLES + 1):
        f, args = next(examples)
        raised = None
        with mutant.broken():
            try:
                check_gradients(f, *args)
            except GradientError as error:
                return count, _law(error), f"{_text(f)} at {', '.join(map(_array_text, error.smallest or args))}"
            except Exception as error:  # an error counts only if the right engine does not raise
                raised = error
        if raised is not None and _passes(f, args):
            return count, f"the engine raises: {type(raised).__name__}: {str(raised)[:40]}", _text(f)
    return 0, "", ""


def _passes(f: Any, args: Any) -> bool:
    """True if the check passes with the right engine."""
    try:
        return bool(check_gradients(f, *args))
    except ValueError:
        return False


def _law(error: GradientError) -> str:
    order = "" if error.order == 1 else f", order {error.order}"
    if error.cause.startswith("forward mode") or "forward mode" in error.cause:
        return f"forward mode{order}"
    if error.oracle in ("", "gradients()"):
        return error.cause.partition(":")[0][:60]
    return f"{error.oracle}{order}"


def _array_text(x: Any) -> str:
    return np.array2string(np.asarray(x), threshold=6, separator=",").replace("\n", "")


def _text(f: Any) -> str:
    return "; ".join(call.text for call in f.calls) if isinstance(f, RandomProgram) else str(f.text)


def main() -> int:
    """Print the table and return the exit status, 1 if a mutant lives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="run only every N-th mutant")
    parser.add_argument("--first", type=int, default=0, metavar="K", help="start with the K-th")
    parser.add_argument("--kind", default="", metavar="TEXT", help="only mutants with this text in their name or kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--short", action="store_true", help="print the counts, and the mutants that live")
    arguments = parser.parse_args()
    start = time.perf_counter()
    shrink.MOST_TRIALS = 60
    by_op = calls_by_op()
    mutants = [m for m in (*row_mutants(), *engine_mutants(), *custom_mutants()) if arguments.kind in f"{m.name}: {m.kind}"]
    mutants = mutants[arguments.first :: arguments.every]
    counts: Counter[str] = Counter()
    laws: Counter[str] = Counter()
    most = 0
    for mutant in mutants:
        name = f"{mutant.name}: {mutant.kind}"
        if mutant.equivalent:
            counts["equivalent"] += 1
            if not arguments.short:
                print(f"{name:<62} equivalent: {mutant.equivalent}", flush=True)
            continue
        calls = by_op.get(mutant.op, ([], [])) if mutant.op is not None else ([], [])
        if mutant.op is not None and not calls[1]:
            raise ValueError(f"no call of {mutant.op.name}: give it a line in autograd/testing/call_catalogue.py")
        with np.errstate(all="ignore"):
            count, law, shrunk = try_mutant(mutant, calls, arguments.seed)
        counts["caught" if count else "LIVES"] += 1
        laws[law] += bool(count)
        most = max(most, count)
        if not arguments.short or not count:
            print(f"{name:<62} {count or 'LIVES':>5}  {law:<34} {shrunk}", flush=True)
    print(f"\n{len(mutants)} mutants: " + ", ".join(f"{n} {what}" for what, n in counts.items()), end="")
    print(f"; at most {most} examples; {time.perf_counter() - start:.0f} s")
    for law, n in laws.most_common():
        print(f"{n:6}  {law}")
    return bool(counts["LIVES"])


if __name__ == "__main__":
    raise SystemExit(main())
