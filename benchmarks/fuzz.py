"""`python -m benchmarks.fuzz`: random programs over the op registry, compared with independent derivatives.

Every program, in float64, float32 or of Values, and of order 1, 2 or 3, is compared with dual numbers along a random direction.
Some are also compared with forward mode, a recorded sweep, a back end of the tape, PyTorch and JAX if installed. Programs at a
kink, where engines choose different derivatives, are counted separately and replaced.
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
from autograd.checks._check_against import adapter_for
from autograd.checks.arguments import Arguments, data_of, flatten
from autograd.checks.compare import Comparer
from autograd.checks.functions import GraphFunction
from autograd.checks.kinks import kinks_of
from autograd.checks.oracles.complex_step import Dual
from autograd.checks.oracles.oracles import Oracles
from autograd.checks.oracles.replay import GraphReplayError
from autograd.testing.random_programs import RandomProgram, draw_program
from benchmarks import peers
from benchmarks.choices import Generator

ORDERS = (1, 1, 1, 1, 2, 2, 3)
#: Primes, so that each comparison meets every kind of argument.
MODES_EVERY, BACKENDS_EVERY, TORCH_EVERY, JAX_EVERY = 3, 3, 7, 241
#: Interval of tapes on JAX, which compiles for about a second.
JAX_TAPES = 131

#: Known disagreements of peers (tests/known_disagreements.md), by the beginning of a call: lowest order, relative size.
KNOWN: dict[str, dict[str, tuple[int, float]]] = {
    "torch": {
        "celu(": (1, 1e-6), "hardsigmoid(": (1, 1e-6), "gammaln(": (2, 1e-6), "digamma(": (1, 1e-6), "polygamma(": (1, 1e-6),
        "sinc(": (2, np.inf), "prod(": (2, np.inf), "cumprod(": (2, np.inf),
    },
    "jax": {},
}  # fmt: skip

#: Errors of a peer that lacks a function of a program.
PEER_ERRORS = (NameError, KeyError, TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError)


class Fuzz:
    """Counts of comparisons, and the programs that disagreed."""

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
        """Draw program k and run the comparisons due for it."""
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
        except np.linalg.LinAlgError:  # the second derivative of a determinant needs an inverse
            self.counts["singular matrix, skipped"] += 1
            return
        if not np.isfinite(subject.base).all():
            self.counts["not finite, skipped"] += 1
            return
        if kinks_of(subject.replay):
            self.counts["at a kink, skipped"] += 1
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
        """The same as `one`; an unexpected error counts as a disagreement."""
        try:
            self.one(k)
        except Exception as error:  # a broken engine may raise anything
            self._disagree(f"itself: {type(error).__name__}", self.program, str(error), self.program.arguments)

    def _against_dual(self, program: RandomProgram, subject: GraphFunction, args: Any) -> None:
        v = subject.arguments.scales * self.rng.uniform(-1.0, 1.0, subject.n)
        w = self.rng.uniform(0.5, 1.5, subject.m)
        try:
            tangents = subject.expand(subject.replay.tangents(subject.arguments.pieces(v), Dual()))
        except GraphReplayError:
            self.counts["  no dual numbers"] += 1
            return
        claimed = flatten(subject.weighted_gradients(w))
        size = np.abs(w) @ np.abs(tangents) + np.abs(claimed) @ np.abs(v)
        self.counts["against dual numbers"] += 1
        if abs(claimed @ v - w @ tangents) <= (1e-4 if subject.single else 1e-11) * size + 1e-290:
            return
        subject.increase_samples()
        oracles = Oracles(subject, "dual", self.rng)
        miss = Comparer(subject, oracles, self.rng, 1e-11).run(3).mismatch
        if miss is not None:
            self._disagree(
                "dual numbers",
                program,
                f"order {subject.order}: {miss.claimed!r}, not {miss.measured!r} ± {miss.bar:.1g}",
                args,
            )

    def _in_other_modes(self, program: RandomProgram, subject: GraphFunction, args: Any) -> None:
        """Compare the derivatives of the sweep, the recorded sweep and forward mode."""
        v = subject.arguments.scales * self.rng.uniform(-1.0, 1.0, subject.n)
        w = self.rng.uniform(0.5, 1.5, subject.m)
        claimed, bars = subject.vjp(w)
        recorded, pushed = flatten(subject.weighted_gradients(w, create_graph=True)), subject.jvp(v)
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
        backends = ("python", "numpy", "native") if of_values else ("numpy",)
        backend = "jax" if turn % JAX_TAPES == 0 and "jax" in self.names else backends[turn % len(backends)]
        elsewhere = tuple(0.875 * x if of_values else np.asarray(0.875 * x, x.dtype) for x in args)
        fast = compiled(of, backend=backend)
        for point in (args, elsewhere):
            try:
                got = flatten(list(fast(*point)))
            except (TypeError, ImportError, NotImplementedError, np.linalg.LinAlgError) as error:
                self.counts[f"  not on the tape ({backend}): {str(error)[:60]}"] += 1
                return
            want = flatten(list(of(*point)))
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
            of = adapter_for(peer).derivatives
            theirs = flatten(of(lambda *xs: program(*xs, names=names), Arguments(program, arrays), [*subject.weights, None]))
        except PEER_ERRORS as error:
            self.counts[f"  not in {peer}: {type(error).__name__}: {str(error)[:50]}"] += 1
            return
        self.counts[f"against {peer}"] += 1
        ours, bars = subject.vjp(np.ones(subject.m))
        theirs, ours = np.append(theirs, 1.0), np.append(ours, 1.0)  # an exact 0 may be rounding noise in the peer
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
    """The scalar function whose gradient is that of the outputs of the subject, for any order."""

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
                result = result + (y * float(w) if number else ag.sum(y * np.asarray(w, data_of(y).dtype)))
            return result

        return f

    return total(subject.order, [np.ones(np.shape(data_of(y))) for y in subject.outputs])


def _close(a: Any, b: Any, bars: Any, rtol: float = 1e-12) -> bool:
    """True if two gradients agree up to `rtol` of their largest entry and the error bars of the second."""
    return bool((np.abs(a - b) <= rtol * np.max(np.abs(b), initial=1e-290) + np.max(bars, initial=0.0)).all())


def run(programs: int, seed: int, progress: bool = True) -> Fuzz:
    """Compare this many programs, not counting the skipped ones."""
    fuzz, start, k = Fuzz(seed), time.perf_counter(), 0
    with np.errstate(all="ignore"):
        while fuzz.counts["programs"] < programs:
            if k % 500 == 0:
                gc.freeze()  # recording scans objects for random generators, and a peer has many objects
            fuzz.safely(k)
            k += 1
            if progress and k % 5000 == 0:
                print(f"{fuzz.counts['programs']:,} programs, {time.perf_counter() - start:.0f} s", flush=True)
    return fuzz


def main() -> int:
    """Print the counts and return the exit status, 1 if a program disagreed."""
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
