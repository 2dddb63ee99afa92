"""Data changed between recording and backward raises instead of giving a wrong gradient."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, custom_op, gradients


@custom_op(lambda g, y, x, weights: g * weights)
def weighted(xp, x, *, weights):
    return x * weights


def tensor():
    return Tensor([1.0, 2.0], requires_grad=True, label="w")


def reassign(x):
    x.data = 5.0 if isinstance(x, Value) else np.array([5.0, 6.0])


def write(x):
    x.data[0] = 9.0


def scale(x):
    x.data *= 2.0


CHANGES = [(lambda: Value(3.0, label="w"), reassign), (tensor, reassign), (tensor, write), (tensor, scale)]


@pytest.mark.parametrize(("make", "change"), CHANGES)
def test_error_names_the_changed_leaf(make, change):
    x = make()
    y = x * x if isinstance(x, Value) else (x * x).sum()
    change(x)
    for sweep in (y.backward, lambda: gradients(y, x), lambda: gradients(y, x, create_graph=True)):
        with pytest.raises(RuntimeError, match=r"label='w'.*was changed after multiply"):
            sweep()
    assert x.grad in (None, 0.0)


@pytest.mark.parametrize(("make", "change"), CHANGES)
def test_computing_again_after_a_change_is_right(make, change):
    x = make()
    change(x)
    y = x * x if isinstance(x, Value) else (x * x).sum()
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * np.asarray(x.detach().data))


def test_changes_through_a_view_taken_before_recording_are_noticed():
    x = tensor()
    view = x.data
    y = (x * x).sum()
    view[1] = 9.0
    with pytest.raises(RuntimeError, match="was changed"):
        y.backward()


def test_changes_through_a_view_of_a_view_are_noticed():
    x = tensor()
    view = x.data[1:]
    y = (x * x).sum()
    view += 1.0
    with pytest.raises(RuntimeError, match="was changed"):
        y.backward()


def test_writing_the_same_numbers_changes_nothing():
    x = tensor()
    view = x.data
    y = (x * x).sum()
    view[:] = [1.0, 2.0]
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_change_between_two_uses_is_noticed():
    x = tensor()
    view = x.data
    first = x * x
    view[0] = 9.0
    y = (first + x).sum()
    with pytest.raises(RuntimeError, match="multiply"):
        y.backward()


def test_changing_the_source_array_has_no_effect():
    array = np.array([1.0, 2.0])
    x = Tensor(array, requires_grad=True)
    y = (x * x).sum()
    array[:] = 7.0
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_changing_a_constant_operand_has_no_effect():
    c = np.array([3.0, 4.0])
    x = tensor()
    y = (x * c).sum()
    c[:] = 0.0
    y.backward()
    assert x.grad.tolist() == [3.0, 4.0]


def test_changing_an_index_has_no_effect():
    index = np.array([0, 0])
    x = tensor()
    y = x[index].sum()
    index[:] = 1
    y.backward()
    assert x.grad.tolist() == [2.0, 0.0]


def frozen(data):
    array = np.array(data)
    array.flags.writeable = False
    return array


#: (call of x with an array, array, numbers written later): every way by which an array reaches the graph.
ARRAYS_OF_CALLS = {
    "operand": (lambda x, c: x * c, [3.0, 4.0, 5.0], 9.0),
    "reflected operand": (lambda x, c: c - x * x, [3.0, 4.0, 5.0], 9.0),
    "data of a constant": (lambda x, c: x * Tensor(c), [3.0, 4.0, 5.0], 9.0),
    "condition": (lambda x, c: ag.where(c, x, 2.0 * x), [True, False, True], False),
    "index": (lambda x, c: x[c], [0, 0, 2], 1),
    "index in a tuple": (lambda x, c: x[None][0, c], [0, 0, 2], 1),
    "mask": (lambda x, c: x[c], [True, False, True], False),
    "take": (lambda x, c: ag.take(x, c), [0, 0, 2], 1),
    "take_along_axis": (lambda x, c: ag.take_along_axis(x, c, 0), [0, 0, 2], 1),
    "put": (lambda x, c: ag.put(x, c, 4), [0, 0, 2], 1),
    "repeat": (lambda x, c: ag.repeat(x, c), [1, 3, 2], 0),
    "matrix": (lambda x, c: x @ c, [[1.0], [2.0], [3.0]], 9.0),
    "bounds": (lambda x, c: ag.clip(x, 0.0, c), [3.0, 0.5, 5.0], 0.0),
    "param of a custom op": (lambda x, c: weighted(x, weights=c), [3.0, 4.0, 5.0], 9.0),
}


@pytest.mark.parametrize("as_given", [frozen, lambda c: frozen([c, c])[0], np.array], ids=["read-only", "view", "writable"])
@pytest.mark.parametrize(("call", "data", "later"), ARRAYS_OF_CALLS.values(), ids=ARRAYS_OF_CALLS)
def test_changing_an_array_after_its_use_has_no_effect(call, data, later, as_given):
    array = as_given(data)
    x, seed = Tensor([1.0, 2.0, 3.0], requires_grad=True), np.ones(np.shape(call(np.ones(3), np.array(data))))
    expected = gradients(call(x, np.array(data)), x, seed)
    y = call(x, array)
    for a in (array.base, array):
        if a is not None:
            a.flags.writeable = True
    array[...] = later
    np.testing.assert_array_equal(gradients(y, x, seed), expected)


def test_a_read_only_array_made_writable_does_not_change_a_leaf():
    array = frozen([1.0, 2.0])
    x = Tensor(array, requires_grad=True)
    x.data = other = frozen([3.0, 4.0])
    y = (x * x).sum()
    for a in (array, other):
        a.flags.writeable = True
        a[:] = 7.0
    y.backward()
    assert x.grad.tolist() == [6.0, 8.0]


def test_a_file_mapped_for_reading_is_not_copied(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(4.0))
    for mode, shared in (("r", True), ("c", False), ("r+", False)):
        mapped = np.load(tmp_path / "a.npy", mmap_mode=mode)
        assert np.shares_memory(Tensor(mapped[1:]).numpy(), mapped) is shared


def test_a_seed_may_change_and_a_gradient_may_be_written_to():
    x = tensor()
    seed = np.ones(2)
    x.backward(seed)
    seed[:] = 7.0
    x.grad[0] = 5.0
    x.backward(np.ones(2))
    assert x.grad.tolist() == [6.0, 2.0]


def test_computed_data_cannot_be_changed():
    y = tensor() * 2.0
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 1.0
    with pytest.raises(ValueError, match=r"computed by multiply: only a leaf"):
        y.data = np.zeros(2)
    with pytest.raises(ValueError, match=r"computed by multiply: only a leaf"):
        (Value(1.0) * 2.0).data = 1.0


def test_data_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(3,\) cannot replace data of shape \(2,\)"):
        tensor().data = np.zeros(3)


def test_numpy_is_read_only():
    with pytest.raises(ValueError, match="read-only"):
        tensor().numpy()[0] = 1.0


@pytest.mark.parametrize("x", [tensor(), tensor() * 2.0, Tensor([1.0, 2.0])[::-1]], ids=["leaf", "computed", "view"])
def test_numpy_cannot_be_made_writable(x):
    with pytest.raises(ValueError, match="cannot set WRITEABLE"):
        x.numpy().flags.writeable = True


def test_a_change_of_a_leaf_that_is_not_in_the_graph_does_not_matter():
    x, other = tensor(), tensor()
    y = (x * x).sum()
    reassign(other)
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_training_step_changes_data_between_graphs():
    x = tensor()
    for _ in range(3):
        x.grad = None
        (x * x).sum().backward()
        x.data -= 0.25 * x.grad
    np.testing.assert_array_equal(x.numpy(), np.array([1.0, 2.0]) / 8)


def test_changed_data_is_noticed_in_a_second_backward():
    x = tensor()
    y = (x * x).sum()
    y.backward()
    write(x)
    with pytest.raises(RuntimeError, match="was changed"):
        y.backward()
    assert x.grad.tolist() == [2.0, 4.0]
