"""`python -m benchmarks.fuzz`: random programs over the whole table of ops, each held against what shares nothing with it.

Every program, in float64, float32 or of Values, and of order 1, 2 or 3, against dual numbers along a random direction; some of
them, in turn, in forward mode and in a recorded sweep, on every back end of the tape, in PyTorch and in JAX where these are
installed. A program at a kink, where engines choose derivatives of their own, is drawn anew and counted apart.
"""

import argparse
import gc
import time
from collections import Counter
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value, grad
from autograd import compile as compiled
from autograd.checks._check_against import framework_of
from autograd.checks.arguments import Arguments, flat
from autograd.checks.compare import Comparing
from autograd.checks.functions import GraphFunction, _data
from autograd.checks.kinks import kinks_of
from autograd.checks.oracles.complex_step import Dual
from autograd.checks.oracles.oracles import Oracles
from autograd.checks.oracles.replay import GraphReplayError
from autograd.testing.random_programs import Generator, RandomProgram, draw_program
from benchmarks import peers

ORDERS = (1, 1, 1, 1, 2, 2, 3)
#: Primes, so that each meets every kind of argument.
MODES_EVERY, BACKENDS_EVERY, TORCH_EVERY, JAX_EVERY = 3, 3, 7, 241
#: Of so many turns of the tape one is for JAX, which takes a second to compile what it is given.
JAX_TAPES = 131

#: What is known of peers, in tests/known_disagreements.md: by a call's beginning, from which order on, how far they are off.
KNOWN: dict[str, dict[str, tuple[int, float]]] = {
    "torch": {
        "celu(": (1, 1e-6), "hardsigmoid(": (1, 1e-6), "gammaln(": (2, 1e-6), "digamma(": (1, 1e-6), "polygamma(": (1, 1e-6),
        "sinc(": (2, np.inf), "prod(": (2, np.inf), "cumprod(": (2, np.inf),
    },
    "jax": {},
}  # fmt: skip

#: What a peer raises of a program that it has no functions for.
REFUSALS = (NameError, KeyError, TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError)


class Fuzz:
    """Counts of what was compared, and the programs that disagreed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.counts: Counter[str] = Counter()
        self.disagreements: list[str] = []
        self.names: dict[str, Any] = {}
        for peer, names in (("torch", peers.torch_names), ("jax", peers.jax_names)):
            try:
                self.names[peer] = names()
            except ImportError:
                continue

    def one(self, k: int) -> None:
        """Draw a program and compare it with everything whose turn it is."""
        rng = self.rng
        scalar = k % 4 == 0
        self.program = program = draw_program(Generator(rng), scalar=scalar)
        dtype = np.float32 if k % 5 == 1 else np.float64
        args = tuple(np.asarray(x, dtype) for x in program.arguments)
        if scalar and k % 8 == 0:
            args = tuple(float(x) for x in program.arguments)
        order = int(rng.choice(ORDERS))
        try:
            subject = GraphFunction(program, Arguments(program, args), order, rng)
        except np.linalg.LinAlgError:  # the second derivative of a determinant needs an inverse, as its row says
            self.counts["of a singular matrix, left out"] += 1
            return
        if not np.isfinite(subject.base).all():
            self.counts["not finite, left out"] += 1
            return
        if subject.replay is not None and kinks_of(subject.replay):
            self.counts["at a kink, left out"] += 1
            return
        self.counts["programs"] += 1
        self.counts[f"  order {order}, {np.dtype(dtype).name if not isinstance(args[0], float) else 'Values'}"] += 1
        self._against_dual(program, subject, args)
        if k % MODES_EVERY == 1:
            self._in_other_modes(program, subject, args)
        if k % BACKENDS_EVERY == 0:
            self._on_the_tape(program, subject, args, k // BACKENDS_EVERY)
        for peer, every in (("torch", TORCH_EVERY), ("jax", JAX_EVERY)):
            if k % every == 0 and peer in self.names:
                self._against_peer(peer, program, subject, args)

    def safely(self, k: int) -> None:
        """The same as `one`, where an error that nobody foresaw counts as a disagreement."""
        try:
            self.one(k)
        except Exception as error:  # whatever a broken engine raises
            self._disagree(f"itself: {type(error).__name__}", self.program, str(error), self.program.arguments)

    def _against_dual(self, program: RandomProgram, subject: GraphFunction, args: Any) -> None:
        v = subject.arguments.scales * self.rng.uniform(-1.0, 1.0, subject.n)
        w = self.rng.uniform(0.5, 1.5, subject.m)
        try:
            tangents = subject.spread(subject.replay.tangents(subject.arguments.pieces(v), Dual())) if subject.replay else 0.0
        except GraphReplayError:
            self.counts["  no dual numbers"] += 1
            return
        claimed = flat(subject.pulled(w))
        size = np.abs(w) @ np.abs(tangents) + np.abs(claimed) @ np.abs(v)
        self.counts["against dual numbers"] += 1
        if abs(claimed @ v - w @ tangents) <= (1e-4 if subject.single else 1e-11) * size + 1e-290:
            return
        subject.increase_samples()
        oracles = Oracles(subject, "dual", self.rng)
        miss = Comparing(subject, oracles, self.rng, 1e-11).run(3).mismatch
        if miss is not None:
            self._disagree(
                "dual numbers",
                program,
                f"order {subject.order}: {miss.claimed!r}, not {miss.measured!r} ± {miss.bar:.1g}",
                args,
            )

    def _in_other_modes(self, program: RandomProgram, subject: GraphFunction, args: Any) -> None:
        """The sweep that records and the sweep that does not, and forward mode, give one derivative."""
        v = subject.arguments.scales * self.rng.uniform(-1.0, 1.0, subject.n)
        w = self.rng.uniform(0.5, 1.5, subject.m)
        claimed, bars = subject.vjp(w)
        recorded, pushed = flat(subject.pulled(w, create_graph=True)), subject.jvp(v)
        self.counts["against the recorded sweep and forward mode"] += 1
        if not _close(recorded, claimed, bars):
            self._disagree("the recorded sweep", program, f"order {subject.order}: {recorded}, not {claimed}", args)
        size = np.abs(claimed) @ np.abs(v) + np.abs(w) @ np.abs(pushed) + np.abs(v).sum()
        slack = (1e-4 if subject.single else 1e-11) * size + 32 * bars @ np.abs(v) + 1e-290
        if not abs(claimed @ v - w @ pushed) <= slack:
            self._disagree("forward mode", program, f"order {subject.order}: {w @ pushed!r}, not {claimed @ v!r}", args)

    def _on_the_tape(self, program: RandomProgram, subject: GraphFunction, args: Any, turn: int) -> None:
        every = tuple(range(len(args)))
        of = grad(_weighted(program, subject), every)
        of_values = isinstance(args[0], float)
        backends = ("python", "numpy", "numba") if of_values else ("numpy",)
        backend = "jax" if turn % JAX_TAPES == 0 and "jax" in self.names else backends[turn % len(backends)]
        elsewhere = tuple(0.875 * x if of_values else np.asarray(0.875 * x, x.dtype) for x in args)
        fast = compiled(of, backend=backend)
        for point in (args, elsewhere):
            try:
                got = flat(list(fast(*point)))
            except (TypeError, ImportError, NotImplementedError, np.linalg.LinAlgError) as error:
                self.counts[f"  not on the tape ({backend}): {str(error)[:60]}"] += 1
                return
            want = flat(list(of(*point)))
            if _close(got, want, np.zeros(1)) or not np.isfinite(want).all():
                continue
            there = GraphFunction(program, Arguments(program, point), subject.order, self.rng)
            there.increase_samples()
            if not _close(got, want, 4 * there.vjp(np.ones(there.m))[1]):
                self._disagree(f"tape, {backend}", program, f"order {subject.order}: {got}, not {want}", point)
        self.counts[f"against the tape, {backend}"] += 1

    def _against_peer(self, peer: str, program: RandomProgram, subject: GraphFunction, args: Any) -> None:
        names = self.names[peer]
        arrays = tuple(np.asarray(x) for x in args)
        try:
            of = framework_of(peer).swept
            theirs = flat(of(lambda *xs: program(*xs, names=names), Arguments(program, arrays), [*subject.weights, None]))
        except REFUSALS as error:
            self.counts[f"  not in {peer}: {type(error).__name__}: {str(error)[:50]}"] += 1
            return
        self.counts[f"against {peer}"] += 1
        ours, bars = subject.vjp(np.ones(subject.m))
        theirs, ours = np.append(theirs, 1.0), np.append(ours, 1.0)  # what is 0 to us may be rounding to others
        if not _close(theirs, ours, bars, 1e-4 if subject.single else 1e-9):
            known = [KNOWN[peer][n] for n in KNOWN[peer] if any(call.text.startswith(n) for call in program.calls)]
            if any(subject.order >= order and _close(theirs, ours, bars, rtol) for order, rtol in known):
                self.counts[f"  known of {peer}"] += 1
                return
            self._disagree(peer, program, f"order {subject.order}: ours {ours}, theirs {theirs}", args)

    def _disagree(self, whom: str, program: RandomProgram, what: str, args: Any) -> None:
        self.counts[f"DISAGREES with {whom}"] += 1
        self.disagreements.append(f"{whom}: {what}\n{program}\nat {args!r}\n")
        print(self.disagreements[-1], flush=True)


def _weighted(program: RandomProgram, subject: GraphFunction) -> Any:
    """The function of one number whose gradient is that of the outputs of the subject, of whatever order."""

    def below(order: int) -> Any:
        if order == 1:
            return lambda *xs: [program(*xs)]
        of = total(order - 1, subject.weights[order - 2])
        return lambda *xs: grad(of, tuple(range(len(xs))))(*xs)

    def total(order: int, weights: Any) -> Any:
        parts = below(order)

        def f(*xs: Any) -> Any:
            result = 0.0
            for y, w in zip(parts(*xs), weights, strict=True):
                number = isinstance(y, float | Value)
                result = result + (y * float(w) if number else ag.sum(y * np.asarray(w, _data(y).dtype)))
            return result

        return f

    return total(subject.order, [np.ones(np.shape(_data(y))) for y in subject.outputs])


def _close(a: Any, b: Any, bars: Any, rtol: float = 1e-12) -> bool:
    """Whether two gradients agree, up to a part of their largest entry and to the rounding of the second."""
    return bool((np.abs(a - b) <= rtol * np.max(np.abs(b), initial=1e-290) + np.max(bars, initial=0.0)).all())


def run(programs: int, seed: int, progress: bool = True) -> Fuzz:
    """Compare so many programs, beside those that are left out."""
    fuzz, start, k = Fuzz(seed), time.perf_counter(), 0
    with np.errstate(all="ignore"):
        while fuzz.counts["programs"] < programs:
            if k % 500 == 0:
                gc.freeze()  # a tape looks through all objects for sources of chance, and those of a peer are very many
            fuzz.safely(k)
            k += 1
            if progress and k % 5000 == 0:
                print(f"{fuzz.counts['programs']:,} programs, {time.perf_counter() - start:.0f} s", flush=True)
    return fuzz


def main() -> int:
    """Print the counts; the exit status is 1 if a program disagreed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    fuzz = run(arguments.programs, arguments.seed)
    for name, n in fuzz.counts.items():
        print(f"{n:8,}  {name}")
    return bool(fuzz.disagreements)


if __name__ == "__main__":
    raise SystemExit(main())
