"""Assembled random programs: derivatives of orders 1 to 3, in every mode, eager and compiled, agree with jets.

`python -m tests.laws.test_assembled_programs --programs 50000` draws many programs and prints those that disagree.
"""

import argparse
import functools
import itertools
import math
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.testing.strategies import _HypothesisChoices
from benchmarks.choices import Generator
from tests.laws import assembled_judge, jets
from tests.laws.assembled_judge import FLOATS
from tests.laws.assembled_programs import ARITY, NODE_FUNCTIONS, WRAPPERS, draw_assembled, pack, unpack
from tests.laws.smooth_programs import FUNCTIONS

TOLERANCE, TINY = 1e-11, 1e-290
MODES = ["".join(letters) for order in (1, 2, 3) for letters in itertools.product("rf", repeat=order)]


def along(f, mode, v):
    """Derivative of f along v, once for each letter: r by reverse mode, f by forward mode, the innermost first."""
    for letter in mode:
        f = _reverse(f, v) if letter == "r" else _forward(f, v)
    return f


def _reverse(f, v):
    def slope(x):
        terms = [ag.sum(g * t) for g, t in zip(unpack(ag.grad(f)(x)), unpack(v), strict=True)]
        return sum(terms[1:], terms[0])

    return slope


def _forward(f, v):
    return lambda x: ag.jvp(f, (x,), (v,))[1]


def allowed(program, size):
    """Allowed error of a number whose absolute terms have the sum `size`."""
    single = any(getattr(x, "dtype", None) == np.float32 for x in program.inputs)
    return TOLERANCE * (np.finfo(np.float32).eps / np.finfo(float).eps if single else 1.0) * size + TINY


def moved(x):
    return x * 0.875 + 0.0625


def disagreements(program, rng, mode, compiled):
    """Texts of what is wrong with the derivatives of a program; None if a number is too large."""
    directions = [rng.uniform(-1.0, 1.0, np.shape(x)).astype(getattr(x, "dtype", float)) for x in program.inputs]
    directions = [float(v) if isinstance(x, float) else v for x, v in zip(program.inputs, directions, strict=True)]
    v = pack(program.container, directions, 1)
    derivative, gradient = along(program, mode, v), ag.value_and_grad(program)
    if compiled:
        derivative, gradient = ag.compile(derivative), ag.compile(gradient)
    found = []
    for inputs in (program.inputs, [moved(x) for x in program.inputs]):
        jet = assembled_judge.jet(program, inputs, directions)
        if not all(math.isfinite(x) and x < 1e100 for x in jet.sizes):
            return None
        x = pack(program.container, list(inputs))
        value, slopes = gradient(x)
        slopes = unpack(slopes)
        numbers = {
            0: value,
            1: sum(float(np.sum(np.multiply(g, t, dtype=float))) for g, t in zip(slopes, directions, strict=True)),
            len(mode): derivative(x),
        }
        for order, number in numbers.items():
            if not abs(float(number) - jet.parts[order]) <= allowed(program, jet.sizes[order]):
                found.append(f"derivative {order} ({mode}) is {number!r}, not {jet.parts[order]!r}")
        for g, one in zip(slopes, inputs, strict=True):
            if (type(g), np.shape(g), getattr(g, "dtype", None)) != (type(one), np.shape(one), getattr(one, "dtype", None)):
                found.append(f"the gradient of {one!r} is {g!r}")
    return found


@st.composite
def assembled(draw):
    program = draw_assembled(_HypothesisChoices(draw))
    return program, draw(st.sampled_from(MODES)), draw(st.booleans())


@settings(max_examples=8 * settings.default.max_examples)
@given(assembled(), st.integers(0, 2**32 - 1))
def test_derivatives_of_assembled_programs(drawn, seed):
    program, mode, compiled = drawn
    assert not disagreements(program, np.random.default_rng(seed), mode, compiled), program


def _torch():
    torch = pytest.importorskip("torch")
    names = {"root": torch.sqrt, "softplus": lambda x: torch.logaddexp(x, x * 0.0), "constant": lambda x: x.detach()}
    algebra = {name: getattr(torch, name, None) for name in FLOATS} | names | {"join": torch.cat}

    def derivatives(f, x, v):
        rows, directions = ([torch.atleast_1d(torch.tensor(a, requires_grad=True)) for a in each] for each in (x, v))

        def slope(y):
            found = torch.autograd.grad(y, rows, create_graph=True, allow_unused=True, materialize_grads=True)
            return sum((g * t).sum() for g, t in zip(found, directions, strict=True))

        nothing = sum((x * 0.0).sum() for x in rows)  # PyTorch refuses the gradient of a constant
        y = f(rows, algebra)[0] + nothing
        first = slope(y) + nothing
        return [y.item(), first.item(), slope(first).item()]

    return derivatives


def _jax():
    jax = pytest.importorskip("jax")
    jnp, nn = jax.numpy, jax.nn
    names = {"root": jnp.sqrt, "sigmoid": nn.sigmoid, "softplus": nn.softplus, "constant": jax.lax.stop_gradient}
    algebra = {name: getattr(jnp, name, None) for name in FLOATS} | names | {"join": jnp.concatenate}

    def derivatives(f, x, v):
        with jax.enable_x64(True):
            rows, directions = ([jnp.atleast_1d(jnp.asarray(a)) for a in each] for each in (x, v))
            f = lambda rows, f=f: f(rows, algebra)[0]  # noqa: E731
            slope = lambda rows: jax.jvp(f, (rows,), (directions,))[1]  # noqa: E731
            return [float(f(rows)), *map(float, jax.jvp(slope, (rows,), (directions,)))]

    return derivatives


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("peer", [_torch, _jax], ids=["torch", "jax"])
def test_peers_agree_with_the_judge(peer):
    derivatives = peer()
    for seed in range(4):
        rng = np.random.default_rng(seed)
        program = draw_assembled(Generator(rng))
        x = [np.asarray(x, float) for x in program.inputs]
        v = [rng.uniform(-1.0, 1.0, a.shape) for a in x]
        jet = assembled_judge.jet(program, x, v)
        found = derivatives(functools.partial(assembled_judge.result, program), x, v)
        for order, number in enumerate(found):
            assert abs(number - jet.parts[order]) <= TOLERANCE * jet.sizes[order] + TINY, (
                seed,
                order,
                number,
                jet.parts[order],
            )


def test_every_function_has_its_judge():
    assert set(NODE_FUNCTIONS) == set(assembled_judge.functions_of(FLOATS)) == set(ARITY)
    assert set(assembled_judge.READINGS) < set(WRAPPERS)
    assert list(FUNCTIONS) == list(jets.FUNCTIONS)


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_wrong_wrapper_is_found(name, monkeypatch):
    right = WRAPPERS[name]
    monkeypatch.setitem(WRAPPERS, name, lambda f: lambda xs: [y * (1.0 + 1e-6) for y in unpack(right(f)(xs))])

    def fails(seed):
        rng = np.random.default_rng(seed)
        program = draw_assembled(Generator(rng))
        return any(name in part.wrappers for part in program.parts) and disagreements(program, rng, "r", False)

    assert any(map(fails, range(300)))


def main():
    """Draw programs, print those that disagree or fail, and the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws.test_assembled_programs", description=__doc__)
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts, start = Counter(), time.perf_counter()
    for k in range(options.programs):
        rng = np.random.default_rng([options.seed, k])
        with np.errstate(all="ignore"):
            program = draw_assembled(Generator(rng))
            mode, compiled = MODES[rng.integers(len(MODES))], bool(rng.random() < 0.3)
            try:
                found = disagreements(program, rng, mode, compiled)
            except Exception as error:
                found = [f"{type(error).__name__}: {error}"]
        counts["programs"] += 1
        counts[f"  order {len(mode)}"] += 1
        counts["  compiled"] += compiled
        for name in {name for part in program.parts for name in part.wrappers}:
            counts[f"  with {name}"] += 1
        counts["too large, skipped"] += found is None
        if found:
            counts[f"DISAGREE: {found[0][:60]}"] += 1
            print(f"program {k}, mode {mode}, compiled {compiled}: {found}\n{program}\n", flush=True)
    for name, n in counts.items():
        print(f"{n:8,}  {name}")
    print(f"{time.perf_counter() - start:8.0f}  seconds")
    return any(name.startswith("DISAGREE") for name in counts)


if __name__ == "__main__":
    raise SystemExit(main())
