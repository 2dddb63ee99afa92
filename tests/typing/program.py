"""Program of a user, which type checkers must accept and which must run: `assert_type` states what they see."""

from typing import Any, assert_type

import numpy as np

import autograd as ag
import nn
from autograd import Tensor, Value

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]


def area(width: float, height: float = 2.0) -> float:
    return width * height


@ag.compile
def doubled(x: float) -> float:
    return 2.0 * x


@ag.compile(backend="numpy")
def energy(x: Array) -> Any:
    return ag.sum(x * x)


class Circle:
    @ag.compile
    def length(self, radius: float) -> float:
        return 6.28 * radius


class Scaled(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        self.inner, self.scale = inner, Value(2.0)

    def forward(self, x: Array | Tensor, times: int = 1) -> Tensor:
        return ag.multiply(times * self.scale, Tensor(self.inner(x).numpy()))


def main() -> None:
    v, t, a = Value(2.0), Tensor([1.0, 2.0], requires_grad=True), np.ones(2)

    # Elementwise ops: float → float, Value → Value, Tensor → Tensor, array → array, and mixed arguments.
    assert_type(ag.exp(1.0), float)
    assert_type(ag.exp(v), Value)
    assert_type(ag.exp(t), Tensor)
    assert_type(ag.exp(a), Array)
    assert_type(ag.leaky_relu(t, slope=0.1), Tensor)
    assert_type(ag.gelu(v, approximate="tanh"), Value)
    assert_type(ag.add(2.0, 3.0), float)
    assert_type(ag.maximum(v, 1.0), Value)
    assert_type(ag.maximum(1.0, v), Value)
    assert_type(ag.maximum(v, a), Tensor)
    assert_type(ag.maximum(a, t), Tensor)
    assert_type(ag.maximum(a, 2.0), Array)
    assert_type(ag.where(t > 1.0, t, 0.0), Tensor)
    assert_type(ag.clip(t, 0.0, None), Tensor)

    # Ops and functions of arrays.
    assert_type(ag.sum(t, axis=0, keepdims=True), Tensor)
    assert_type(ag.softmax(t, axis=-1), Tensor)
    assert_type(ag.matmul(a, t), Tensor)
    assert_type(ag.reshape(t, (2, 1)), Tensor)
    assert_type(ag.flip(t), Tensor)
    assert_type(ag.pad(t, 1, mode="edge"), Tensor)
    assert_type(ag.convolve(t, a, mode="same"), Tensor)
    assert_type(ag.stack([t, t], axis=1), Tensor)
    assert_type(ag.stack([v, 2.0 * v]), Tensor)
    assert_type(ag.concatenate((t, t)), Tensor)
    assert_type(ag.split(t, 2)[0], Tensor)
    assert_type(ag.split(ag.stack([t, t]), [1], axis=1), list[Tensor])
    assert_type(ag.einsum("i,i->", t, a), Tensor)
    assert_type(ag.einsum("i,i,i", a, t, a), Tensor)
    assert_type(ag.tril(ag.diag(t)), Tensor)
    assert_type(ag.trace(ag.outer(t, a)), Tensor)
    assert_type(ag.slogdet(ag.outer(t, a)).logabsdet, Tensor)
    assert_type(ag.stack([a, t, a]), Tensor)

    # Operators, attributes and methods.
    assert_type(1.0 - v, Value)
    assert_type(v * a, Tensor)
    assert_type(a * v, Tensor)
    assert_type(v + t, Tensor)
    assert_type(t @ a, Tensor)
    assert_type(a @ t, Tensor)
    assert_type(2.0**-t, Tensor)
    assert_type(v < 3.0, bool)
    assert_type(t < v, Array)
    assert_type(t[0], Tensor)
    assert_type(t.T.reshape(2, 1).sum(axis=0).tanh(), Tensor)
    assert_type(v.data, float)
    assert_type(v.grad, float)
    assert_type(t.data, Array)
    assert_type(t.grad, Array | None)
    assert_type((t @ a).item(), float)
    assert_type([part.exp() for part in t], list[Tensor])

    # Transforms keep the parameters of a function.

    assert_type(ag.grad(area, "width")(3.0, height=4.0), Any)
    assert_type(ag.value_and_grad(area)(3.0), tuple[Any, Any])
    assert_type(doubled(1.0), float)
    assert_type(Circle().length(2.0), float)
    assert_type(ag.checkpoint(area)(3.0), float)
    assert_type(ag.stop_gradient(t), Tensor)
    assert_type(ag.scan(lambda carry, x: (carry + x, None), 0.0, a)[0], float)
    _, pull = ag.vjp(area, 2.0, 3.0)
    assert pull(1.0) == (3.0, 2.0)
    assert energy(a) == 2.0
    assert ag.grad(ag.tanh)(0.0) == 1.0
    assert ag.grad(ag.grad(ag.sin))(0.0) == ag.compile(ag.grad(ag.grad(ag.sin)))(0.0) == 0.0
    assert ag.vmap(ag.vmap(ag.sum))(np.ones((2, 3, 4))).shape == (2, 3)
    assert ag.hessian(lambda x: ag.exp(x) * ag.sin(x))(0.0) == 2.0
    assert ag.vmap(ag.dot)(np.ones((3, 2)), np.ones((3, 2))).shape == (3,)
    assert ag.grad(lambda x: ag.tanh(x @ a).sum())(np.zeros((3, 2))).shape == (3, 2)

    # A module is called with the parameters of its `forward`, and returns what that returns.

    model = nn.MLP(2, [4], 3, activation="tanh", seed=0)
    rows, labels = np.ones((5, 2), np.float32), np.zeros(5, int)
    assert_type(model(rows), Tensor)
    assert_type(nn.Linear(2, 3)(rows), Tensor)
    assert_type(nn.ReLU()(t), Tensor)
    assert_type(nn.Softmax()(model(rows)), Tensor)
    assert_type(nn.LeakyReLU(0.1)(v), Value)
    assert_type(nn.GELU()([1.0]), Any)
    assert_type(Scaled(model)(rows, times=2), Tensor)
    assert_type(nn.scalar.Neuron(2)([1.0, 2.0]), Value)
    assert_type(nn.cross_entropy(model(rows), labels, reduction="sum"), Tensor)
    assert_type(nn.mean_squared_error(model(rows), np.ones((5, 3))), Tensor)
    assert_type(nn.accuracy(model(rows), labels), float)

    optimizer = nn.Adam(model.parameters(), lr=0.1)
    nn.cross_entropy(model(rows), labels).backward()
    optimizer.step()
    nn.fit(model, (rows, labels), loss=nn.cross_entropy, optimizer=optimizer, epochs=1, engine="tape", progress=False)
    ag.draw(v * v, direction="both", rankdir="TB", theme="dark", arrays="stats")
