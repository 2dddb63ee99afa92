"""Products of arrays: NumPy's values, exact transposes in each operand, exact mixed second derivatives."""

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Tensor, gradients
from tests.autograd.ops.rules.array_agreement import DTYPES, assert_derivatives, assert_like_numpy, inner, integers, leaves

LENGTHS = st.integers(0, 3)


def assert_multilinear(f, *xs):
    """⟨w, f(x)⟩ = ⟨x̄ᵢ, xᵢ⟩ for each input, also along another direction, and ∂/∂xⱼ of ⟨v, x̄ᵢ⟩ = ⟨w, f(…, v, …)⟩; exactly."""
    variables = leaves(xs)
    y = f(*variables)
    w = np.arange(y.size, dtype=float).reshape(y.shape) % 5 - 2
    raw = gradients(y, variables, w)
    recorded = gradients(y, variables, w, create_graph=True)
    for i, (x, gradient, node) in enumerate(zip(xs, raw, recorded, strict=True)):
        assert (gradient.shape, gradient.dtype) == (x.shape, x.dtype)
        np.testing.assert_array_equal(node.numpy(), gradient)
        v = np.arange(x.size, dtype=float).reshape(x.shape) % 3 - 1
        moved = f(*xs[:i], Tensor(v.astype(x.dtype)), *xs[i + 1 :])
        assert inner(w, y.numpy()) == inner(gradient, x)
        assert inner(w, moved.numpy()) == inner(gradient, v)
        if len(xs) > 1:
            again = leaves(xs)
            second = gradients((node * v).sum(), [z for j, z in enumerate(variables) if j != i])
            direct = f(*again[:i], Tensor(v.astype(x.dtype)), *again[i + 1 :])
            want = gradients(direct, [z for j, z in enumerate(again) if j != i], w)
            for got, expected in zip(second, want, strict=True):
                np.testing.assert_array_equal(got, expected)


@st.composite
def matrices(draw):
    """Shapes for matmul: vectors, matrices and stacks that broadcast."""
    n, k, m = draw(LENGTHS), draw(LENGTHS), draw(LENGTHS)
    stacks = draw(st.sampled_from([((), ()), ((2,), ()), ((), (3,)), ((2, 1), (3,)), ((1,), (2,)), ((0,), (0,)), ((2,), (2,))]))
    vectors = draw(st.tuples(st.booleans(), st.booleans()))
    a = (k,) if vectors[0] else (*stacks[0], n, k)
    b = (k,) if vectors[1] else (*stacks[1], k, m)
    return a, b


@st.composite
def contractions(draw):
    """Shapes and axes for tensordot."""
    shared = draw(st.lists(LENGTHS, max_size=2))
    a, b = draw(st.lists(LENGTHS, max_size=2)), draw(st.lists(LENGTHS, max_size=2))
    if draw(st.booleans()):
        return tuple(a + shared), tuple(shared + b), len(shared)
    over_a = draw(st.permutations(range(len(a) + len(shared))))[: len(shared)]
    over_b = draw(st.permutations(range(len(b) + len(shared))))[: len(shared)]
    shapes = []
    for own, over in ((a, over_a), (b, over_b)):
        lengths, rest = dict(zip(over, shared, strict=True)), iter(own)
        shapes.append(tuple(lengths[i] if i in lengths else next(rest) for i in range(len(own) + len(shared))))
    negative = draw(st.booleans())
    return (*shapes, ([i - len(shapes[0]) * negative for i in over_a], list(over_b)))


SMALL = st.lists(LENGTHS, max_size=3).map(tuple)


@st.composite
def dots(draw):
    a, b = draw(SMALL), list(draw(SMALL))
    if a and b:
        b[max(len(b) - 2, 0)] = a[-1]
    return a, tuple(b)


@st.composite
def inners(draw):
    a, b = draw(SMALL), list(draw(SMALL))
    if a and b:
        b[-1] = a[-1]
    return a, tuple(b)


CALLS = {
    "matmul": matrices(),
    "tensordot": contractions(),
    "dot": dots(),
    "inner": inners(),
    "outer": st.tuples(SMALL, SMALL),
    "convolve": st.tuples(*[st.integers(1, 6).map(lambda n: (n,))] * 2, st.sampled_from(["full", "same", "valid"])),
}


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_product_agrees_with_numpy_and_is_bilinear(name, data, dtype):
    left, right, *args = data.draw(CALLS[name])
    a, b = data.draw(integers(left, dtype)), data.draw(integers(right, dtype))
    ours, theirs = getattr(ag, name), getattr(np, name)
    assert_like_numpy(lambda a, b: ours(a, b, *args), lambda a, b: theirs(a, b, *args), a, b)
    assert_multilinear(lambda a, b: ours(a, b, *args), a, b)


@given(data=st.data())
def test_product_with_itself_has_both_gradients(data):
    x = data.draw(integers((3, 3)))
    t = Tensor(x, requires_grad=True)
    (t @ t).backward(np.ones((3, 3)))
    np.testing.assert_array_equal(t.grad, np.ones((3, 3)) @ x.T + x.T @ np.ones((3, 3)))


@st.composite
def einsums(draw):
    """Subscripts with matching shapes: repeated letters, lengths 1 against others, ellipses of unequal length."""
    lengths = {letter: draw(LENGTHS) for letter in "aXb"}
    dots = draw(st.lists(LENGTHS, max_size=2))
    terms, shapes = [], []
    for _ in range(draw(st.integers(1, 3))):
        letters = draw(st.text("aXb", max_size=3))
        ones = {letter for letter in set(letters) if draw(st.integers(0, 3)) == 0}
        shape = [1 if letter in ones else lengths[letter] for letter in letters]
        if draw(st.booleans()):
            at = draw(st.integers(0, len(letters)))
            hidden = dots[draw(st.integers(0, len(dots))) :]
            hidden = [1 if draw(st.integers(0, 3)) == 0 else n for n in hidden]
            letters, shape = letters[:at] + "..." + letters[at:], shape[:at] + hidden + shape[at:]
        terms.append(letters)
        shapes.append(tuple(shape))
    subscripts = ",".join(terms)
    if draw(st.booleans()):
        used = sorted(set(subscripts) & set("aXb"))
        output = "".join(draw(st.permutations(used))[: draw(st.integers(0, len(used)))])
        at = draw(st.integers(0, len(output)))
        subscripts += "->" + (output[:at] + "..." * ("..." in subscripts) + output[at:])
    return subscripts, shapes


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_einsum_agrees_with_numpy_and_is_linear_in_each_operand(data, dtype):
    subscripts, shapes = data.draw(einsums())
    xs = [data.draw(integers(shape, dtype)) for shape in shapes]
    assert_like_numpy(lambda *t: ag.einsum(subscripts, *t), lambda *a: np.einsum(subscripts, *a), *xs)
    assert_multilinear(lambda *t: ag.einsum(subscripts, *t), *xs)


@pytest.mark.parametrize(
    ("subscripts", "gradient"),
    [
        ("i,i", lambda x: 2 * x[0]),
        ("i,i,i", lambda x: 3 * x[0] ** 2),
        ("i,j", lambda x: np.full(3, 2 * x[0].sum())),
        ("...,...", lambda x: 2 * x[0]),
    ],
)
def test_einsum_of_one_operand_repeated(subscripts, gradient):
    x = Tensor([1.0, 2.0, 4.0], requires_grad=True)
    operands = [x] * (subscripts.count(",") + 1)
    ag.sum(ag.einsum(subscripts, *operands)).backward()
    np.testing.assert_array_equal(x.grad, gradient([x.numpy()]))


def test_einsum_of_a_repeated_letter_reaches_the_diagonal_only():
    x = Tensor(np.arange(9.0).reshape(3, 3), requires_grad=True)
    ag.einsum("ii", x).backward()
    np.testing.assert_array_equal(x.grad, np.eye(3))
    (first,) = gradients(ag.einsum("ii,ii->", x, x), [x], create_graph=True)
    np.testing.assert_array_equal(first.numpy(), 2 * np.diag([0.0, 4.0, 8.0]))
    (second,) = gradients(first, [x], np.ones((3, 3)))
    np.testing.assert_array_equal(second, 2 * np.eye(3))


def test_einsum_of_a_lone_number_keeps_the_type():
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    assert ag.einsum("ij,->j", x, 2.0).dtype == np.float32
    assert ag.einsum("ij,->j", x, 2.0).numpy().tolist() == [4.0, 4.0, 4.0]


def test_attention_by_einsum_is_matmul():
    rng = np.random.default_rng(0)
    q, k = rng.normal(size=(2, 2, 3, 4, 5))
    np.testing.assert_allclose(ag.einsum("bhqd,bhkd->bhqk", q, k), q @ np.swapaxes(k, -1, -2), rtol=1e-13)
    assert_derivatives(lambda q, k: ag.softmax(ag.einsum("bhqd,bhkd->bhqk", q, k)), q, k)


def test_a_stack_times_one_matrix_has_the_gradient_of_the_rows():
    rng = np.random.default_rng(1)
    a, w = rng.normal(size=(3, 4, 5)), rng.normal(size=(5, 2))
    stacked, flat = leaves([a, w]), leaves([a.reshape(12, 5), w])
    seed = rng.normal(size=(3, 4, 2))
    together = gradients(stacked[0] @ stacked[1], stacked, seed)
    by_row = gradients(flat[0] @ flat[1], flat, seed.reshape(12, 2))
    for got, want in zip(together, by_row, strict=True):
        np.testing.assert_allclose(got.reshape(want.shape), want, rtol=1e-13)


ROW, GRID = np.arange(3.0), np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda: ag.matmul(Tensor(GRID), GRID), ValueError, r"\(2, 3\) and \(2, 3\).*3 columns and 2 rows"),
        (lambda: ag.dot(Tensor(GRID), GRID), ValueError, r"\(2, 3\) and \(2, 3\)"),
        (lambda: ag.inner(Tensor(GRID), GRID.T), ValueError, r"inner: shapes \(2, 3\) and \(3, 2\)"),
        (lambda: ag.tensordot(Tensor(GRID), GRID, 1), ValueError, r"tensordot: shapes \(2, 3\) and \(2, 3\)"),
        (lambda: ag.tensordot(Tensor(GRID), GRID, 3), ValueError, r"axis -3.*\(2, 3\)"),
        (lambda: ag.convolve(Tensor(ROW), []), ValueError, r"convolve: .* shapes \(3,\) and \(0,\)"),
        (lambda: ag.convolve(Tensor(ROW), GRID), ValueError, r"convolve: .* shapes \(3,\) and \(2, 3\)"),
        (lambda: ag.convolve(Tensor(ROW), ROW, "most"), ValueError, "mode must be one of full, same, valid, not 'most'"),
        (lambda: ag.einsum("ij,jk", Tensor(GRID), ROW), ValueError, r"'jk' in 'ij,jk' does not fit shape \(3,\)"),
        (lambda: ag.einsum("ij,jk", Tensor(GRID), GRID), ValueError, r"'j' .* lengths 3 and 2, in \(2, 3\), \(2, 3\)"),
        (lambda: ag.einsum("ii", Tensor(GRID)), ValueError, "'i' in 'ii' has lengths 2 and 3"),
        (lambda: ag.einsum("ii", Tensor(GRID[:1])), ValueError, "'i' twice in 'ii'"),
        (lambda: ag.einsum("i->j", Tensor(ROW)), ValueError, "'j' must occur once in the output"),
        (lambda: ag.einsum("i->ii", Tensor(ROW)), ValueError, "'i' must occur once in the output"),
        (lambda: ag.einsum("i,i", Tensor(ROW)), ValueError, "2 terms and 1 operands"),
        (lambda: ag.einsum("i1", Tensor(GRID)), ValueError, "ASCII letters, got '1' in 'i1'"),
        (lambda: ag.einsum("...i->i", Tensor(GRID)), ValueError, r"must contain '\.\.\.', which represents 1 axes"),
        (lambda: ag.einsum(Tensor(ROW), [0]), TypeError, "the first argument must be a string"),
        (lambda: ag.einsum("..." + string.ascii_letters, Tensor(np.ones((1,) * 53))), ValueError, "more than the 52 letters"),
    ],
)
def test_error_messages(call, error, named):
    with pytest.raises(error, match=named):
        call()
