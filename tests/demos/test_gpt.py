"""The scalar transformer equals an independent implementation."""

import numpy as np
import pytest

from autograd import Value, compile, value_and_grad
from autograd.engine.graph import newest_first
from demos import gpt

TOKENS = [0, 5, 13, 13, 1, 8, 3, 0]


def by_numpy(p, tokens):
    """The loss in NumPy, for all positions at once."""

    def norm(x):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)

    n = len(tokens) - 1
    x = norm(p["letter"][tokens[:-1]] + p["position"][:n])
    seen = norm(x)
    q, k, v = ((seen @ p[name].T).reshape(n, gpt.HEADS, -1).swapaxes(0, 1) for name in ("query", "key", "value"))
    fits = q @ k.mT / np.sqrt(k.shape[-1])
    weights = np.exp(np.where(np.tri(n, dtype=bool), fits, -np.inf))
    weights /= weights.sum(-1, keepdims=True)
    x = x + (weights @ v).swapaxes(0, 1).reshape(n, -1) @ p["out"].T
    x = x + np.maximum(norm(x) @ p["up"].T, 0.0) @ p["down"].T
    z = x @ p["score"].T
    return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(n), tokens[1:]])


def values(parameters):
    return {name: [[Value(x) for x in row] for row in rows.tolist()] for name, rows in parameters.items()}


def test_the_model_has_4192_parameters():
    assert sum(a.size for a in gpt.initial_parameters(0).values()) == 4192


def test_loss_equals_an_independent_implementation():
    for seed in range(3):
        p = gpt.initial_parameters(seed)
        y = gpt.loss(values(p), TOKENS)
        assert y.data == pytest.approx(by_numpy(p, TOKENS), rel=1e-13)
    assert 40_000 < len(newest_first([y])) < 70_000


def test_equal_scores_make_letters_equally_likely():
    p = gpt.initial_parameters(0) | {"score": np.zeros((27, 16))}
    assert gpt.loss(values(p), TOKENS).data == pytest.approx(np.log(27), rel=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["python", "native"])
def test_gradient_equals_differences(backend):
    p = gpt.initial_parameters(0)
    value, gradient = compile(value_and_grad(gpt.loss), backend=backend)(p, TOKENS)
    assert value == pytest.approx(by_numpy(p, TOKENS), rel=1e-13)
    for name, entry in (("letter", (5, 3)), ("query", (1, 2)), ("down", (7, 60)), ("score", (13, 0)), ("position", (6, 15))):
        moved = [{n: a.copy() for n, a in p.items()} for _ in range(2)]
        moved[0][name][entry] += 1e-5
        moved[1][name][entry] -= 1e-5
        slope = (by_numpy(moved[0], TOKENS) - by_numpy(moved[1], TOKENS)) / 2e-5
        assert gradient[name][entry] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_loss_of_embedded_letters_is_the_same_loss():
    p = values(gpt.initial_parameters(0))
    embedded = [gpt.add(p["letter"][t], p["position"][i]) for i, t in enumerate(TOKENS[:-1])]
    padded = [*embedded, embedded[0]]  # a position with weight 0 does not count
    wanted = [*(np.eye(27)[TOKENS[1:]] / 7).tolist(), [0.0] * 27]
    assert gpt.loss_of_embedded(p, padded, wanted).data == pytest.approx(gpt.loss(p, TOKENS).data, rel=1e-14)
