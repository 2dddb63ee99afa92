"""Gradient checks of modules: the parameters are variables with names."""

import numpy as np
import pytest

import nn
from autograd import GradientError, Tensor, check_gradients, stop_gradient

X = np.random.default_rng(0).normal(size=(4, 3))


class Detached(nn.Module):
    """A layer whose weight is cut off from the graph, with a running mean."""

    def __init__(self):
        self.weight, self.mean = Tensor(np.ones((3, 2)), requires_grad=True), np.zeros(2)

    def forward(self, x):
        y = x @ stop_gradient(self.weight)
        self.mean = 0.9 * self.mean + 0.1 * y.numpy().mean(0) if isinstance(y, Tensor) else self.mean
        return y * 1.0


def test_parameters_of_a_module_are_checked_by_name():
    layer = Detached()
    for f, args in ((layer, (X,)), (lambda layer, x: nn.mean_squared_error(layer(x), x[:, :2]), (layer, X))):
        with pytest.raises(GradientError, match=r"with respect to (module|layer)\['weight'\]\[\d, \d\]"):
            check_gradients(f, *args)
    assert not layer.mean.any()
    assert (layer.weight.numpy() == 1.0).all()
    assert check_gradients(layer, X, argnums=0)


def test_a_right_module_passes_and_is_unchanged():
    model = nn.Sequential(nn.Linear(3, 4, seed=0), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2, seed=1))
    before, parameters = model.state_dict(), model.parameters()
    report = check_gradients(model, X)
    assert "entries" in report.directions
    assert check_gradients(lambda m: nn.mean_squared_error(m(X), X[:, :2]), model)
    assert all(a is b for a, b in zip(model.parameters(), parameters, strict=True))
    assert all((before[path] == x).all() for path, x in model.state_dict().items())


def test_dropout_in_training_is_refused_with_the_cure():
    with pytest.raises(GradientError, match="call eval"):
        check_gradients(nn.Dropout(0.5), X)
    assert check_gradients(nn.Dropout(0.5).eval(), X)
