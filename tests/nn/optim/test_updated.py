"""`updated`: the pure function that every engine calls, also of custom optimizers."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, no_grad
from nn.optim._groups import group_settings
from nn.optim._machine_code import update_kernel
from tests.nn.optim.test_optimizers import DECAYING, MAKERS

all_optimizers = pytest.mark.parametrize("make", (MAKERS | DECAYING).values(), ids=(MAKERS | DECAYING).keys())


class Signum(nn.Optimizer):
    """The sign of a mean of gradients, in steps that get shorter."""

    remembers = ("means",)

    def __init__(self, parameters, lr, momentum=0.9):
        super().__init__(parameters, lr, momentum=momentum)

    checks = {"momentum": lambda name, value: float(value)}  # noqa: RUF012

    @staticmethod
    def updated(parameter, gradient, state, settings):
        mean = settings.momentum * state[0] + gradient
        return parameter - settings.lr / settings.step**0.5 * np.sign(mean), (mean,)


class Plain(nn.Optimizer):
    """No option and no state; `updated` is a method, which is allowed too."""

    def updated(self, parameter, gradient, state, settings):
        return parameter - settings.lr * gradient, state


def gradients_of(p, count):
    rng = np.random.default_rng(0)
    return [rng.normal(size=p.shape).astype(p.dtype) for _ in range(count)]


@all_optimizers
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(2, 3), (5, 7), (6, 1), ()])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("many", [0, 10**9], ids=["machine code", "blocks"])
def test_steps_are_the_pure_function_bit_for_bit_and_it_writes_nowhere(make, dtype, shape, order, many, monkeypatch):
    monkeypatch.setattr("nn.optim._blocks.BLOCK", 4)
    monkeypatch.setattr("nn.optim._blocks.MANY", many)
    p = Tensor(np.random.default_rng(1).normal(size=shape), requires_grad=True, dtype=dtype)
    optimizer = make([p])
    (group,) = optimizer.groups
    data, state = p.numpy().copy(), tuple(np.zeros_like(p.numpy()) for _ in optimizer.remembers)
    for step, g in enumerate(gradients_of(p, 5), start=1):
        g = np.asarray(g, order=order)
        before = [x.copy() for x in (data, g, *state)]
        new, after = optimizer.updated(data, g, state, group_settings(group, optimizer.scales(group, step)))
        for x, was in zip((data, g, *state), before, strict=True):
            np.testing.assert_array_equal(x, was)
        p.grad = g
        optimizer.step()
        data, state = new, after
        assert data.tobytes() == p.numpy().tobytes()
        for name, x in zip(optimizer.remembers, state, strict=True):
            assert x.tobytes() == getattr(optimizer, name)[0].tobytes()


SPECIAL = [0.0, -0.0, 1e-45, -1e-30, 1e-8, 1.0, -3.0, 1e19, -1e30, np.inf, -np.inf, np.nan]


@all_optimizers
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, ">f4"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_machine_code_has_the_numbers_of_numpy_at_special_points(make, dtype, monkeypatch):
    p, g = (np.array(x, dtype).ravel() for x in np.meshgrid(SPECIAL, SPECIAL))
    found = []
    for many in (0, 10**9):
        monkeypatch.setattr("nn.optim._blocks.MANY", many)
        x = Tensor(p, requires_grad=True)
        optimizer = make([x])
        for _ in range(3):
            x.grad = g.copy()
            with no_grad():
                optimizer.step()
        found.append([x.numpy(), *(getattr(optimizer, name)[0] for name in optimizer.remembers)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0]))


def test_rules_of_arithmetic_have_machine_code_and_errors_that_numpy_shall_raise_are_raised(monkeypatch):
    pytest.importorskip("llvmlite")
    monkeypatch.setattr("nn.optim._blocks.MANY", 0)
    kernels = []
    monkeypatch.setattr("nn.optim._blocks.update_kernel", lambda *key: kernels.append(update_kernel(*key)) or kernels[-1])
    for name, make in (MAKERS | DECAYING).items():
        x = Tensor(np.ones(3), requires_grad=True)
        x.grad = np.full(3, 1e200)
        optimizer = make([x])
        optimizer.step()
        assert (kernels.pop() is None) == ("lion" in name)
        if "squares" in optimizer.remembers:
            with np.errstate(over="raise"), pytest.raises(FloatingPointError):
                optimizer.step()


@all_optimizers
@pytest.mark.peer
def test_updated_takes_arrays_of_jax(make):
    jax = pytest.importorskip("jax")
    p = Tensor(np.arange(6.0).reshape(2, 3) - 2.5, requires_grad=True, dtype=np.float32)
    optimizer = make([p])
    (group,) = optimizer.groups
    for compiled in (lambda f: f, jax.jit):
        data, state = p.numpy(), tuple(np.zeros_like(p.numpy()) for _ in optimizer.remembers)
        there, memory = jax.numpy.asarray(data), tuple(map(jax.numpy.asarray, state))
        for step, g in enumerate(gradients_of(p, 3), start=1):
            settings = group_settings(group, optimizer.scales(group, step))
            data, state = optimizer.updated(data, g, state, settings)
            there, memory = compiled(lambda *x, s=settings: optimizer.updated(*x, s))(there, jax.numpy.asarray(g), memory)
            assert all(isinstance(x, jax.Array) for x in (there, *memory))
        for x, y in zip((there, *memory), (data, *state), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-5)


@pytest.mark.parametrize("engine", ["tape", pytest.param("jax", marks=pytest.mark.peer)])
@pytest.mark.parametrize("make", [Signum, Plain])
def test_a_custom_optimizer_works_with_every_engine(make, engine):
    if engine == "jax":
        pytest.importorskip("jax")
    (x, y), found = nn.datasets.moons(64, seed=0), []
    rows = x.astype(np.float32), y
    for how in ("eager", engine):
        model = nn.MLP(2, [4], 2, seed=0)
        optimizer = make(model.parameters(), lr=0.01)
        nn.fit(model, rows, loss=nn.cross_entropy, optimizer=optimizer, epochs=3, batch_size=24, progress=False, engine=how)
        found.append(model.state_dict() | optimizer.state_dict())
    for name, array in found[0].items():
        np.testing.assert_allclose(found[1][name], array, rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("make", [Signum, Plain])
def test_a_custom_optimizer_updates_values_as_tensors_and_resumes_from_its_state(make):
    tensor, values = Tensor([1.0, -2.0], requires_grad=True), [Value(1.0), Value(-2.0)]
    together, single = make([tensor], lr=0.1), make(values, lr=0.1)
    for g in gradients_of(tensor, 4):
        resumed = make([tensor], lr=0.5)
        resumed.load_state_dict(together.state_dict())
        together = resumed
        tensor.grad = g
        for value, x in zip(values, g.tolist(), strict=True):
            value.grad = x
        together.step()
        single.step()
    np.testing.assert_allclose(tensor.numpy(), [value.data for value in values], rtol=1e-14)


class Normed(nn.Adam):
    """Adam of gradients of norm 1: the norm needs all entries at once."""

    @staticmethod
    def updated(parameter, gradient, state, settings):
        return nn.Adam.updated(parameter, gradient / np.sqrt((gradient * gradient).sum()), state, settings)


def test_a_rule_of_a_subclass_gets_whole_arrays(monkeypatch):
    p = Tensor(np.ones(9), requires_grad=True)
    optimizer = Normed([p], eps=1.0, lr=1.0)
    p.grad = np.arange(9.0)
    monkeypatch.setattr("nn.optim._blocks.BLOCK", 4)
    optimizer.step()
    g = p.grad / np.sqrt((p.grad * p.grad).sum())
    np.testing.assert_allclose(p.numpy(), 1.0 - g / (g + 1.0), rtol=1e-14)


def test_data_before_a_step_do_not_change(monkeypatch):
    monkeypatch.setattr("nn.optim._blocks.BLOCK", 4)
    for size in (2, 9):
        p = Tensor(np.ones(size), requires_grad=True)
        before, y = p.numpy(), p.reshape(size, 1)
        p.grad = g = np.ones(size)
        nn.SGD([p], lr=0.5).step()
        assert before.tolist() == y.numpy().ravel().tolist() == g.tolist() == [1.0] * size
        assert p.numpy().tolist() == [0.5] * size
        with pytest.raises(RuntimeError, match="was changed after"):
            y.sum().backward()


@all_optimizers
@pytest.mark.parametrize("wrong", [1j, "a", None])
def test_a_gradient_without_real_numbers_changes_nothing(make, wrong):
    parameters = [Tensor(np.ones(3), requires_grad=True) for _ in range(2)]
    optimizer = make(parameters)
    for p in parameters:
        p.grad = np.full(3, 0.5)
    optimizer.step()
    before = [p.numpy().tobytes() for p in parameters], {name: x.tobytes() for name, x in optimizer.state_dict().items()}
    parameters[1].grad = np.array([wrong] * 3)
    with pytest.raises(TypeError, match="must have real numbers, got dtype"):
        optimizer.step()
    assert before == (
        [p.numpy().tobytes() for p in parameters], {name: x.tobytes() for name, x in optimizer.state_dict().items()}
    )  # fmt: skip


def test_a_state_of_another_length_is_refused():
    class Forgetful(Signum):
        @staticmethod
        def updated(parameter, gradient, state, settings):
            return parameter - gradient, ()

    p = Value(1.0)
    p.grad = 1.0
    with pytest.raises(ValueError, match="shorter"):
        Forgetful([p], lr=0.1).step()
    assert p.data == 1.0
