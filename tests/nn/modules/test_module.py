"""Modules: parameters, each once, in order, with paths; state dicts, hooks, summaries."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value
from nn import MLP, Linear, Module, ReLU, Sequential


def weight(requires_grad=True):
    return Tensor(np.zeros(2), requires_grad=requires_grad)


class Holder(Module):
    """A module with whatever attributes it is given."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


LEAVES = st.one_of(
    st.builds(weight),
    st.builds(Value, st.floats(-1, 1)),
    st.builds(weight, st.just(False)),  # a constant
    st.integers(),  # what is no node at all
)
NAMES = st.text("abc", min_size=1, max_size=3)
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(NAMES, inner, max_size=3),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda parts: Holder(**parts)),
    ),
    max_leaves=12,
)


def parts_of(thing):
    """Pairs (name, part) of a container or module."""
    if isinstance(thing, Module):
        return vars(thing).items()
    if isinstance(thing, dict):
        return thing.items()
    return enumerate(thing) if isinstance(thing, list | tuple) else ()


def flattened(thing, path=()):
    if isinstance(thing, Tensor | Value) and thing.requires_grad:
        return [(".".join(map(str, path)), thing)]
    return [leaf for name, part in parts_of(thing) for leaf in flattened(part, (*path, name))]


def same(found, expected):
    return [(name, id(p)) for name, p in found] == [(name, id(p)) for name, p in expected]


@given(st.dictionaries(NAMES, THINGS, max_size=4))
def test_parameters_are_the_leaves_in_the_order_of_definition(attributes):
    module = Holder(**attributes)
    expected = flattened(module)
    assert same(module.named_parameters(), expected)
    assert list(map(id, module.parameters())) == [id(p) for _, p in expected]


@given(st.dictionaries(NAMES, THINGS, max_size=4))
def test_a_module_is_listed_before_its_parts(attributes):
    def all_of(thing):
        own = [thing] if isinstance(thing, Module) else []
        return own + [module for _, part in parts_of(thing) for module in all_of(part)]

    module = Holder(**attributes)
    assert list(map(id, module.modules())) == list(map(id, all_of(module)))


def test_a_shared_parameter_counts_once_at_its_first_place():
    shared = weight()
    part = Holder(w=shared)
    module = Holder(first=part, again=part, own=shared, other=weight())
    assert [name for name, _ in module.named_parameters()] == ["first.w", "other"]


def test_modules_may_contain_each_other():
    parent, child = Holder(w=weight()), Holder(w=weight())
    parent.child, child.parent = child, parent
    assert [name for name, _ in parent.named_parameters()] == ["w", "child.w"]
    assert repr(parent) == "Holder(Holder(…))"


def test_computed_tensors_are_not_parameters():
    w = weight()
    assert Holder(w=w, last_result=w * 2).parameters() == [w]


def test_the_path_becomes_the_label_of_a_parameter_without_one():
    model = MLP(2, [3], 1)
    model.layers[0].weight.label = "mine"
    model.parameters()
    assert model.layers[2].bias.label == ""
    model.named_parameters()
    assert [p.label for p in model.parameters()] == ["mine", "layers.0.bias", "layers.2.weight", "layers.2.bias"]


def test_two_parameters_under_one_name_are_an_error():
    with pytest.raises(ValueError, match=r"two parameters of Holder are at 'a\.b': rename a key"):
        Holder(**{"a": {"b": weight()}, "a.b": weight()}).named_parameters()


def test_train_and_eval_reach_every_module():
    model = Holder(parts=[Sequential(ReLU(), Holder(inner=ReLU()))])
    assert all(module.training for module in model.modules())
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model.train() is model
    assert all(module.training for module in model.modules())
    assert Module.training  # what is set belongs to the module, not to its class


def test_zero_grad_restores_initial_gradients():
    module = Holder(w=weight(), v=Value(2.0))
    (module.w.sum()).backward()
    (module.v * 3).backward()
    assert module.w.grad.tolist() == [1.0, 1.0]
    assert module.v.grad == 3.0
    module.zero_grad()
    assert module.w.grad is None
    assert module.v.grad == 0.0


def test_zero_grad_asks_a_subclass_for_its_parameters():
    class Own(Module):
        def __init__(self):
            self._hidden = {1, 2}
            self.value = Value(1.0)

        def parameters(self):
            return [self.value]

    own = Own()
    own.value.grad = 5.0
    own.zero_grad()
    assert own.value.grad == 0.0


def test_a_call_is_forward():
    class Scale(Module):
        def forward(self, x, *, by=2):
            return x * by

    assert (Scale()(3), Scale()(3, by=4)) == (6, 12)
    with pytest.raises(NotImplementedError, match=r"Holder has no method forward\(self, …\)"):
        Holder()(1)


def test_repr_shows_the_parts():
    assert repr(Holder(a=1, layers=[ReLU(), (Linear(2, 3),)])) == "Holder(ReLU(), Linear(2, 3))"


def test_a_summary_shows_parts_in_lists_and_dicts_and_counts_shared_ones_once():
    shared = Linear(2, 2)
    parts = {"gate": Value(1.0), "first": shared, "again": shared}
    model = Holder(scale=weight(), weights=[Value(0.0), Value(0.0), Value(0.0), weight()], parts=parts, act=ReLU())
    lines = [line.split("  ") for line in model.summary().splitlines()]
    assert [[cell.strip() for cell in line if cell.strip()] for line in lines] == [
        ["part", "module", "parameters", "count"],
        ["Holder", "scale (2,), weights.0 … weights.2 (), weights.3 (2,), parts.gate ()", "8"],
        ["parts.first", "Linear", "weight (2, 2), bias (2,)", "6"],
        ["act", "ReLU", "0"],
        ["total", "14"],
    ]


def test_a_summary_without_parameters():
    assert [line.split() for line in Holder().summary().splitlines()][1:] == [["Holder", "0"], ["total", "0"]]


def test_a_deep_copy_shares_nothing():
    model = MLP(2, [3], 1, seed=0)
    twin = copy.deepcopy(model)
    pairs = list(zip(model.parameters(), twin.parameters(), strict=True))
    assert all(np.array_equal(p.numpy(), q.numpy()) for p, q in pairs)
    for p in twin.parameters():
        p.data = p.numpy() + 1
    assert all((p.numpy() != q.numpy()).all() for p, q in pairs)


def test_hooks_see_and_replace_inputs_and_outputs_in_order():
    layer, seen = Linear(2, 3, seed=0), []
    x = np.ones((4, 2))
    plain = layer(x).numpy()
    ends = [
        layer.register_forward_pre_hook(lambda module, inputs: seen.append("before")),
        layer.register_forward_pre_hook(lambda module, inputs: 2 * inputs[0]),
        layer.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0][0, 0])),
        layer.register_forward_hook(lambda module, inputs, output: output - 1.0),
    ]
    y = Sequential(layer)(x)
    assert seen == ["before", 2.0]
    np.testing.assert_allclose(y.numpy(), Linear(2, 3, seed=0)(2 * x).numpy() - 1.0)
    for end in ends:
        end()
        end()  # a second time does nothing
    np.testing.assert_array_equal(layer(x).numpy(), plain)
    assert seen == ["before", 2.0]
    with pytest.raises(TypeError, match="a hook must be a function, got 3"):
        layer.register_forward_hook(3)


def buffers():
    """A module with numbers of every kind, wherever they can sit."""
    shared = np.arange(2.0)
    return Holder(
        a=shared, same=shared, many=[np.ones(2), weight()], named={"x": np.zeros(1), 3: Value(1.0)}, pair=(np.ones(3),)
    )


def test_arrays_in_lists_dicts_and_tuples_are_kept_and_put_back():
    module, other = buffers(), buffers()
    state = {name: array + i + 1 for i, (name, array) in enumerate(module.state_dict().items())}
    assert list(state) == ["a", "same", "many.0", "many.1", "named.x", "named.3", "pair.0"]
    other.load_state_dict(state)
    for name, array in other.state_dict().items():
        np.testing.assert_array_equal(array, state[name])
    assert isinstance(other.named[3].data, float)
    assert other.many[1].requires_grad


def test_two_arrays_under_one_name_are_an_error():
    with pytest.raises(ValueError, match=r"two numbers of Holder are at 'a\.b': rename a key"):
        Holder(**{"a": {"b": np.ones(1)}, "a.b": np.ones(1)}).state_dict()


def test_hooks_are_not_parts_of_a_module():
    layer = Linear(2, 3, seed=0)
    layer.register_forward_hook(Linear(9, 9))
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_a_deep_copy_keeps_shared_parameters_shared():
    layer = Linear(2, 2, seed=0)
    model = Sequential(layer, layer)
    copied = copy.deepcopy(model)
    assert copied.layers[0] is copied.layers[1]
    assert copied.layers[0] is not layer
    copied.layers[0].weight.data = np.zeros((2, 2), np.float32)
    assert layer.weight.numpy().any()
    assert len(copied.parameters()) == 2
