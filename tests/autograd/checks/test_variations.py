"""Custom ops at other layouts, sizes, options, indices, values and precisions: wrong ones are named, right ones pass."""

from collections import Counter

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, GradientError, Tensor, check_gradients, custom_op, gradients_hold
from autograd.checks import _check_gradients
from autograd.checks.variations import check_variations
from autograd.checks.varied_calls import many_rows, other_options, other_sizes, patterns, repeated_indices
from autograd.ops.custom_op import function_op
from autograd.strategies import reals, tensors
from autograd.testing.call_catalogue import ARRAYS, ELEMENTWISE
from benchmarks.mutants import example_of


def numbers_of(x):
    return np.asarray(x.numpy() if isinstance(x, Tensor) else x)


def pair(forward, wrong, right, kind="general"):
    """An op with a wrong pullback, and the same with a right one; several pullbacks are a tuple."""
    pullbacks = [p if isinstance(p, tuple) else (p,) for p in (wrong, right)]
    return [custom_op(*p, kind=kind)(forward) for p in pullbacks]


def smooth_relu(xp, x):
    return xp.log1p(xp.exp(x))


def row_norms(xp, x):
    return xp.sum(x * x, 1, False)


def mean_square(xp, x):
    return xp.mean(x * x)


def steep(xp, x, *, slope=0.5):
    return xp.where(x > 0.0, x, slope * x)


def means(xp, x, *, axis=1):
    return xp.mean(x, axis=axis)


def windows(xp, x, *, step=1):
    return x[::step] * x[::step]


def pick(xp, x, index):
    return x[index]


def pick_param(xp, x, *, index=(0, 2)):
    return x[list(index)]


def product(xp, x):
    return xp.prod(x)


def outer_sum(xp, x, w):
    return x * w


def by_layout(g, y, x):
    return g * ag.sigmoid(x) * (1.0 if numbers_of(x).flags.c_contiguous else 2.0)


def by_seed_layout(g, y, x):
    strides = numbers_of(g).strides
    return g * ag.sigmoid(x) * (2.0 if any(s < 0 for s in strides) else 1.0)


def by_broadcast_seed(g, y, x):
    return g * ag.sigmoid(x) * (2.0 if numbers_of(g).strides and not any(numbers_of(g).strides) else 1.0)


def last_index_only(g, y, x, index):
    at = numbers_of(index)
    kept = np.array([float(i not in at[k + 1 :]) for k, i in enumerate(at)])
    return ag.put(g * kept, at, x.shape)


def others(x):
    return ag.stack([ag.prod(ag.concatenate([x[:i], x[i + 1 :]])) for i in range(x.shape[0])]) if x.shape[0] else 1.0 * x


def right_smooth_relu(g, y, x):
    return g * ag.sigmoid(x)


class Stateful:
    """A pullback that keeps the input of the last forward call."""

    def forward(self):
        def keeps(xp, x):
            self.x = x
            return xp.sin(x)

        return keeps

    def pullback(self, g, y, x):
        return g * np.cos(np.real(self.x)) if isinstance(g, np.ndarray) else g * ag.cos(x)


STATE = Stateful()
X = np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -1.3]])
ROW = np.array([0.4, -0.6, 1.2])

#: (forward, wrong pullbacks, right pullbacks, arguments, text of the cause)
WRONG = {
    "layout of an input": (smooth_relu, by_layout, right_smooth_relu, (X,), "wrong for a transposed view as input"),
    "layout of a seed": (smooth_relu, by_seed_layout, right_smooth_relu, (X,), "wrong for a reversed view as upstream"),
    "broadcast seed": (smooth_relu, by_broadcast_seed, right_smooth_relu, (X,), "wrong for a broadcast upstream cotangent"),
    "one row": (
        row_norms,
        lambda g, y, x: 2.0 * g[:, None] * x * (2.0 if x.shape[0] == 1 else 1.0),
        lambda g, y, x: 2.0 * g[:, None] * x,
        (X,),
        "wrong with one row",
    ),
    "one entry": (
        mean_square,
        lambda g, y, x: 2.0 * g * x / max(x.size, 2),
        lambda g, y, x: 2.0 * g * x / x.size,
        (ROW,),
        "wrong with one entry",
    ),
    "more columns than rows": (
        row_norms,
        lambda g, y, x: 2.0 * g[:, None] * x * (1.0 if x.shape[1] >= x.shape[0] else 0.5),
        lambda g, y, x: 2.0 * g[:, None] * x,
        (X,),
        "wrong with 4 rows",
    ),
    "many rows": (
        outer_sum,
        (lambda g, y, x, w: g * w, lambda g, y, x, w: ag.sum((g * x)[: 512 if x.shape[0] > 512 else None], axis=0)),
        (lambda g, y, x, w: g * w, lambda g, y, x, w: ag.sum(g * x, axis=0)),
        (X, ROW),
        "wrong with 1031 rows",
    ),
    "zero slope": (
        steep,
        lambda g, y, x, slope: g * ag.where(y > 0.0, 1.0, slope) if slope else g * 1.0,
        lambda g, y, x, slope: g * ag.where(x > 0.0, 1.0, slope),
        (ROW,),
        "wrong with slope=0.0",
    ),
    "negative axis": (
        means,
        lambda g, y, x, axis: ag.expand_dims(g, axis) * np.ones(x.shape) / x.shape[0 if axis == 0 else 1],
        lambda g, y, x, axis: ag.expand_dims(g, axis) * np.ones(x.shape) / x.shape[axis],
        (X,),
        "wrong with axis=-2",
    ),
    "wide step": (
        windows,
        lambda g, y, x, step: ag.put(2.0 * g * x[::step], slice(None, None, min(step, 2)), x.shape)
        if step < 3 else ag.put(2.0 * g * x[::step], slice(0, g.shape[0]), x.shape),
        lambda g, y, x, step: ag.put(2.0 * g * x[::step], slice(None, None, step), x.shape),
        (np.array([0.4, -0.6, 1.2, 0.8, 0.5]),),
        "wrong with step=3",
    ),
    "repeated index": (
        pick,
        (last_index_only, None),
        (lambda g, y, x, index: ag.put(g, numbers_of(index), x.shape), None),
        (ROW, np.array([0, 2])),
        "wrong where an index is repeated",
    ),
    "repeated index among parameters": (
        pick_param,
        lambda g, y, x, index: last_index_only(g, y, x, np.array(index)),
        lambda g, y, x, index: ag.put(g, np.array(index), x.shape),
        (ROW,),
        "wrong where an index is repeated",
    ),
    "zero": (product, lambda g, y, x: g * y / x, lambda g, y, x: g * others(x), (ROW,), "wrong where an entry is 0"),
    "second derivative at zeros": (
        product,
        lambda g, y, x: g * (others(x) if np.count_nonzero(numbers_of(x)) > 1 else others(numbers_of(x))),
        lambda g, y, x: g * others(x),
        (ROW,),
        "wrong where two entries are 0",
    ),
    "single precision": (
        smooth_relu,
        lambda g, y, x: g * ag.sigmoid(x) * (1.5 if numbers_of(x).dtype == np.float32 else 1.0),
        right_smooth_relu,
        (ROW,),
        "right in double precision, wrong in float32",
    ),
    "state": (
        STATE.forward(), STATE.pullback, lambda g, y, x: g * ag.cos(x), (ROW,),
        "wrong after a call at another point: its rules keep state",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_rule_that_is_wrong_elsewhere_is_named_with_its_kind(kind):
    forward, wrong, right, args, cause = WRONG[kind]
    wrong, right = pair(forward, wrong, right)
    with pytest.raises(GradientError) as caught:
        check_gradients(lambda *xs: ag.sin(wrong(*xs)), *args)
    assert caught.value.op is wrong
    assert caught.value.cause.startswith(f"{forward.__name__}: ")
    assert cause in caught.value.cause
    assert caught.value.smallest is not None
    assert check_gradients(lambda *xs: ag.sin(right(*xs)), *args)


def test_a_third_derivative_of_few_numbers_is_checked():
    def fourth(xp, x):
        return x * x * x * x

    def second(xp, h, x):
        return 12.0 * h * x * x

    def first(xp, h, x):
        return 4.0 * h * x * x * x

    def in_h(g, y, h, x):
        return g * y / h

    third = [lambda g, y, h, x, k=k: k * g * h * x for k in (12.0, 24.0)]
    for wrong, inner in zip((True, False), third, strict=True):
        two = custom_op(in_h, inner, kind="elementwise")(second)
        one = custom_op(in_h, lambda g, y, h, x, two=two: g * two(h, x), kind="elementwise")(first)
        op = custom_op(lambda g, y, x, one=one: one(g, x), kind="elementwise")(fourth)
        if wrong:
            with pytest.raises(GradientError, match="wrong in the third derivative") as caught:
                check_gradients(op, ROW)
            assert caught.value.order == 3
            check_gradients(op, ROW, order=1)
        else:
            check_gradients(op, ROW)


def test_a_claimed_gradient_must_not_depend_on_the_layout_of_its_arguments():
    def f(x):
        return np.sum(np.sin(x))

    with pytest.raises(GradientError, match="gradient is right for C order, wrong for a transposed view"):
        check_gradients(f, X, gradient=lambda x: np.cos(x).ravel("K").reshape(x.shape))
    assert check_gradients(f, X, gradient=np.cos)


def test_rules_that_hold_arrays_keep_their_sizes():
    """An op of inputs of one size, whose rules broadcast without an error, is not checked at another."""
    mask = np.array([1.0, 0.0, 1.0])

    def masked(xp, x):
        return xp.sum(x * mask, None, False)

    assert check_gradients(custom_op(lambda g, y, x: g * mask, kind="linear")(masked), ROW)


def test_permutations_are_no_indices_to_repeat():
    def reordered(xp, x, *, order=(2, 0, 1)):
        return x[list(order)]

    assert check_gradients(custom_op(lambda g, y, x, order: g[np.argsort(order)])(reordered), ROW)


def test_kinks_and_jumps_that_are_not_declared_are_right():
    def middle(xp, x):
        return x[np.argsort(x.real)[x.shape[0] // 2]]

    def back(g, y, x):
        return ag.put(g, int(np.argsort(numbers_of(x), kind="stable")[x.shape[0] // 2]), x.shape)

    for f in (
        custom_op(lambda g, y, x: g * ag.sign(x), kind="elementwise")(lambda xp, x: xp.abs(x)),
        custom_op(lambda g, y, x: g * (x > 0.0), kind="elementwise")(lambda xp, x: xp.maximum(x, 0.0)),
        custom_op(lambda g, y, x: g * x / y)(lambda xp, x: xp.sqrt(xp.sum(x * x, None, False))),
        custom_op(back)(middle),
        custom_op(lambda g, y, x: g * 1.0, kind="elementwise")(lambda xp, x: x - xp.floor(x)),
    ):
        assert check_gradients(f, ROW)


def test_right_ops_whose_arguments_belong_together_pass():
    rng = np.random.default_rng(0)

    def newton(xp, x, *, steps=20):
        y = 1.0 + 0.0 * x
        for _ in range(steps):
            y = 0.5 * (y + x / y)
        return y

    def cross_entropy(xp, z, labels):
        n = z.shape[0]
        return xp.sum(xp.log(xp.sum(xp.exp(z), 1, False)) - z[np.arange(n), labels], None, False) / n

    def back(g, y, z, labels):
        hot = np.zeros(z.shape)
        hot[np.arange(z.shape[0]), numbers_of(labels)] = 1.0
        return g * (ag.softmax(z, 1) - hot) / z.shape[0]

    assert check_gradients(
        custom_op(lambda g, y, x, steps: g / (2.0 * y), kind="elementwise")(newton), np.array([1.0, 2.0, 5.0])
    )
    assert check_gradients(custom_op(back, None)(cross_entropy), rng.normal(size=(4, 3)), np.array([0, 2, 1, 1]))


def test_functions_of_one_call_and_of_several_outputs_pass():
    both = custom_op(lambda g, y, x: g[0] * y[1] - g[1] * y[0])(lambda xp, x: (xp.sin(x), xp.cos(x)))
    assert check_gradients(lambda x: both(x)[0] * 2.0 + both(x)[1], X)
    assert check_gradients(lambda x: function_op("cubed", lambda xp, x: x**3, lambda g, y, x: 3.0 * g * x * x)(x), X)

    @ag.custom_gradient(lambda g, y, a, b: (g * b, g * a))
    def times(a, b):
        return a * b

    assert check_gradients(times, X, 2.0 * X)


def test_a_property_test_of_a_claimed_gradient():
    def f(x, scale=2.0):
        return scale * np.sin(x)

    def right(x):
        return 2.0 * np.cos(x)

    gradients_hold(gradient=right, x=reals(-2, 2), max_examples=10)(f)()
    with pytest.raises(GradientError):
        gradients_hold(gradient=np.cos, x=reals(-2, 2), max_examples=10)(f)()
    with pytest.raises(GradientError):
        gradients_hold(gradient=lambda x: np.where(x == 0.0, 1.0, 2.0 * x), x=tensors((3,)))(lambda x: np.sum(x * x))()


def test_variations_keep_ranges_order_and_permutations():
    x, index = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]), np.array([2, 0, 1])
    found = dict(other_sizes([x, index], set()))
    assert list(found) == [
        "with one row", "with 2 rows", "with 6 rows", "with one column", "with 4 columns",
    ]  # fmt: skip
    assert [a.shape for a in found["with 6 rows"]] == [(6, 2), (6,)]
    assert (np.diff(found["with 6 rows"][0], axis=0) > 0).all()
    assert sorted(found["with 6 rows"][1]) == list(range(6))
    assert list(other_sizes([x], {2, 3})) == []
    ((text, (rows,)),) = many_rows([x], set())
    assert (text, rows.shape) == ("with 1031 rows", (1031, 2))
    assert list(many_rows([np.eye(3)], set())) == []
    assert [p["n"] for _, p in other_options({"n": 2}, set())] == [3, 4, 0, -2, 1]
    assert [p["n"] for _, p in other_options({"n": 3}, {3})] == []
    assert [p["tol"] for _, p in other_options({"tol": 1e-6}, set())] == [2e-6]
    assert [p["steps"] for _, p in other_options({"steps": 30}, set())] == [31, 32, 60]
    assert [p["axis"] for _, p in other_options({"axis": 1}, set())] == [0, -1, -2]
    assert [p["shift"] for _, p in other_options({"shift": 1}, set())] == [2, 3, 0, -1]
    assert [p["flag"] for _, p in other_options({"flag": True}, set())] == [False]
    ((_, (repeated, _)),) = repeated_indices([index], {})
    assert repeated[0].tolist() == [2, 0, 0]
    assert "where two entries are 0" in dict(patterns([x], (0,)))


@pytest.mark.slow
def test_right_ops_pass(monkeypatch):
    """The rules of the package, as if users had written them, at random shapes, zeros and ties; each op in two calls."""
    rng = np.random.default_rng(3)
    for op in list(OPS.values()):
        monkeypatch.setattr(op, "is_custom", True)
        monkeypatch.setattr(op, "__module__", "user")
    checked, varied = 0, Counter()

    def vary(nodes, order, seed):
        check_variations([node for node in nodes if varied[node.op] < 2], order, seed)
        varied.update({node.op for node in nodes})

    monkeypatch.setattr(_check_gradients, "check_variations", vary)
    for calls in [*ELEMENTWISE.values(), *ARRAYS.values()]:
        call = calls[rng.integers(len(calls))]
        example = example_of(call, rng, [np.float64 if rng.random() < 0.8 else np.float32 for _ in range(call.arity)])
        if example is None:
            continue
        try:
            with np.errstate(all="ignore"):
                check_gradients(example[0], *example[1], shrink=False)
            checked += 1
        except ValueError as error:
            if "check it where it is defined" not in str(error):
                raise
    assert checked > 70
    assert len(varied) > 100
