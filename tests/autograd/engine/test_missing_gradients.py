"""Warning on reading the gradient of a computed tensor, which is not stored."""

import copy
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from tests.likely_mistakes import heard


@pytest.mark.parametrize("f", [lambda x: x * 2.0, lambda x: x.sum(), ag.exp, lambda x: x[0], lambda x: ag.split(x, 2)[0]])
def test_computed_tensors_name_the_cure(f):
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = f(x)
    (text,) = heard(lambda: y.grad)
    assert text.endswith("call retain_grad() before it")
    y.backward(np.ones(y.shape))
    assert len(heard(lambda: y.grad)) == 1


def test_tensors_with_a_gradient_and_others_that_cannot_have_one_are_silent():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * 2.0
    y.retain_grad()
    y.sum().backward()
    with ag.no_grad():
        constant = x * 2.0
    kept = x * 3.0
    kept.grad = np.ones(2)
    for node in (x, y, constant, Tensor([1.0]), copy.deepcopy(x * 1.0), kept, Value(1.0) * 2.0):
        assert heard(lambda node=node: node.grad) == []


def test_copies_drawings_and_checks_of_graphs_do_not_read_it():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()

    def readers():
        copy.copy(y), copy.deepcopy(y), pickle.dumps(y), repr(y), ag.explain(y), ag.draw(y), ag.draw(y, direction="backward")
        ag.check_gradients(lambda a: (a * a).sum(), np.ones(2))
        y.backward()

    assert heard(readers) == []


def test_the_setter_takes_what_it_is_given():
    x = Tensor([1.0, 2.0], requires_grad=True)
    g = np.ones(2)
    x.grad = g
    assert x.grad is g
    x.grad = None
    assert x.grad is None
