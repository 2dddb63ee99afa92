"""Engines with one deliberate error fail the law that tests for it."""

import inspect
import textwrap

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.engine import reverse_mode, value, value_sweep
from tests.autograd.engine import test_contract_changed_data as changed_data
from tests.autograd.engine import test_contract_graph as of_graphs
from tests.autograd.engine import test_contract_types as of_types
from tests.laws.test_pullbacks import check_fit, recorded


def edited(function, old, new):
    """The function with one piece of its source replaced."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, f"{function.__qualname__} no longer says {old!r} once: break it in another way"
    names = dict(function.__globals__)
    exec(compile(source.replace(old, new), f"<broken {function.__qualname__}>", "exec"), names)
    return names[function.__name__]


def depth_first(outputs, after=0):
    """Each node before its inputs, but not after all of its uses."""
    order, stack = {}, list(outputs)
    while stack:
        node = stack.pop()
        order.setdefault(node)
        stack += [x for x in node.inputs if isinstance(x, reverse_mode.Node) and x not in order]
    return {node: node.inputs for node in order}


def tensor(x):
    return Tensor(x, requires_grad=True)


def broadcast_sum():
    check_fit(*recorded(ag.OPS["add"], {}, [np.ones((2, 3)), np.ones(3)]), np.float64)


def broadcast_number():
    x = tensor(1.0)
    (x * np.ones(3)).sum().backward()
    assert x.grad.shape == ()


def use_before_another():
    x = Value(1.0)
    a = x * 2.0
    (a * 3.0 + a).backward()
    assert x.grad == 8.0


SWEEP = reverse_mode._Sweep

# (what is wrong, where, its name, the piece of source, its replacement, the law that must fail)
BROKEN = [
    ("a use replaces another", SWEEP, "add", "before + cotangent", "cotangent",
     lambda: of_graphs.test_every_use_of_a_node_counts(tensor)),
    ("a use replaces another, of many", SWEEP, "add", "before += cotangent", "before = cotangent",
     lambda: of_graphs.test_fan_in_is_exact(tensor, 7)),
    ("a use replaces another, of Values", value_sweep, "_add_cotangents", "x.grad += g * node._q", "x.grad = g * node._q",
     lambda: of_graphs.test_every_use_of_a_node_counts(Value)),
    ("buffers are shared while they are added to", SWEEP, "add",
     'if cotangent is not source and getattr(cotangent, "base", source) is None:', "if True:",
     lambda: of_graphs.test_buffers_that_aliasing_would_spoil(tensor)),
    ("a gradient is the seed itself", SWEEP, "result", "cotangent.copy()", "cotangent",
     of_graphs.test_gradients_seed_and_data_share_no_memory),
    ("the order is not topological, of Values", value, "sweep", "sorted(known, key=by_serial, reverse=True)",
     "known",
     use_before_another),
    ("interior gradients are not zeroed", value, "sweep", "_add_cotangents(y,",
     "set_gradients(known, before)\n            _add_cotangents(y,",
     lambda: of_graphs.test_backward_twice_doubles_leaves_only(Value)),
    ("leaves do not add up", value_sweep, "_total", "old + gradient", "gradient",
     lambda: of_graphs.test_backward_twice_doubles_leaves_only(Value)),
    ("leaves of Tensors do not add up", Tensor, "total_gradient", "else self.grad + gradient", "else gradient",
     lambda: of_graphs.test_backward_twice_doubles_leaves_only(tensor)),
    ("a cotangent is not summed to its input's shape", Tensor, "match_shape_and_dtype",
     "if cotangent.shape != self._data.shape:", "if False:",
     broadcast_sum),
    ("a cotangent is not summed to a number", Tensor, "match_shape_and_dtype",
     "if cotangent.shape != self._data.shape:", "if False:",
     broadcast_number),
    ("a cotangent keeps the type of the output", Tensor, "match_shape_and_dtype",
     "cotangent if cotangent.dtype == dtype else", "cotangent if True else",
     of_types.test_single_with_double_is_double_and_each_gradient_has_its_leafs_dtype),
    ("changed data is not noticed", reverse_mode, "check_unchanged", "x.latest_serial() > serial", "False",
     changed_data.test_changes_through_a_view_taken_before_recording_are_noticed),
]  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_engine_fails_its_law(case, monkeypatch):
    _, owner, name, old, new, law = case
    law()
    monkeypatch.setattr(owner, name, edited(vars(owner)[name], old, new))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        law()


def test_a_sweep_that_is_not_in_topological_order_fails_its_law(monkeypatch):
    monkeypatch.setattr(reverse_mode, "newest_first", depth_first)
    with pytest.raises(AssertionError):
        of_graphs.test_buffers_that_aliasing_would_spoil(tensor)


def test_merging_nodes_of_equal_data_fails_its_law(monkeypatch):
    """Hash and equality of the data would merge two nodes in sets and dicts."""
    monkeypatch.setattr(Value, "__hash__", lambda self: hash(self._data))
    with pytest.raises(AssertionError):
        of_graphs.test_two_nodes_with_equal_data_are_two_nodes(Value)
    a, b = Value(2.0), Value(2.0)
    assert ag.gradients(a * 3.0 * (b * 3.0), [a, b]) != [18.0, 18.0]  # two products of 6
