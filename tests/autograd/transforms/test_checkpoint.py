"""Checkpointed functions with state: random numbers, counters, running statistics, captured arrays that change."""

import collections
import gc
import itertools
import random
import threading
import weakref
from typing import ClassVar

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, checkpoint, gradients

TOTAL = 0


@pytest.fixture
def x():
    return Tensor(np.linspace(-1.0, 2.0, 12).reshape(4, 3), requires_grad=True)


def gradient(f, x):
    return gradients(ag.sum(f(x)), x)


def generator_of_numpy():
    return np.random.default_rng(3)


GENERATORS = {
    "Generator": (generator_of_numpy, lambda r, shape: r.random(shape)),
    "RandomState": (lambda: np.random.RandomState(3), lambda r, shape: r.normal(size=shape)),
    "Random": (lambda: random.Random(3), lambda r, shape: np.full(shape, r.random())),
    "numpy.random": (lambda: np.random, lambda r, shape: r.normal(size=shape)),
    "normal numbers of Random": (lambda: random.Random(3), lambda r, shape: np.full(shape, r.gauss(0.0, 1.0))),
    "random": (lambda: random, lambda r, shape: np.full(shape, r.random())),
}


@pytest.mark.parametrize(("make", "draw"), GENERATORS.values(), ids=GENERATORS)
@pytest.mark.parametrize("n", [1, 4])  # a RandomState draws normal numbers in pairs, and keeps the second one
def test_random_numbers_are_drawn_again_and_the_stream_goes_on(make, draw, n):
    x = Tensor(np.linspace(-1.0, 2.0, n), requires_grad=True)

    def numbers(wrap):
        np.random.seed(7)
        random.seed(7)
        generator = make()
        y = wrap(lambda t: t * draw(generator, t.shape))(x)
        between = draw(generator, (1,))
        return gradient(lambda t: y, x), between, draw(generator, (2,)), y.numpy()

    for plain, found in zip(numbers(lambda f: f), numbers(checkpoint), strict=True):
        np.testing.assert_array_equal(found, plain)


def test_two_dropouts_in_nested_checkpoints(x):
    def numbers(wrap):
        first, second = nn.Dropout(0.5, seed=1), nn.Dropout(0.4, seed=2)
        f = wrap(lambda t: second(wrap(lambda t: first(t * t))(t)) * t)
        return gradient(f, x), first.random.random(), second.random.random()

    for plain, found in zip(numbers(lambda f: f), numbers(checkpoint), strict=True):
        np.testing.assert_array_equal(found, plain)


class Counter:
    """An object with a counter in each place where state can be."""

    __slots__ = ("__weakref__", "slot", "state")
    shared: ClassVar[list] = []

    def __init__(self):
        self.slot = 0
        self.state = {"n": 0, "log": [], "seen": set(), "last": collections.deque(maxlen=3)}

    def count(self):
        self.slot += 1
        self.state["n"] += 1
        self.state["log"].append(self.slot)
        self.state["seen"].add(self.slot)
        self.state["last"].append(self.slot)
        self.shared.append(self.slot)

    def read(self):
        return self.slot, self.state["n"], [*self.state["log"]], {*self.state["seen"]}, [*self.state["last"]], [*self.shared]


@pytest.mark.parametrize("scaled", [False, True], ids=["unused", "used"])
def test_state_that_the_function_changes_moves_once(scaled, x):
    def numbers(wrap):
        global TOTAL
        Counter.shared.clear()
        counter, n, tally, TOTAL = Counter(), 0, [0], 0

        def f(t, total=tally):
            global TOTAL
            nonlocal n
            n += 1
            TOTAL += 1
            total[0] += 1
            counter.count()
            return t * t * (counter.slot + n + tally[0] + TOTAL if scaled else 1.0)

        f = wrap(f)
        y = f(f(x))
        counter.count()  # changes between forward and backward do not matter
        TOTAL += 10
        g = gradient(lambda t: f(y), x)
        return g.tolist(), counter.read(), n, tally, TOTAL

    assert numbers(checkpoint) == numbers(lambda f: f)


def test_threads_that_share_a_module_do_not_mix_its_state():
    layer = nn.Sequential(nn.Linear(3, 3, seed=0), nn.BatchNorm1d(3))
    f, found = checkpoint(layer), {}
    rows = [np.random.default_rng(i).normal(size=(4, 3)).astype(np.float32) for i in range(4)]

    def work(i):
        for _ in range(30):
            x = Tensor(rows[i], requires_grad=True)
            found.setdefault(i, []).append(gradients(ag.sum(f(x) ** 3), x))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, row in enumerate(rows):
        x = Tensor(row, requires_grad=True)
        plain = gradients(ag.sum(layer(x) ** 3), x)
        assert len(found[i]) == 30
        for g in found[i]:
            np.testing.assert_allclose(g, plain, rtol=1e-4, atol=1e-5)


def test_running_statistics_move_once(x):
    def numbers(wrap):
        layer = nn.BatchNorm1d(3)
        f = wrap(lambda t: (layer(t) ** 3).sum())
        y = f(x)
        y.backward()
        y.backward()
        layer.eval()
        return layer.running_mean.tolist(), layer.running_var.tolist(), layer.weight.grad.tolist()

    assert numbers(checkpoint) == numbers(lambda f: f)


def test_mode_of_a_module_is_that_of_the_first_run(x):
    layer = nn.Sequential(nn.Dropout(0.5, seed=0), nn.BatchNorm1d(3))
    y = checkpoint(layer)(x)
    layer.eval()
    found = gradient(lambda t: y * y, x)
    assert not layer.training
    plain = nn.Sequential(nn.Dropout(0.5, seed=0), nn.BatchNorm1d(3))
    np.testing.assert_array_equal(found, gradient(lambda t: plain(t) ** 2, x))


def test_writing_to_an_array_is_refused(x):
    mean = np.zeros(3)

    def f(t):
        mean[...] = 0.9 * mean + 0.1 * t.numpy().mean(axis=0)
        return t * t

    y = checkpoint(f)(x)
    before = mean.copy()
    with pytest.raises(RuntimeError, match=r"checkpoint\(f\) wrote to an array .*: assign a new array"):
        y.sum().backward()
    assert np.array_equal(mean, before)
    mean[0] = 5.0  # writable again
    assert x.grad is None


CHANGES = {
    "operand": (np.array([1.0, 2.0, 3.0]), lambda t, c: t * c),
    "operand of zeros": (np.array([1.0, 2.0, 3.0]), lambda t, c: (t * 0.0) * c),
    "index": (np.array([0, 1, 1]), lambda t, c: t[c]),
    "mask": (np.array([True, False, True]), lambda t, c: t[:, c]),
    "condition": (np.array([True, False, True]), lambda t, c: ag.where(c, t, 2.0 * t)),
    "constant tensor": (Tensor([1.0, 2.0, 3.0]), lambda t, c: t * c),
    "leaf made inside": (np.array([1.0, 2.0, 3.0]), lambda t, c: t * Tensor(c)),
    "without recording": (np.array([1.0, 2.0, 3.0]), lambda t, c: t * ag.no_grad()(lambda: Tensor(c) * 2.0)()),
    "in an inner checkpoint": (np.array([1.0, 2.0, 3.0]), lambda t, c: checkpoint(lambda s: (s * 0.0) * c)(t * 2.0)),
}


@pytest.mark.parametrize(("constant", "call"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("passed", [False, True], ids=["captured", "passed"])
def test_a_changed_array_is_an_error(constant, call, passed, x):
    data = constant.data if isinstance(constant, Tensor) else constant
    before = data.copy()
    y = checkpoint(call)(x, constant) if passed else checkpoint(lambda t: call(t, constant))(x)
    data[...] = data[::-1] + data[0]
    for sweep in (y.sum().backward, lambda: gradients(y.sum(), x, create_graph=True)):
        with pytest.raises(RuntimeError, match="computed something else when it ran again"):
            sweep()
    assert x.grad is None
    data[...] = before
    y.sum().backward()  # the same numbers again


def test_a_result_that_cannot_be_computed_again_is_an_error(x):
    counter = itertools.count(1)
    y = checkpoint(lambda t: t * next(counter))(x)
    with pytest.raises(RuntimeError, match="computed something else"):
        y.sum().backward()


def test_other_captured_tensors_are_an_error(x):
    ws = iter([Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)])
    y = checkpoint(lambda t: t * next(ws))(x)
    with pytest.raises(RuntimeError, match="computed something else"):
        y.sum().backward()


def test_variables_bound_again_in_a_loop_are_those_of_the_first_run(x):
    weights = [Tensor(np.eye(3) * k, requires_grad=True) for k in (2.0, 3.0)]
    y = x
    for w in weights:
        y = checkpoint(lambda t: ag.tanh(t @ w))(y)  # noqa: B023
    plain = ag.tanh(ag.tanh(x @ weights[0]) @ weights[1])
    for a, b in zip(gradients(y.sum(), [x, *weights]), gradients(plain.sum(), [x, *weights]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_list_of_arguments_may_change_later(x):
    xs = [x, 3.0]
    y = checkpoint(lambda xs: xs[0] * xs[1])(xs)
    xs[1] = 100.0
    xs.append(5.0)
    assert np.array_equal(gradient(lambda t: y, x), np.full((4, 3), 3.0))


def test_keywords_and_values_are_passed(x):
    def f(t, *, scale, inner):
        return t * inner["w"] * scale

    w = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = checkpoint(f)(x, scale=2.0, inner={"w": w})
    plain = f(x, scale=2.0, inner={"w": w})
    for a, b in zip(gradients(y.sum(), [x, w]), gradients(plain.sum(), [x, w]), strict=True):
        np.testing.assert_array_equal(a, b)
    v = Value(3.0)
    assert np.array_equal(gradient(lambda t: checkpoint(lambda t, v: t * v.item())(t, v), x), np.full((4, 3), 3.0))


def test_several_results_of_several_types(x):
    def f(t):
        half = (t * 0.5).astype(np.float32)
        return {"a": t * t, "b": [half, 7, None], "c": (ag.argsort(t.detach()), half)}

    found, plain = checkpoint(f)(x), f(x)
    assert found["b"][1:] == [7, None]
    assert (found["b"][0].dtype, found["c"][0].dtype.kind, found["a"].shape) == (np.float32, "i", (4, 3))
    for r in (found, plain):
        r["total"] = (r["a"] * 3.0).sum() + (r["b"][0] * r["c"][1]).sum()
    np.testing.assert_allclose(gradients(found["total"], x), gradients(plain["total"], x), rtol=1e-7)
    only_one = checkpoint(lambda t: (t * t, "text"))(x)
    assert only_one[1] == "text"
    assert np.array_equal(gradients(only_one[0].sum(), x), 2 * x.numpy())


@pytest.mark.parametrize("result", [3.0, [1.0, None], "text"])
def test_results_without_a_tensor_are_refused(result, x):
    with pytest.raises(TypeError, match="must return a Tensor, or a container of Tensors"):
        checkpoint(lambda t: result)(x)


def test_captured_tensors_of_one_history_count_once(x):
    """b is computed from a, and both are captured: the path from b to a is that of the outer sweep."""
    a = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = a * a

    def f(t):
        return t * b * a + t

    for wrap in (lambda f: f, checkpoint):
        t = x * a
        found = gradients(ag.sum(wrap(f)(t)), [x, a, b])
        recorded = gradients(ag.sum(wrap(f)(t)), [x, a, b], create_graph=True)
        plain = gradients(ag.sum(f(t)), [x, a, b])
        for g, r, p in zip(found, recorded, plain, strict=True):
            np.testing.assert_allclose(g, p, rtol=1e-14)
            np.testing.assert_allclose(r.numpy(), p, rtol=1e-14)


def test_hooks_run_once(x):
    w, seen = Tensor([1.0, 2.0, 3.0], requires_grad=True), []
    for leaf in (x, w):
        leaf.register_hook(lambda g: seen.append(g.shape) or 10.0 * g)
    y = x * 2.0
    y.register_hook(lambda g: seen.append("y"))
    checkpoint(lambda t: (t * w).sum())(y).backward()
    assert sorted(map(str, seen)) == ["(3,)", "(4, 3)", "y"]
    assert np.array_equal(x.grad, np.broadcast_to(20.0 * w.numpy(), (4, 3)))


def test_a_result_that_is_an_argument_or_a_captured_tensor(x):
    w = Tensor([1.0], requires_grad=True)
    assert np.array_equal(gradient(checkpoint(lambda t: t), x), np.ones((4, 3)))
    assert gradients(checkpoint(lambda t: w)(x).sum(), w).tolist() == [1.0]
    assert not checkpoint(lambda t: t.detach())(x).requires_grad


def test_the_graph_is_freed_without_garbage_collection(x):
    gc.disable()
    try:
        y = checkpoint(lambda t: (t * t).sum())(x)
        g = gradients(y * y, x, create_graph=True)
        ghosts = [weakref.ref(y), weakref.ref(g)]
        del y, g
        assert [ghost() for ghost in ghosts] == [None, None]
    finally:
        gc.enable()


def test_a_checkpoint_in_float16_keeps_its_dtype():
    x = Tensor(np.full(3000, 2.0, np.float16), requires_grad=True)
    y = checkpoint(lambda t: (t * t).mean())(x)
    assert y.dtype == gradient(lambda t: y, x).dtype == np.float16
    np.testing.assert_array_equal(gradient(lambda t: y, x), gradient(lambda t: (t * t).mean(), x))
