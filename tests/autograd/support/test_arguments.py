"""Errors of calls with a wrong argument name: they name the right one."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from autograd.support.arguments import explained_arguments

X, Y = np.ones((4, 2)), np.array([0, 1, 0, 1])
V = Value(1.5)


def model():
    return nn.MLP(2, [3], 2)


def optimizer(cls=nn.SGD, **options):
    return cls(model().parameters(), **options)


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda: optimizer(nn.Adam, learning_rate=0.1), "write lr="),
        (lambda: optimizer(learningrate=0.1), "write lr="),
        (lambda: optimizer(lr=0.1, momentun=0.9), "did you mean momentum="),
        (lambda: optimizer(nn.AdamW, lr=0.1, weightDecay=0.9), "did you mean weight_decay="),
        (lambda: optimizer(lr=0.1, foo=1), r"arguments are \(parameters, lr, momentum"),
        (lambda: nn.fit(model(), (X, Y), epoch=1), "did you mean epochs="),
        (lambda: nn.fit(model(), (X, Y), learning_rate=1), r"optimizer=nn\.Adam"),
        (lambda: nn.fit(model(), X, Y, epochs=1), r"fit\(model, \(x, y\)"),
        (lambda: nn.evaluate(model(), X, Y), r"evaluate\(model, \(x, y\)"),
        (lambda: nn.Loader(X, Y, batchsize=2), "did you mean batch_size="),
        (lambda: nn.EarlyStopping(patence=2), "did you mean patience="),
        (lambda: nn.Dropout(rate=0.5), "write p="),
        (lambda: nn.Linear(2, 3, use_bias=False), "write bias="),
        (lambda: ag.draw(V * V, directon="both"), "did you mean direction="),
        (lambda: ag.explain(V * V, precision=2), r"\(y, wrt, format\)"),
        (lambda: ag.grad(lambda x: x, wrt=0), "write argnums="),
        (lambda: ag.compile(lambda x: x, backed="numpy"), "did you mean backend="),
        (lambda: (V * V).backward(create_graph=True), r"gradients\(y, xs, create_graph=True\)"),
        (lambda: Tensor(1.0, requires_grad=True).backward(create_graph=True), r"gradients\(y, xs, create_graph=True\)"),
        (lambda: (V * V).backward(retain_graph=True), "graphs are kept"),
        (lambda: (V * V).backward(2.0), r"\(c \* y\)\.backward"),
    ],
)
def test_the_error_names_the_argument_that_was_meant(call, cure):
    with pytest.raises(TypeError, match=cure):
        call()


def test_errors_inside_the_function_stay_as_they_are():
    @explained_arguments()
    def f(x):
        return f(x, y=1) if x else (lambda: 0)(2)

    with pytest.raises(TypeError, match="<lambda>"):
        f(0)
    with pytest.raises(TypeError, match="f has no argument 'y'"):
        f(1)


def test_a_name_that_means_something_else_is_no_suggestion():
    with pytest.raises(TypeError, match="its arguments are"):
        optimizer(lr=0.1, loss=1)
