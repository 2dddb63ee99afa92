"""Parameter groups, the state of optimizers, and L-BFGS."""

import copy
import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from nn import LBFGS, SGD, Adam, AdamW
from tests.nn.optim.test_optimizers import DECAYING, MAKERS

all_optimizers = pytest.mark.parametrize("make", (MAKERS | DECAYING).values(), ids=(MAKERS | DECAYING).keys())


def leaves():
    return [
        Tensor(np.arange(6.0).reshape(2, 3) - 2.5, requires_grad=True, dtype="f4"),
        Tensor(0.5, requires_grad=True, dtype="f4"),
        Value(1.5),
    ]


def steps(optimizer, seed, count):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        for p in optimizer.parameters:
            p.grad = rng.normal(size=p.shape).astype("f4") if isinstance(p, Tensor) else float(rng.normal())
        optimizer.step()


def numbers(parameters):
    return [p.numpy().tobytes() if isinstance(p, Tensor) else p.data for p in parameters]


@all_optimizers
@pytest.mark.parametrize("before", [0, 1, 4])
def test_a_restored_state_resumes_bit_for_bit(make, before):
    p, q = leaves(), leaves()
    unbroken, first = make(p), make(q)
    steps(unbroken, 1, before)
    steps(unbroken, 2, 5)
    steps(first, 1, before)
    state = {name: array.copy() for name, array in first.state_dict().items()}
    steps(first, 3, 2)  # the copy does not follow
    r = leaves()
    second = make(r)
    steps(make(r), 1, before)
    second.load_state_dict(state)
    steps(second, 2, 5)
    assert numbers(r) == numbers(p)
    assert [x.dtype for x in second.state_dict().values()] == [x.dtype for x in unbroken.state_dict().values()]


@all_optimizers
def test_a_state_that_does_not_fit_changes_nothing(make):
    optimizer = make(leaves())
    steps(optimizer, 0, 2)
    before = optimizer.state_dict()
    for spoil, message in [
        (lambda s: s.pop("groups.0.lr"), "groups.0.lr is missing"),
        (lambda s: s.update(more=np.zeros(3)), "more is unknown"),
        (lambda s: s.update({"steps.0": np.zeros((2, 2), int)}), r"steps.0 has shape \(2, 2\)"),
        (lambda s: s.update({"groups.0.lr": np.array("0.1")}), "groups.0.lr has shape"),
    ]:
        state = optimizer.state_dict()
        state["groups.0.weight_decay"] = np.array(0.5)
        spoil(state)
        with pytest.raises(ValueError, match=message):
            optimizer.load_state_dict(state)
        after = optimizer.state_dict()
        assert {k: x.tobytes() for k, x in after.items()} == {k: x.tobytes() for k, x in before.items()}


def test_each_group_has_its_own_options():
    a, b = Value(1.0), Value(1.0)
    optimizer = SGD([{"params": [a]}, {"params": (x for x in [b]), "lr": 0.5, "weight_decay": 1.0}], lr=0.1)
    a.grad = b.grad = 1.0
    optimizer.step()
    assert (a.data, b.data) == (0.9, 0.0)
    with pytest.raises(ValueError, match=r"groups have learning rates 0.1, 0.5: read groups\[i\].lr"):
        _ = optimizer.lr
    optimizer.lr = 0.25
    assert optimizer.lr == optimizer.groups[1].lr == 0.25


def test_a_schedule_moves_every_group_by_the_same_factor():
    optimizer = SGD([{"params": [Value(1.0)]}, {"params": [Value(1.0)], "lr": 0.5}], lr=0.1)
    schedule = nn.Schedule(optimizer, nn.schedules.exponential(0.5))
    schedule.step()
    assert [group.lr for group in optimizer.groups] == [0.05, 0.25]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            [{"params": [Value(1.0)], "speed": 1.0}],
            "group 0 of parameters has the unknown option 'speed'; known are lr, momentum",
        ),
        ([{"lr": 1.0}], "group 0 of parameters must have 'params', got only 'lr'"),
        ([{"params": []}], "needs at least one parameter, got none"),
        ([{"params": [Value(1.0)], "lr": -1.0}], "lr must be at least 0 and finite, got -1.0"),
    ],
)
def test_impossible_groups(groups, message):
    with pytest.raises(ValueError, match=message):
        SGD(groups, lr=0.1)


def test_a_parameter_in_two_groups():
    a = Value(1.0)
    with pytest.raises(ValueError, match="one of 2 parameters is passed twice"):
        SGD([{"params": [a]}, {"params": [a]}], lr=0.1)


@pytest.mark.peer
def test_groups_are_updated_as_in_torch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    starts = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    ours = [Tensor(x, requires_grad=True) for x in starts]
    theirs = [torch.tensor(x, requires_grad=True) for x in starts]
    optimizer = AdamW([{"params": ours[:1]}, {"params": ours[1:], "lr": 0.3, "weight_decay": 0.2}], lr=0.01)
    peer = torch.optim.AdamW([{"params": theirs[:1]}, {"params": theirs[1:], "lr": 0.3, "weight_decay": 0.2}], lr=0.01)
    for _ in range(20):
        for p, q in zip(ours, theirs, strict=True):
            p.grad = rng.normal(size=p.shape)
            q.grad = torch.tensor(p.grad)
        optimizer.step()
        peer.step()
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-12, atol=1e-12)


def test_lbfgs_minimizes_the_rosenbrock_function():
    x, y = Tensor(np.full(3, -1.2), requires_grad=True), Value(1.0)
    optimizer = LBFGS([x, y])

    def closure():
        loss = ((1.0 - x) ** 2).sum() + 100.0 * ((x[1:] - x[:-1] ** 2) ** 2).sum() + Tensor(0.0)
        optimizer.zero_grad()
        loss.backward()
        y.grad = 2 * (y.data - 3.0)
        return loss + (y.data - 3.0) ** 2

    loss = optimizer.step(closure)
    assert loss < 1e-12
    np.testing.assert_allclose(x.numpy(), 1.0, atol=1e-5)
    np.testing.assert_allclose(y.data, 3.0, atol=1e-5)


def test_lbfgs_checks_its_arguments():
    x = Tensor([1.0], requires_grad=True)
    with pytest.raises(ValueError, match="LBFGS takes no learning rate"):
        LBFGS([{"params": [x], "lr": 0.5}])
    optimizer = LBFGS([x])
    with pytest.raises(TypeError, match=r"write step\(closure\)"):
        optimizer.step()

    def closure():
        loss = (x * np.nan).sum()
        loss.backward()
        return loss

    with pytest.raises(FloatingPointError, match="loss and gradient must be finite at the start, got nan"):
        optimizer.step(closure)
    assert x.numpy().tolist() == [1.0]


def test_a_copy_of_an_optimizer_state_is_deep():
    p = leaves()
    optimizer = Adam(p)
    steps(optimizer, 0, 3)
    state = copy.deepcopy(optimizer.state_dict())
    steps(optimizer, 1, 3)
    optimizer.load_state_dict(state)
    assert optimizer.steps == [3, 3, 3]


@pytest.mark.parametrize(
    ("f", "start", "least"),
    [
        (lambda p: p - ag.log(p), 50.0, 1.0),
        (lambda p: p - ag.log(p), 5e4, 1.0),
        (lambda p: ag.where(p < 1.0, math.nan, p * p), 30.0, 1.0),
        (lambda p: -ag.sqrt(1.0 - p * p), 0.999, -1.0),
    ],
)
def test_lbfgs_returns_the_loss_of_the_best_finite_point(f, start, least):
    p = Tensor([start], requires_grad=True)
    optimizer = LBFGS([p])

    def closure():
        loss = f(p).sum()
        optimizer.zero_grad()
        loss.backward()
        return loss

    found = optimizer.step(closure)
    assert found == f(p).sum().item()
    assert found == pytest.approx(least, abs=1e-9)


def test_an_error_in_the_closure_keeps_the_best_point():
    p = Tensor([3.0], requires_grad=True)
    optimizer = LBFGS([p])
    losses = []

    def closure():
        if len(losses) == 3:
            raise RuntimeError("stop")
        loss = ((p - 1.0) ** 4).sum()
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        return loss

    with pytest.raises(RuntimeError, match="stop"):
        optimizer.step(closure)
    assert ((p - 1.0) ** 4).item() == min(losses)


def test_a_group_is_added_between_steps():
    a, b, c = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(3))
    grown, whole = SGD([a], lr=0.1, momentum=0.5), SGD([{"params": [a]}, {"params": [b, c], "lr": 0.5}], lr=0.1, momentum=0.5)
    schedule = nn.Schedule(grown, nn.schedules.exponential(0.5))
    grown.add_param_group({"params": iter([b, c]), "lr": 0.5})
    assert repr(grown) == repr(whole)
    assert grown.state_dict().keys() == whole.state_dict().keys()
    schedule.step()
    assert [group.lr for group in grown.groups] == [0.05, 0.25]
    before = repr(grown)
    for wrong, error in (
        ({"params": [a]}, ValueError),
        ({"params": [1.0]}, TypeError),
        ({"lr": 1.0}, ValueError),
        ([a], TypeError),
    ):
        with pytest.raises(error):
            grown.add_param_group(wrong)
    assert repr(grown) == before
    assert before.startswith("SGD([1 parameters, lr=0.05, momentum=0.5, ")


def test_a_huge_finite_gradient_is_clipped():
    for dtype, size in ((np.float64, 1e200), (np.float64, 1e308), (np.float32, 3e38), (np.float64, 5e-324)):
        p = Tensor(np.zeros(2, dtype), requires_grad=True)
        p.grad = np.array([0.6 * size, 0.8 * size], dtype)
        norm = nn.clip_gradients_by_norm(iter([p]), 1.0)
        assert norm == pytest.approx(np.hypot(*p.grad) if size < 1 else size, rel=1e-6)
        np.testing.assert_allclose(p.grad, [0.6, 0.8] if size > 1 else p.grad, rtol=1e-6)
    value = Value(0.0)
    value.grad = -4.0
    assert nn.clip_gradients_by_norm(value, 2.0) == 4.0
    assert value.grad == -2.0
    nn.clip_gradients_by_value(value, 1.0)
    assert value.grad == -1.0


@pytest.mark.parametrize("holder", [lambda optimizer: optimizer, lambda optimizer: optimizer.groups[0]])
def test_a_learning_rate_is_checked_when_it_is_set(holder):
    optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=0.1)
    for wrong in (-1, np.nan, np.inf, "0.1", None, True, [0.1], np.array([0.1])):
        with pytest.raises((TypeError, ValueError), match="lr must be"):
            holder(optimizer).lr = wrong
        assert optimizer.lr == 0.1
    for right in (1, np.float32(1.0), np.int64(1)):
        holder(optimizer).lr = right
        assert type(optimizer.lr) is float
        assert optimizer.lr == 1.0
    other = SGD([Tensor([1.0], requires_grad=True)], lr=0.1)
    other.load_state_dict(optimizer.state_dict() | {"groups.0.lr": np.array(2)})  # an integer, as older versions saved it
    assert (type(other.lr), other.lr) == (float, 2.0)
    with pytest.raises(ValueError, match="lr must be"):
        other.load_state_dict(optimizer.state_dict() | {"groups.0.lr": np.array(np.nan)})
    assert other.lr == 2.0
