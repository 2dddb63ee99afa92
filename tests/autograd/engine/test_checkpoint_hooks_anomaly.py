"""Checkpoints, hooks, retained gradients, and anomaly detection."""

import tracemalloc

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, checkpoint, detect_anomaly, grad, gradients


def block(x, w):
    for _ in range(8):
        x = ag.tanh(x @ w)
    return x


@pytest.fixture
def weights():
    rng = np.random.default_rng(0)
    return [Tensor(rng.standard_normal((20, 20)) / 4, requires_grad=True, label=f"w{i}") for i in range(3)]


def loss(weights, f):
    x = Tensor(np.linspace(-1, 1, 60).reshape(3, 20), requires_grad=True)
    y = x
    for w in weights:
        y = f(lambda y, w=w: block(y, w))(y)
    return x, ag.sum(y * y)


def test_a_checkpoint_has_equal_gradients_also_of_captured_parameters(weights):
    x, y = loss(weights, lambda f: f)
    expected = gradients(y, [x, *weights])
    x, y = loss(weights, checkpoint)
    found = gradients(y, [x, *weights])
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    y.backward()
    y.backward()
    assert np.array_equal(x.grad, 2 * expected[0])


def test_a_checkpoint_can_be_differentiated_twice():
    x = np.linspace(-1.0, 1.0, 4)

    def f(x):
        return ag.sum(ag.sin(x) * x)

    assert np.allclose(
        grad(lambda x: ag.sum(ag.square(grad(lambda x: checkpoint(f)(x))(x))))(x),
        grad(lambda x: ag.sum(ag.square(grad(f)(x))))(x),
        rtol=1e-14,
    )


def test_a_checkpoint_saves_memory():
    def kept(f):
        tracemalloc.start()
        x = Tensor(np.ones((1000, 20)), requires_grad=True)
        w = Tensor(np.eye(20), requires_grad=True)
        before = tracemalloc.get_traced_memory()[0]
        y = f(lambda x: block(x, w))(x)
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert y.requires_grad
        return after - before

    assert kept(checkpoint) * 8 < kept(lambda f: f)  # 16 arrays against 1


def test_a_checkpoint_of_values_is_the_function_itself():
    x = Value(2.0)
    checkpoint(lambda x: x * x)(x).backward()
    assert x.grad == 4.0


def test_a_checkpoint_must_return_a_tensor():
    with pytest.raises(TypeError, match="must return a Tensor"):
        checkpoint(lambda x: 3.0)(Tensor([1.0], requires_grad=True))


def test_a_changed_parameter_is_noticed_behind_a_checkpoint(weights):
    _, y = loss(weights, checkpoint)
    weights[0].data = np.zeros((20, 20))
    with pytest.raises(RuntimeError, match="w0"):
        y.backward()


def test_a_hook_sees_the_whole_gradient_and_may_replace_it():
    seen = []
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * 3.0
    remove = y.register_hook(lambda g: seen.append(g.copy()))
    scale = x.register_hook(lambda g: 10.0 * g)
    (y * y + y).sum().backward()
    assert seen[0].tolist() == [7.0, 13.0]
    assert x.grad.tolist() == [210.0, 390.0]
    remove()
    scale()
    x.grad = None
    (y * y + y).sum().backward()
    assert len(seen) == 1
    assert x.grad.tolist() == [21.0, 39.0]


def test_a_hook_cannot_write_into_the_gradient():
    x = Tensor([1.0], requires_grad=True)

    def spoil(g):
        g[0] = 5.0

    x.register_hook(spoil)
    with pytest.raises(ValueError, match="read-only"):
        x.sum().backward()
    assert x.grad is None


def test_a_hook_that_gives_another_shape_is_an_error():
    x = Tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: g.sum())
    with pytest.raises(ValueError, match=r"shape \(\) for a tensor of shape \(2,\)"):
        x.sum().backward()


def test_a_hook_acts_on_recorded_sweeps_too():
    x = Tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: g * g)
    found = gradients((x * x).sum(), x, create_graph=True)
    assert found.numpy().tolist() == [4.0, 16.0]
    assert gradients(found.sum(), x).tolist() == [64.0, 256.0]  # d(4x²)/dx = 8x, squared by the hook


def test_a_computed_tensor_keeps_its_gradient_on_request():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y, z = x * 2.0, x * 3.0
    y.retain_grad()
    (y * z).sum().backward()
    assert y.grad.tolist() == [3.0, 6.0]
    with pytest.warns(UserWarning, match=r"stores no \.grad in the result of multiply: call retain_grad\(\) before it"):
        assert z.grad is None


def test_anomaly_error_names_op_line_and_ranges_of_a_value():
    x = Tensor([-1.0, 2.0], requires_grad=True)
    with pytest.raises(FloatingPointError, match=r"(?s)log gave .*1 nan.*\[-1, 2\].*ag\.log\(x\)"), detect_anomaly():
        ag.log(x)


@pytest.mark.parametrize("make", [Value, lambda x: Tensor([x], requires_grad=True)], ids=["Value", "Tensor"])
def test_anomaly_error_names_op_and_line_of_a_gradient(make):
    x = make(0.0)
    with detect_anomaly():
        y = ag.sqrt(x * 2.0)
        z = y * 3.0
        with pytest.raises(FloatingPointError, match=r"(?s)gradient of sqrt.*y = ag\.sqrt\(x \* 2\.0\)"):
            (z if isinstance(z, Value) else z.sum()).backward()


def test_without_anomaly_detection_nan_and_inf_are_allowed():
    assert str(Value(-1.0).log().data) == "nan"
    assert ag.sqrt(Value(0.0)).data == 0.0


def hooked(x, where):
    """Function whose hooks, at its argument or in it, multiply the gradient by 10."""
    y = ag.sin(x)
    for node, name in ((x, "argument"), (y, "result")):
        if name == where:
            node.register_hook(lambda g: 10.0 * g)
    return y * x


ROWS = np.array([[0.3, 0.5], [0.7, 0.2]])

#: Calls of a function f of one example, or step, and the same written out.
CALLS = {
    "vmap": (lambda f, x: ag.vmap(f)(x), lambda f, x: ag.stack([f(x[0]), f(x[1])])),
    "scan": (lambda f, x: ag.scan(lambda c, _: (f(c), None), x, length=2)[0], lambda f, x: f(f(x) * 1.0)),
    "scan of rows": (
        lambda f, x: ag.scan(lambda c, r: (c + f(r), f(r)), x[0], x)[1],
        lambda f, x: ag.stack([f(x[0]), f(x[1])]),
    ),
    "vmap of scan": (
        lambda f, x: ag.vmap(lambda r: ag.scan(lambda c, _: (f(c), None), r, length=1)[0])(x),
        lambda f, x: ag.stack([f(x[0]), f(x[1])]),
    ),
    "vmap of grad": (
        lambda f, x: ag.vmap(ag.grad(lambda r: f(r).sum()))(ag.stop_gradient(x)) * x,
        lambda f, x: ag.stack([ag.grad(lambda r: f(r).sum())(ag.stop_gradient(r)) * r for r in (x[0], x[1])]),
    ),
    "checkpoint": (lambda f, x: ag.checkpoint(f)(x * 1.0), lambda f, x: f(x * 1.0)),
    "compile": (lambda f, x: ag.compile(f)(x * 1.0), lambda f, x: f(x * 1.0)),
}


def result_or_refusal(f):
    try:
        return f(ROWS)
    except TypeError as error:
        return str(error)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("where", ["argument", "result"])
def test_a_hook_is_applied_or_refused(name, where):
    call, written_out = CALLS[name]

    def gradient(call):
        return ag.grad(lambda x: ag.sum(ag.sin(call(lambda r: hooked(r, where), x))))

    for f in (gradient(call), ag.compile(gradient(call))):
        found = result_or_refusal(f)
        if isinstance(found, str):
            assert "register it on an argument or a result of" in found
            assert name.startswith(("vmap", "scan"))
        else:
            np.testing.assert_allclose(found, gradient(written_out)(ROWS), rtol=1e-12)


@pytest.mark.parametrize("name", ["scan", "vmap", "vmap of scan"])
def test_a_hook_in_a_function_that_is_not_differentiated(name):
    call, written_out = CALLS[name]
    found, wanted = (g(lambda r: hooked(r, "result"), ROWS if g is call else Tensor(ROWS)) for g in (call, written_out))
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-14)
