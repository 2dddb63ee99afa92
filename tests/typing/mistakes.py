"""Mistakes of a user: type checkers must find an error in each line that is marked, and in no other."""

import numpy as np

import autograd as ag
import nn
from autograd import Tensor, Value

v, t, a = Value(2.0), Tensor([1.0, 2.0]), np.ones(2)
model = nn.MLP(2, [4], 3)


def area(width: float, height: float) -> float:
    return width * height


@ag.compile
def doubled(x: float) -> float:
    return 2.0 * x


class Scaled(nn.Module):
    def forward(self, x: Tensor, times: int) -> Tensor:
        return x * times


def mistakes() -> None:
    # Ops.
    ag.exp("1.0")  # error
    ag.exp()  # error
    ag.exp(t, t)  # error
    ag.add(t)  # error
    ag.add(v, None)  # error
    ag.sum("12")  # error
    ag.sum(t, axes=0)  # error
    ag.sum(t, axis="rows")  # error
    ag.reshape(t)  # error
    ag.matmul(t, "a")  # error
    ag.leaky_relu(t, slop=0.1)  # error
    ag.gelu(t, approximate="erf")  # error
    ag.pad(t, 1, mode="zeros")  # error
    ag.convolve(t, a, "all")  # error
    ag.swapaxes(t, 0)  # error
    ag.stack([t, t], dim=1)  # error
    ag.split(t)  # error
    ag.einsum(t, t)  # error
    ag.diag(t, k="1")  # error
    _joined: Value = ag.stack([v, v])  # error
    _of_value: Tensor = ag.exp(v)  # error
    _of_float: Value = ag.exp(1.0)  # error

    # Operators and attributes.
    v + "1"  # error
    t @ "a"  # error
    assert v < "1"  # error
    _sum_of_both: Value = v + a  # error
    t[0] = 1.0  # error
    t.grad.sum()  # error
    v.grad = "0"  # error
    print(v.gradient)  # error
    _count: str = t.item()  # error

    # Transforms.
    ag.grad(3.0)  # error
    ag.grad(area(1.0, 2.0))  # error
    ag.grad(area)(1.0)  # error
    ag.grad(area)(1.0, "2.0")  # error
    ag.value_and_grad(area)(1.0, depth=3.0)  # error
    ag.grad(area, has_aux="yes")  # error
    ag.hessian(area)()  # error
    ag.vjp(3.0, 2.0)  # error
    ag.vmap(area)(a)  # error
    ag.compile(area, backend="cuda")  # error
    ag.compile(area)(1.0)  # error
    ag.checkpoint(area)(1.0)  # error
    doubled("1")  # error
    _text: str = doubled(1.0)  # error
    _carry: str = ag.scan(lambda c, x: (c, x), 0.0, a)[0]  # error

    # Networks, losses and drawings.
    model()  # error
    model(a).backwards()  # error
    nn.Tanh()(t).backwards()  # error
    nn.ReLU()()  # error
    Scaled()(t)  # error
    Scaled()(a, times=1)  # error
    _of_model: float = model(a)  # error
    nn.MLP(2, [4], 3, activation="rely")  # error
    nn.cross_entropy(model(a))  # error
    nn.cross_entropy(model(a), a, reduction="average")  # error
    nn.cross_entropy(model(a), a).items()  # error
    nn.fit(model, (a, a), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=1, engine="cuda")  # error
    nn.EarlyStopping(mode="highest")  # error
    ag.draw(v, direction="up")  # error
    ag.draw(v, theme="blue")  # error
    ag.check_gradients(area, 1.0, 2.0, oracle="jax")  # error
