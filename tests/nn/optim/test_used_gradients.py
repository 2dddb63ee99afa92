"""Warnings of steps without gradients, and of gradients that contain those of the last step."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, gradients
from tests.likely_mistakes import heard

from .test_optimizers import DECAYING, MAKERS


def tensors():
    return [Tensor(np.ones(3), requires_grad=True), Tensor([[2.0]], requires_grad=True)]


def values():
    return [Value(1.0), Value(2.0), Value(-0.5)]


def loss_of(parameters):
    """Loss that depends on all parameters."""
    a, *others = parameters
    total = (a * a).sum() if isinstance(a, Tensor) else a * a
    for p in others:
        total = total + (p * p * p if isinstance(p, Value) else (p * p * p).sum())
    return total


def steps(work):
    """A program of five rounds of `work(optimizer, parameters)`."""

    def program(optimizer, parameters):
        for _ in range(5):
            work(optimizer, parameters)

    program.work = work
    return program


@steps
def forgotten(optimizer, parameters):
    loss_of(parameters).backward()
    optimizer.step()


@steps
def forgotten_and_clipped(optimizer, parameters):
    loss_of(parameters).backward()
    nn.clip_gradients_by_norm(parameters, 0.1)
    nn.clip_gradients_by_value(parameters, 0.05)
    optimizer.step()


@steps
def forgotten_in_micro_batches(optimizer, parameters):
    loss_of(parameters).backward()
    loss_of(parameters).backward()
    optimizer.step()


def forgotten_later(optimizer, parameters):
    cleared_first(optimizer, parameters)
    forgotten(optimizer, parameters)


def forgotten_by_a_copy(optimizer, parameters):
    copy.deepcopy(optimizer).step()
    forgotten(optimizer, parameters)


@steps
def cleared_first(optimizer, parameters):
    optimizer.zero_grad()
    loss_of(parameters).backward()
    optimizer.step()


@steps
def cleared_last(optimizer, parameters):
    loss_of(parameters).backward()
    loss_of(parameters).backward()
    optimizer.step()
    optimizer.zero_grad()


@steps
def cleared_by_hand(optimizer, parameters):
    for p in parameters:
        p.grad = None if isinstance(p, Tensor) else 0
    loss_of(parameters).backward()
    optimizer.step()


@steps
def cleared_in_place(optimizer, parameters):
    for p in parameters:
        if isinstance(p, Tensor) and p.grad is not None:
            p.grad[...] = 0.0
        else:
            p.grad = None if isinstance(p, Tensor) else 0.0
    loss_of(parameters).backward()
    optimizer.step()


@steps
def sum_cleared_in_place(optimizer, parameters):
    cleared_in_place.work(optimizer, parameters)
    loss_of(parameters).backward()  # such as for a number that is only printed
    cleared_in_place.work(optimizer, parameters)


@steps
def set_by_hand(optimizer, parameters):
    for p in parameters:
        p.grad = np.ones(p.shape) if isinstance(p, Tensor) else 1.0
    optimizer.step()


@steps
def by_gradients(optimizer, parameters):
    for p, g in zip(parameters, gradients(loss_of(parameters), parameters), strict=True):
        p.grad = g
    optimizer.step()
    gradients(loss_of(parameters), parameters)


@steps
def read_after_the_step(optimizer, parameters):
    optimizer.zero_grad()
    loss_of(parameters).backward()
    optimizer.step()
    assert all(np.all(np.isfinite(p.grad + 1.0)) for p in parameters)


@steps
def of_two_optimizers(optimizer, parameters):
    """As generator and discriminator: the loss of one also reaches the other, whose gradients are cleared before its step."""
    first, second = nn.SGD(parameters[:1], lr=0.01), nn.SGD(parameters[1:], lr=0.01)
    for _ in range(3):
        first.zero_grad()
        loss_of(parameters).backward()
        first.step()
        second.zero_grad()
        loss_of(parameters).backward()
        second.step()


MISTAKES = [forgotten, forgotten_and_clipped, forgotten_in_micro_batches, forgotten_later, forgotten_by_a_copy]
RIGHT = [cleared_first, cleared_last, cleared_by_hand, cleared_in_place, sum_cleared_in_place, set_by_hand, by_gradients,
         read_after_the_step, of_two_optimizers]  # fmt: skip
kinds = pytest.mark.parametrize("kind", [tensors, values])
optimizers = pytest.mark.parametrize("make", (MAKERS | DECAYING).values(), ids=(MAKERS | DECAYING).keys())


@kinds
@optimizers
def test_gradients_that_nobody_cleared_are_named_once(make, kind):
    for program in MISTAKES:
        parameters = kind()
        optimizer = make(parameters)
        texts = [text for text in heard(lambda p=program, o=optimizer, x=parameters: p(o, x)) if "no parameter" not in text]
        expected = "the gradients of this step contain those of the last step: call zero_grad() before backward()"
        assert set(texts) == {expected}
        assert len(texts) == 1


@kinds
@optimizers
def test_right_loops_are_silent(make, kind):
    for program in RIGHT:
        parameters = kind()
        optimizer = make(parameters)
        assert heard(lambda p=program, o=optimizer, x=parameters: p(o, x)) == [], program


@kinds
@optimizers
def test_a_step_without_gradients_is_named_once(make, kind):
    optimizer = make(kind())
    texts = heard(lambda: [optimizer.step() for _ in range(3)])
    assert texts == ["no parameter has a gradient, so step() changes nothing: call loss.backward() before step()"]


def test_gradients_of_values_may_become_zero():
    p = Value(1.0)
    optimizer = nn.SGD([p], lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        (p * p).backward()
        optimizer.step()
    assert p.data == 0.0


def test_pickles_of_optimizers_forget_the_used_gradient():
    parameters = tensors()
    optimizer = nn.SGD(parameters, lr=0.1)
    loss_of(parameters).backward()
    optimizer.step()
    again = pickle.loads(pickle.dumps(optimizer))
    assert again._used.leaf is None
    again.step()


def test_fit_with_every_engine_is_silent():
    x, y = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32), np.arange(40) % 2
    model = nn.MLP(2, [3], 2, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    for engine in ("eager", "tape", "eager"):
        nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=optimizer, epochs=2, engine=engine, progress=False)
