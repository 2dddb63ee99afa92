"""`python -m benchmarks.fuzz`: random programs over the whole table of ops, each held against what shares nothing with it.

Every program, in float64 or float32 and of order 1, 2 or 3, against dual numbers along a random direction; some of them, in
turn, on every back end of the tape, in PyTorch and in JAX where these are installed. A program at a kink, where engines choose
derivatives of their own, is drawn anew and counted apart.
"""

import argparse
import time
from collections import Counter
from typing import Any

import numpy as np

from autograd import compile as compiled
from autograd import grad
from autograd.checks.arguments import Arguments, flat
from autograd.checks.comparing import Comparing
from autograd.checks.kinks import kinks_of
from autograd.checks.oracles import Oracles
from autograd.checks.readings import Dual
from autograd.checks.replay import ReplayError
from autograd.checks.subjects import Graphed
from autograd.programs import Generator, Program, drawn
from benchmarks import peers

ORDERS = (1, 1, 1, 1, 2, 2, 3)
BACKENDS_EVERY, TORCH_EVERY, JAX_EVERY = 3, 5, 240

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
        program = drawn(Generator(rng), scalar=scalar)
        dtype = np.float32 if k % 5 == 1 else np.float64
        args = tuple(np.asarray(x, dtype) for x in program.arguments)
        if scalar and k % 8 == 0:
            args = tuple(float(x) for x in program.arguments)
        order = int(rng.choice(ORDERS))
        subject = Graphed(program, Arguments(program, args), order, rng)
        if not np.isfinite(subject.base).all():
            self.counts["not finite, left out"] += 1
            return
        if subject.replay is not None and kinks_of(subject.replay):
            self.counts["at a kink, left out"] += 1
            return
        self.counts["programs"] += 1
        self.counts[f"  order {order}, {np.dtype(dtype).name if not isinstance(args[0], float) else 'Values'}"] += 1
        self._against_dual(program, subject, args)
        if order == 1 and dtype is np.float64:
            if k % BACKENDS_EVERY == 0:
                self._on_the_tape(program, args, scalar, k)
            if k % TORCH_EVERY == 0 and "torch" in self.names:
                self._against_peer("torch", program, subject, args)
            if k % JAX_EVERY == 0 and "jax" in self.names:
                self._against_peer("jax", program, subject, args)

    def _against_dual(self, program: Program, subject: Graphed, args: Any) -> None:
        v = subject.arguments.scales * self.rng.uniform(-1.0, 1.0, subject.n)
        w = self.rng.uniform(0.5, 1.5, subject.m)
        try:
            tangents = subject.spread(subject.replay.tangents(subject.arguments.pieces(v), Dual())) if subject.replay else 0.0
        except ReplayError:
            self.counts["  no dual numbers"] += 1
            return
        claimed = flat(subject.pulled(w))
        size = np.abs(w) @ np.abs(tangents) + np.abs(claimed) @ np.abs(v)
        self.counts["against dual numbers"] += 1
        if abs(claimed @ v - w @ tangents) <= (1e-4 if subject.single else 1e-11) * size + 1e-290:
            return
        subject.look_closer()
        oracles = Oracles(subject, "dual", self.rng)
        miss = Comparing(subject, oracles, self.rng, 1e-11).run(3).mismatch
        if miss is not None:
            self._disagree(
                "dual numbers",
                program,
                f"order {subject.order}: {miss.claimed!r}, not {miss.measured!r} ± {miss.bar:.1g}",
                args,
            )

    def _on_the_tape(self, program: Program, args: Any, scalar: bool, k: int) -> None:
        every = tuple(range(len(args)))
        of = grad(program, every)
        backends = ("python", "numpy", "numba") if isinstance(args[0], float) else ("numpy",)
        backend = backends[k // BACKENDS_EVERY % len(backends)]
        try:
            fast = compiled(of, backend=backend)
            fast(*args)
        except (TypeError, ImportError, NotImplementedError) as error:
            self.counts[f"  not on the tape ({backend}): {str(error)[:50]}"] += 1
            return
        self.counts[f"against the tape, {backend}"] += 1
        elsewhere = tuple(0.875 * x if isinstance(x, float) else np.asarray(0.875 * x) for x in args)
        for point in (args, elsewhere):
            got, want = flat(list(fast(*point))), flat(list(of(*point)))
            scale = np.max(np.abs(want), initial=1e-290)
            if not (np.abs(got - want) <= 1e-12 * scale).all() and np.isfinite(want).all():
                self._disagree(f"tape, {backend}", program, f"{got}, not {want}", point)

    def _against_peer(self, peer: str, program: Program, subject: Graphed, args: Any) -> None:
        names = self.names[peer]
        arrays = [np.asarray(x) for x in args]
        gradients = peers.torch_gradients if peer == "torch" else peers.jax_gradients
        try:
            theirs = flat(gradients(lambda *xs: program(*xs, names=names), arrays))
        except REFUSALS as error:
            self.counts[f"  not in {peer}: {type(error).__name__}"] += 1
            return
        self.counts[f"against {peer}"] += 1
        ours, bars = subject.vjp(np.ones(subject.m))
        slack = 1e-9 * float(np.max(np.abs(ours), initial=1.0)) + float(np.max(bars, initial=0.0))
        if not np.allclose(theirs, ours, rtol=1e-8, atol=slack):
            self._disagree(peer, program, f"ours {ours}, theirs {theirs}", args)

    def _disagree(self, whom: str, program: Program, what: str, args: Any) -> None:
        self.counts[f"DISAGREES with {whom}"] += 1
        self.disagreements.append(f"{whom}: {what}\n{program}\nat {args!r}\n")
        print(self.disagreements[-1], flush=True)


def run(programs: int, seed: int, progress: bool = True) -> Fuzz:
    """Compare so many programs, beside those that are left out."""
    fuzz, start, k = Fuzz(seed), time.perf_counter(), 0
    with np.errstate(all="ignore"):
        while fuzz.counts["programs"] < programs:
            fuzz.one(k)
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
