"""functional_call: gradients for each example, ensembles, restored modules, refusals."""

import numpy as np
import pytest

import nn
from autograd import Tensor, compile, grad, hessian, vmap

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((6, 4)), rng.standard_normal((6, 2))


def make_mlp():
    model = nn.MLP(4, [5], 2, seed=0, dtype=np.float64)
    return model, model.state_dict()


class Tied(nn.Module):
    """One weight at two places, which has one path."""

    def __init__(self):
        self.first = Tensor(np.ones((4, 4)), requires_grad=True)
        self.rest = [self.first, Tensor(np.ones(2), requires_grad=True)]

    def forward(self, x):
        return x @ self.first @ self.rest[0] + self.rest[1].sum()


def loss_of(model):
    return lambda p, x, y: nn.mean_squared_error(nn.functional_call(model, p, x), y)


def assert_trees_close(found, wanted):
    assert found.keys() == wanted.keys()
    for path in wanted:
        np.testing.assert_allclose(found[path], wanted[path], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("transform", [lambda f: f, compile])
def test_gradients_for_each_example_are_those_of_a_loop_of_backward(transform):
    model, parameters = make_mlp()
    run = transform(vmap(grad(loss_of(model)), in_axes=(None, 0, 0)))
    for scale in (1.0, -0.5):
        moved = {path: scale * array for path, array in parameters.items()}
        found = run(moved, X, Y)
        other, _ = make_mlp()
        other.load_state_dict(moved)
        for i, (x, y) in enumerate(zip(X, Y, strict=True)):
            other.zero_grad()
            nn.mean_squared_error(other(x), y).backward()
            assert_trees_close(
                {path: g[i] for path, g in found.items()}, {path: p.grad for path, p in other.named_parameters()}
            )
    assert model.state_dict().keys() == parameters.keys()
    assert all(np.array_equal(model.state_dict()[path], parameters[path]) for path in parameters)


def test_a_stack_of_parameters_is_an_ensemble():
    model, parameters = make_mlp()
    outputs = vmap(lambda p: nn.functional_call(model, p, X))({path: np.stack([a, 2.0 * a]) for path, a in parameters.items()})
    model.load_state_dict({path: 2.0 * a for path, a in parameters.items()})
    np.testing.assert_allclose(outputs[1], model(X).numpy(), rtol=1e-13)


def test_second_derivatives_and_a_part_of_the_parameters():
    model, parameters = make_mlp()
    bias = {"layers.2.bias": parameters["layers.2.bias"]}
    curvature = hessian(loss_of(model))(bias, X, Y)["layers.2.bias"]["layers.2.bias"]
    np.testing.assert_allclose(curvature, np.eye(2), rtol=1e-12, atol=1e-14)


def test_a_module_is_as_before_also_after_an_error():
    model, parameters = make_mlp()
    before = model.parameters()
    with pytest.raises(ValueError, match="takes x of shape"):
        nn.functional_call(model, parameters, np.ones((2, 3)))
    assert all(a is b for a, b in zip(model.parameters(), before, strict=True))


def test_a_frozen_batch_norm_has_gradients_for_each_example():
    model = nn.Sequential(nn.Linear(4, 3, seed=0), nn.BatchNorm1d(3))
    model.eval()
    parameters = {path: p.numpy() for path, p in model.named_parameters()}
    found = vmap(grad(loss_of(model)), in_axes=(None, 0, None))(parameters, X[:, None], np.zeros((1, 3)))
    wanted = [grad(loss_of(model))(parameters, x[None], np.zeros((1, 3))) for x in X]
    for path, g in found.items():
        np.testing.assert_allclose(g, [w[path] for w in wanted], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"layers.1.weight": X}, r"MLP has no numbers at 'layers.1.weight': write one of layers.0.weight"),
        ({"layers.0.bias": np.ones(3)}, r"'layers.0.bias' of MLP must have the shape \(5,\), got \(3,\)"),
    ],
)
def test_refusals(parameters, words):
    with pytest.raises(ValueError, match=words):
        nn.functional_call(make_mlp()[0], parameters, X)


@pytest.mark.parametrize(
    ("module", "parameters", "words"),
    [(make_mlp()[0], [1.0], r"module.state_dict\(\), got \[1.0\]"), (np.sin, {}, "takes a Module .* got <ufunc 'sin'>")],
)
def test_arguments_of_another_type(module, parameters, words):
    with pytest.raises(TypeError, match=words):
        nn.functional_call(module, parameters, X)


def test_a_shared_parameter_is_replaced_at_each_place():
    found = grad(lambda p: nn.functional_call(Tied(), p, X).sum())({"first": np.eye(4)})["first"]
    wanted = grad(lambda w: (X @ w @ w).sum())(np.eye(4))
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_a_parameter_in_a_tuple_is_refused():
    model = Tied()
    assert nn.functional_call(model, {"rest.1": np.zeros(2)}, X).shape == (6, 4)
    model.rest = tuple(model.rest)
    with pytest.raises(ValueError, match=r"'rest.1' of Tied is in a tuple, which cannot be changed: use a list"):
        nn.functional_call(model, {"rest.1": np.zeros(2)}, X)
