"""Cost of derivatives on tapes relative to the function: the cheap gradient principle.

The bounds are 4 for a gradient with its value (Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 4.6, has 5
in a wider model), and 8 for a product with the Hessian.
"""

from itertools import pairwise

import numpy as np

from autograd import hvp, record, value_and_grad
from benchmarks.gpt import TOKENS
from benchmarks.timing import Contest, Table, compare
from demos import gpt


def rosenbrock(x):
    """Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²   (Rosenbrock 1960)"""
    return sum(100.0 * (b - a * a) * (b - a * a) + (1.0 - a) * (1.0 - a) for a, b in pairwise(x))


def measure(rounds: int, variables=1000, tokens=TOKENS) -> list[Table]:
    x = np.linspace(-1.0, 1.0, variables)
    direction = np.cos(np.arange(float(variables)))
    p = gpt.initial_parameters(0)
    flat = np.concatenate([a.ravel() for a in p.values()])
    return [
        compare_with_value("Rosenbrock", rosenbrock, x, direction, rounds),
        compare_with_value("GPT", lambda v: gpt.loss(nested(v), tokens), flat, np.cos(np.arange(flat.size)), rounds),
    ]


def nested(v):
    """A flat list of numbers as the parameters of the GPT."""
    numbers = iter(v)
    return {name: [[next(numbers) for _ in range(m)] for _ in range(n)] for name, (n, m) in gpt.SHAPES.items()}


def compare_with_value(name, f, x, direction, rounds):
    contest = Contest()
    contest.enter("value and gradient", replayed, value_and_grad(f), x)
    contest.enter("value alone", replayed, f, x)
    contest.enter("product with the Hessian", replayed, lambda x, v: hvp(f, (x,), (v,)), x, direction)
    table = compare(f"cheap gradient, {name}", f"{name} in {x.size:,} variables, native", contest, rounds=rounds, check=False)
    _, value, product = table.rows
    table.notes.append(f"value and gradient cost {value.ratio:.2f} values (bound: 4)")
    table.notes.append(f"the product with the Hessian costs {value.ratio / product.ratio:.2f} values (bound: 8)")
    return table


def replayed(f, *args):
    tape = record(f, *args, backend="native")

    def run():
        tape(*args)
        return []

    return run
