"""Values and gradients of every elementwise op on numbers, and what a learner does with Values; imports no NumPy."""

import itertools
import math
import random

from autograd import (
    OPS,
    Value,
    custom_op,
    detect_anomaly,
    draw,
    explain,
    grad,
    gradients,
    hessian,
    jacobian,
    jvp,
    paths,
    value_and_grad,
    vjp,
    watch,
)  # fmt: skip
from autograd.testing.call_catalogue import ELEMENTWISE
from nn import SGD, scalar

GENERIC = (0.7, -0.4, 1.3)
HARD = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 710.0, -800.0, 1e300, -1e300, math.inf, -math.inf, math.nan)


def first_and_second(f, *xs):
    """Hexadecimal digits of f, its gradient, and the gradient of the sum of its gradients; or the name of an error."""
    try:
        inputs = [Value(x) for x in xs]
        y = f(*inputs)
        first = gradients(y, inputs, create_graph=True)
        moving = [g for g in first if g.requires_grad]
        second = gradients(moving, inputs, [1.0] * len(moving)) if moving else []
        return [float(x).hex() for x in [y.item(), *(g.item() for g in first), *second, f(*xs)]]
    except ImportError as error:
        return str(error)


def readings():
    """Readings of the example calls of each op at one point, and of each op without required parameters at hard points."""
    at_one = {
        f"{call.text}": first_and_second(call, *GENERIC[: call.arity]) for calls in ELEMENTWISE.values() for call in calls
    }
    ops = [op for op in OPS.values() if op.kind == "elementwise" and len(op.defaults) == len(op.params) and op.pullbacks[0]]
    hard = {
        f"{op.name}{xs}": first_and_second(op, *xs) for op in ops for xs in itertools.product(HARD, repeat=op.arity)
        if op.arity < 3
    }  # fmt: skip
    return at_one, hard


@custom_op(lambda g, y, x: g * y, kind="elementwise")
def own_exponential(xp, x):
    """Exponential, declared by a user."""
    return xp.exp(x)


def learner():
    """Texts and numbers of a lesson on Values."""
    random.seed(1)
    model, x = scalar.MLP(2, [3, 1]), Value(0.5, label="x")
    rows = [([0.0, 1.0], 1.0), ([1.0, 1.0], -1.0)]
    optimizer, losses = SGD(model.parameters(), lr=0.05), []
    for _ in range(5):
        loss = sum((model(row) - label) ** 2 for row, label in rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
    y = (x * 2.0 - 1.5).tanh() + x**2 / 3
    with detect_anomaly():
        (y * 1.0).backward()
    page = watch(y)
    return [
        losses, x.grad, explain(y), str(paths(x, y)), draw(y).dot, draw(y).mermaid, str(draw(y)), page.html, y._repr_html_(),
        grad(grad(lambda t: own_exponential(t) * t))(0.5), value_and_grad(lambda p: p["a"] * p["b"][0])({"a": 2.0, "b": [3.0]}),
        hessian(lambda t: t**3)(2.0), jacobian(lambda t: t**3)(2.0), jvp(lambda t: t**3, (2.0,), (1.0,)),
        vjp(lambda t: t**3, 2.0)[1](1.0), scalar.Perceptron(2).fit([[0, 0], [1, 1]], [0, 1]), repr(model),
        x > y, divmod(x, y), x % 2, round(x), hasattr(math, "no_name"),
    ]  # fmt: skip
