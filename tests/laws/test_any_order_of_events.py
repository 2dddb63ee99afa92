"""Random sequences of operations on tensors give the gradients of a simple evaluator."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from autograd import Tensor, cos, draw, multiply, no_grad, sin, tanh
from autograd.engine.graph import newest_first

pytestmark = pytest.mark.slow

N = 3
numbers = st.lists(st.floats(-2.0, 2.0).map(lambda x: round(x, 3)), min_size=N, max_size=N).map(np.array)

#: name: (the op, its value, its derivatives by argument), written for the evaluator from school mathematics.
OPS = {
    "add": (lambda a, b: a + b, lambda a, b: a + b, (lambda a, b: 1.0, lambda a, b: 1.0)),
    "subtract": (lambda a, b: a - b, lambda a, b: a - b, (lambda a, b: 1.0, lambda a, b: -1.0)),
    "multiply": (multiply, lambda a, b: a * b, (lambda a, b: b, lambda a, b: a)),
    "sin": (sin, np.sin, (np.cos,)),
    "cos": (cos, np.cos, (lambda a: -np.sin(a),)),
    "tanh": (tanh, np.tanh, (lambda a: 1 / np.cosh(a) ** 2,)),
}


class Known:
    """Record of a tensor in the evaluator: value, op and inputs, and expected gradient."""

    def __init__(self, value, requires_grad, made=None):
        self.value = value
        self.requires_grad = requires_grad
        self.made = made  # (op, the Knowns it was made of)
        self.grad = None

    def derivative(self, leaf, memo):
        """∂self/∂leaf, elementwise, by the chain rule in forward order."""
        if self is leaf:
            return np.ones(N)
        if self.made is None:
            return np.zeros(N)
        if self not in memo:
            name, parts = self.made
            values = [part.value for part in parts]
            memo[self] = sum(
                d(*values) * part.derivative(leaf, memo) for d, part in zip(OPS[name][2], parts, strict=True)
            ) * np.ones(N)
        return memo[self]


class Events(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.pairs = []  # (tensor, Known), of every tensor that is still referred to
        self.leaves = []  # the Knowns of leaves, and the tensors
        self.seeds = []

    def pick(self, data, count=1):
        chosen = [self.pairs[data.draw(st.integers(0, len(self.pairs) - 1))] for _ in range(count)]
        return chosen[0] if count == 1 else chosen

    def keep(self, tensor, known):
        self.pairs.append((tensor, known))
        if tensor.op is None and tensor.requires_grad:
            self.leaves.append((tensor, known))

    @initialize(value=numbers)
    def first_leaf(self, value):
        self.keep(Tensor(value, requires_grad=True), Known(value, True))

    @rule(value=numbers, requires_grad=st.booleans())
    def new_leaf(self, value, requires_grad):
        self.keep(Tensor(value, requires_grad=requires_grad), Known(value, requires_grad))

    @rule(data=st.data(), name=st.sampled_from(sorted(OPS)), recorded=st.sampled_from([True, True, True, False]))
    def op(self, data, name, recorded):
        op, value, derivatives = OPS[name]
        chosen = [self.pick(data) for _ in derivatives]
        tensors, knowns = [t for t, _ in chosen], [k for _, k in chosen]
        if recorded:
            y = op(*tensors)
        else:
            with no_grad():
                y = op(*tensors)
        remembered = recorded and any(k.requires_grad for k in knowns)
        assert y.requires_grad == remembered
        made = (name, knowns) if remembered else None
        self.keep(y, Known(value(*[k.value for k in knowns]), remembered, made))

    @rule(data=st.data(), seed=numbers, times=st.integers(1, 2))
    def backward(self, data, seed, times):
        y, known = self.pick(data)
        if not known.requires_grad:
            return
        self.seeds.append(seed)
        reached = set(newest_first([y]))
        for _ in range(times):
            y.backward(seed)
            for leaf, leaf_known in self.leaves:
                if leaf in reached:
                    gradient = seed * known.derivative(leaf_known, {})
                    leaf_known.grad = gradient if leaf_known.grad is None else leaf_known.grad + gradient

    @rule(data=st.data())
    def zero(self, data):
        leaf, known = self.leaves[data.draw(st.integers(0, len(self.leaves) - 1))]
        leaf.grad = known.grad = None

    @rule(data=st.data())
    def detach(self, data):
        tensor, known = self.pick(data)
        self.keep(tensor.detach(), Known(known.value, False))

    @rule(data=st.data(), how=st.sampled_from([copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]))
    def copied(self, data, how):
        tensor, known = self.pick(data)
        again = how(tensor)
        leaf = known.requires_grad and tensor.op is None
        assert (again.op, again.requires_grad) == (None, leaf)
        copied = Known(known.value, leaf)
        copied.grad = known.grad if leaf else None
        self.keep(again, copied)

    @precondition(lambda self: len(self.pairs) > 3)
    @rule(data=st.data())
    def delete(self, data):
        """Tensors without references are freed at once, without the garbage collector."""
        tensor = self.pairs.pop(data.draw(st.integers(0, len(self.pairs) - 1)))[0]
        users = tensor in set(newest_first([t for t, _ in self.pairs + self.leaves]))
        seen = weakref.ref(tensor)
        gc.disable()
        try:
            del tensor
            assert users or seen() is None
        finally:
            gc.enable()

    @invariant()
    def values_and_gradients_are_right(self):
        for tensor, known in self.pairs:
            assert np.allclose(tensor.numpy(), known.value, rtol=1e-13, atol=1e-15)
        for leaf, known in self.leaves:
            if known.grad is None:
                assert leaf.grad is None
            else:
                assert np.allclose(leaf.grad, known.grad, rtol=1e-11, atol=1e-13)

    @invariant()
    def no_gradient_shares_memory(self):
        arrays = [leaf.grad for leaf, _ in self.leaves if leaf.grad is not None]
        others = [t.numpy() for t, _ in self.pairs] + self.seeds
        for i, gradient in enumerate(arrays):
            assert not any(np.shares_memory(gradient, other) for other in [*arrays[:i], *others])

    @invariant()
    def as_many_nodes_are_drawn_as_can_be_reached(self):
        if self.pairs:
            y = self.pairs[-1][0]
            assert draw(y, max_nodes=10_000).total >= len(newest_first([y]))


Events.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestAnyOrderOfEvents = Events.TestCase
