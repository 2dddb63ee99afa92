"""`check_gradients` accepts every op of the registry and finds every wrong derivative."""

import numpy as np
import pytest

import autograd as ag
from autograd import GradientError, Tensor, Value, check_gradients
from autograd.engine import reverse_mode
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import arrays_in

KINDS = {
    "Value": lambda arrays: [float(a[0]) for a in arrays],
    "float64": lambda arrays: arrays,
    "float32": lambda arrays: [a.astype(np.float32) for a in arrays],
}


#: Decompositions in LAPACK's real arithmetic, which complex steps do not reach.
OF_REAL_MATRICES = {"eigenpairs", "least_squares", "orthogonal_triangular", "pinv", "rotations", "singular_triplets"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_derivatives_of_elementwise_ops(case, kind, rng):
    op, params = case
    args = KINDS[kind](arrays_in(op.smooth_on, [(3,)] * op.arity, rng))
    report = check_gradients(lambda *xs: op(*xs, **params), *args)
    assert not report.kinks
    assert not report.unmeasured
    assert "differences" not in "".join(report.oracles)


@pytest.mark.slow
@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_derivatives_of_array_ops(case, rng):
    name, number, example = case
    if (name, number) == ("logsumexp", 4):
        pytest.skip("no derivative at −∞")
    report = check_gradients(example.call, *example.arrays(rng))
    assert not report.kinks
    assert not report.unmeasured
    assert "differences" not in "".join(report.oracles) or name in OF_REAL_MATRICES


def wrong_square(pullback, name="wrong"):
    def forward(xp, x):
        return x * x

    forward.__name__ = name
    return ag.custom_op(pullback, kind="elementwise")(forward)


@pytest.fixture(autouse=True)
def _restore_registry():
    before = dict(ag.OPS)
    yield
    ag.OPS.clear()
    ag.OPS.update(before)


def failure(f, *args, **options):
    with pytest.raises(GradientError) as caught:
        check_gradients(f, *args, **options)
    return caught.value


WRONG = {
    "a factor 2 is missing": lambda g, y, x: g * x,
    "a factor 3 too much": lambda g, y, x: g * 6.0 * x,
    "the wrong sign": lambda g, y, x: -2.0 * g * x,
    "is 1.25 × what it should be": lambda g, y, x: 2.5 * g * x,
    "claimed is 0": lambda g, y, x: 0.0 * g,
}


@pytest.mark.parametrize("cause", WRONG)
@pytest.mark.parametrize("kind", KINDS)
def test_the_op_at_fault_and_the_cause_are_named(cause, kind, rng):
    op = wrong_square(WRONG[cause])
    (x,) = KINDS[kind]([rng.uniform(1.0, 2.0, 3)])
    error = failure(lambda x: ag.sin(op(ag.exp(x))) * 2.0, x)
    assert error.op is op
    assert error.op.name in str(error)
    assert cause in error.cause
    assert abs(error.claimed - error.measured) > error.bar


def test_a_wrong_second_derivative_is_found_though_the_first_is_right():
    op = wrong_square(lambda g, y, x: g * 2.0 * ag.stop_gradient(x))
    error = failure(lambda x: op(x), 1.5)
    assert (error.order, error.op) == (2, op)
    assert check_gradients(lambda x: op(x), 1.5, order=1)


@pytest.mark.slow
@pytest.mark.parametrize("oracle", ["exact", "complex", "dual", "differences", "taylor"])
def test_every_oracle_finds_a_wrong_factor_and_passes_the_right_one(oracle):
    def f(x):
        return ag.sum(x * x)

    x = np.array([1.0, 2.0, 3.0])
    report = check_gradients(f, x, oracle=oracle)
    wrong = wrong_square(lambda g, y, x: g * 2.0001 * x)
    error = failure(lambda x: ag.sum(wrong(x)), x, oracle=oracle)
    assert error.op is wrong or oracle == "taylor"
    assert len(report.oracles) == 2


def test_an_entry_of_many_is_found():
    def forward(xp, x):
        return x * x

    op = ag.custom_op(lambda g, y, x: 2.0 * g * x * np.where(np.arange(1000) == 617, 1.01, 1.0), kind="elementwise")(forward)
    error = failure(lambda x: ag.sum(op(x)), np.linspace(1.0, 2.0, 1000), shrink=False)
    assert error.entry == "x[617]"
    assert error.ratio == pytest.approx(1.01)


def test_a_transposed_gradient_is_diagnosed():
    @ag.custom_op(lambda g, y, a, b: g @ b, lambda g, y, a, b: a.mT @ g, kind="bilinear")
    def product(xp, a, b):
        return xp.matmul(a, b)

    rng = np.random.default_rng(1)
    error = failure(lambda a: product(a, np.array([[1.0, 2.0], [5.0, 7.0]])), rng.normal(size=(2, 2)), shrink=False)
    assert error.op is product
    error = failure(lambda a, b: product(a, b), rng.normal(size=(2, 2)), rng.normal(size=(2, 2)))
    assert "pullback 0, claimed is the derivative at input 1 transposed" in error.cause

    @ag.custom_op(lambda g, y, x: g * 2.0 * x.mT, kind="elementwise")
    def squares(xp, x):
        return x * x

    error = failure(lambda x: squares(x).sum(), rng.normal(size=(3, 3)), shrink=False)
    assert "transposed" in error.cause


def test_forward_mode_that_is_nan_is_found():
    @ag.custom_op(lambda g, y, x: g, kind="linear")
    def rooted(xp, x):
        return xp.square(xp.sqrt(x))

    assert "forward mode" in failure(lambda x: rooted(x), np.linspace(1.0, 2.0, 8), order=1).cause


def test_a_gradient_of_no_outputs_is_zero():
    def product(xp, a, b):
        return a * b

    def pull(g, y, a, b):
        return g * b if np.size(g) else np.ones(np.shape(a))

    wrong = ag.custom_op(pull, lambda g, y, a, b: g * a, kind="elementwise")(product)
    assert check_gradients(lambda a, b: a * b, 2.0, np.zeros(0))
    error = failure(lambda a, b: wrong(a, b), np.array(2.0), np.zeros(0))
    assert (error.entry, error.claimed, error.measured) == ("a", 1.0, 0.0)


def test_a_derivative_of_zero_is_right():
    assert check_gradients(lambda x: np.sum(x**3), np.zeros(3), gradient=lambda x: 3 * x**2)
    assert check_gradients(lambda x: (1e6 * x) ** 3, 0.0)
    assert check_gradients(lambda x: ag.relu(x) + ag.softplus(ag.relu(x)), -1.0)  # a tie in logaddexp is no kink
    assert check_gradients(lambda x: ag.relu(x) * ag.softplus(x), 0.0)


def test_the_pullback_at_fault_is_that_of_the_wrong_input():
    def product(xp, a, b):
        return a * b

    wrong = ag.custom_op(lambda g, y, a, b: g * b, lambda g, y, a, b: 2.0 * g * a, kind="elementwise")(product)
    for f, args in ((lambda x, z: wrong(x, z), (3.0, 0.5)), (lambda z: wrong(3.0, z), (0.5,))):
        error = failure(f, *args)
        assert "product: pullback 1, claimed is 2 ×" in error.cause
        assert (error.entry, error.ratio) == ("z", 2.0)
    assert error.drawing is not None


def test_the_smallest_arguments_fail_for_the_same_cause():
    error = failure(lambda x: np.sum(x**3), np.array([0.3, -0.7, 1.4]), gradient=lambda x: -3 * x**2)
    assert error.cause == "claimed has the wrong sign"
    assert sorted(np.abs(error.smallest[0])) == [0.0, 0.0, 1.0]


def test_gradients_that_share_memory_are_found(monkeypatch):
    monkeypatch.setattr(reverse_mode._Sweep, "result", lambda self, x: self.cotangents[x])
    assert "share memory" in failure(lambda a, b: a + b, np.ones(3), np.ones(3)).cause


@pytest.mark.slow
@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("away", [10.0**-k for k in range(2, 12)])
def test_a_black_box_near_a_kink_is_right(side, away):
    def f(x):
        x = float(x) + 1.25
        return max(x, 0.1 * x)

    x = side * 1.750_644_8 * away - 1.25
    assert check_gradients(f, x, gradient=lambda x: 1.0 if x > -1.25 else 0.1)
    error = failure(f, x, gradient=lambda x: 2.0)
    assert error.claimed == 2.0


def test_whole_powers_are_smooth_at_zero():
    assert not check_gradients(lambda x: x**3, np.array([0.0, 1.0])).kinks
    assert not check_gradients(lambda x: x**2, 0.0).kinks
    assert check_gradients(lambda x: x**1, 0.0, order=3)  # the graph contains 0 × x⁻¹, without a warning
    assert check_gradients(lambda x: x**1.5, 0.0).kinks


def test_subnormal_gradients_are_ignored():
    for k in np.linspace(525.0, 555.0, 31):
        with np.errstate(all="ignore"):
            check_gradients(lambda x, k=float(k): ag.tanh(k * x), 0.68)


def test_higher_orders_that_are_zero_are_right():
    assert check_gradients(lambda x: ag.sum(x), np.array([1.0, 2.0]), order=4)


def test_dependence_outside_of_the_graph_is_found():
    error = failure(lambda x: x * ag.stop_gradient(x), 3.0)
    assert "outside of its graph" in error.cause
    error = failure(lambda t: ag.sum(t * t.numpy()), np.array([1.0, 2.0]))
    assert "outside of its graph" in error.cause


def test_nondeterminism_and_input_mutation_are_found():
    rng = np.random.default_rng(0)
    assert "not deterministic" in failure(lambda x: x * rng.normal(), 1.0).cause

    def writes(x, y):
        y[0] += 1.0
        return x * 0.0

    assert "must not change its arguments" in failure(writes, 1.0, np.zeros(2), argnums=0).cause


def test_the_gradient_argument_for_plain_functions():
    def f(x, y):
        return np.sum(np.sin(x) * y)

    def df(x, y):
        return np.cos(x) * y, np.sum(np.sin(x))

    x = np.array([0.3, 1.2])
    assert check_gradients(f, x, 2.0, gradient=df).oracles == ("complex step",)
    error = failure(f, x, 2.0, gradient=lambda x, y: (np.cos(x), df(x, y)[1]))
    assert error.entry in ("x[0]", "x[1]")
    assert check_gradients(lambda x: float(abs(x)) ** 3, -2.0, gradient=lambda x: 3 * x * abs(x))
    assert check_gradients(lambda x: np.array([x[0] * x[1], x[0]]), x, gradient=lambda x: np.array([[x[1], x[0]], [1.0, 0.0]]))
    with pytest.raises(ValueError, match=r"gradient must return shape \(2,\) for x, got shape \(3,\)"):
        check_gradients(lambda x: x.sum(), x, gradient=lambda x: np.ones(3))


def test_a_relative_error_of_one_in_a_million_is_found():
    def f(x):
        return float(np.exp(np.real(x))) if np.isrealobj(x) else None

    assert check_gradients(f, 0.7, gradient=lambda x: np.exp(x)).oracles == ("extrapolated differences",)
    assert failure(f, 0.7, gradient=lambda x: (1 + 1e-6) * np.exp(x)).oracle == "extrapolated differences"


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (ag.relu, 0.0),
        (ag.abs, 0.0),
        (lambda x: ag.maximum(x, 1.0), 1.0),
        (lambda x: ag.max(x), np.array([1.0, 2.0, 2.0])),
        (lambda x: ag.sum(ag.sort(x) * np.array([1.0, 2.0, 3.0])), np.array([1.0, 1.0, 0.0])),
        (lambda x: ag.norm(x), np.zeros(3)),
        (lambda x: ag.relu(x - 0.1 - 0.2), 0.3),
        (lambda x: ag.clip(x, 0.0, 1.0) * ag.exp(x), 1.0),
    ],
)
def test_a_kink_is_reported_without_error(f, x):
    assert check_gradients(f, x).kinks


def test_a_claim_outside_of_the_subdifferential_is_found():
    @ag.custom_op(lambda g, y, x: g * ag.where(x == 0, 1.5, ag.sign(x)), kind="elementwise", smooth_on=ag.OPS["abs"].smooth_on)
    def modulus(xp, x):
        return xp.abs(x)

    assert "outside of the subdifferential" in failure(modulus, 0.0).cause
    assert check_gradients(modulus, 1.0)

    @ag.custom_op(*[lambda g, y, a, b: g * (a == b)] * 2, kind="elementwise", smooth_on=ag.OPS["maximum"].smooth_on)
    def larger(xp, a, b):
        return xp.maximum(a, b)

    assert "outside of the subdifferential" in failure(larger, 1.0, 1.0).cause


def test_a_kink_of_a_black_box_is_found_by_its_one_sided_derivatives():
    assert check_gradients(lambda x: abs(float(x)), 0.0, gradient=lambda x: 0.3).kinks
    assert failure(lambda x: abs(float(x)), 0.0, gradient=lambda x: 1.3)


def test_the_error_shows_the_smallest_arguments_and_draws_the_bad_edge(tmp_path):
    op = wrong_square(lambda g, y, x: g * x, "crooked")
    error = failure(lambda x: ag.sum(op(x)), np.array([1.234, -5.678]), picture=str(tmp_path / "wrong.dot"))
    assert error.smallest is not None
    assert np.array_equal(np.sort(error.smallest[0]), [0.0, 1.0])
    assert (tmp_path / "wrong.dot").read_text() == error.drawing.dot
    assert "crooked" in error.drawing.dot
    assert error.picture in str(error)


def test_containers_values_and_tensors_are_arguments():
    p = {"w": [np.ones((2, 2)), 3.0], "n": 4, "name": "x"}
    assert check_gradients(lambda p, t: ag.sum(p["w"][0] * t) * p["w"][1] * p["n"], p, Tensor([1.0, 2.0]))
    assert check_gradients(lambda a, b: {"s": a + b, "p": (a * b,)}, Value(1.0), Value(2.0))


def test_gradients_and_arguments_are_unchanged():
    weight = Tensor([1.0, 2.0], requires_grad=True)
    weight.grad = np.array([5.0, 6.0])
    x = np.array([1.0, 2.0])
    check_gradients(lambda x: ag.sum(x * weight), x)
    np.testing.assert_array_equal(weight.grad, [5.0, 6.0])
    np.testing.assert_array_equal(x, [1.0, 2.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: check_gradients(3.0, 1.0), TypeError, "f must be callable, got 3.0 of type float"),
        (lambda: check_gradients(ag.sin), ValueError, "nothing to differentiate"),
        (lambda: check_gradients(ag.sin, 1), ValueError, "nothing to differentiate"),
        (lambda: check_gradients(ag.sin, 1.0, oracle="magic"), ValueError, "not 'magic'"),
        (lambda: check_gradients(ag.sin, 1.0, order=0), ValueError, "order must be at least 1, got 0"),
        (lambda: check_gradients(ag.log, -1.0), ValueError, "where it is defined"),
    ],
)
def test_bad_arguments_raise(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_check_gradients_pairs_a_claim_by_key():
    assert check_gradients(
        lambda p: p["a"] ** 2 + 30.0 * p["b"], {"a": 2.0, "b": 1.0}, gradient=lambda p: {"b": 30.0, "a": 2.0 * p["a"]}
    )
    p, x = {"a": 2.0, "b": 1.0}, np.ones(2)
    for claims in (({"b": 2.0, "a": 1.0}, x), [{"b": 2.0, "a": 1.0}, x]):
        assert check_gradients(
            lambda p, x: p["a"] + 2.0 * p["b"] + ag.sum(x), p, x, gradient=lambda p, x, claims=claims: claims
        )
    assert check_gradients(lambda p: p["a"] + 2.0 * p["b"], p, gradient=lambda p: ({"b": 2.0, "a": 1.0},))
    with pytest.raises(TypeError, match=r"gradient\[0\] must have the structure .* missing"):
        check_gradients(lambda p: p["a"] + p["b"], {"a": 2.0, "b": 1.0}, gradient=lambda p: {"a": 1.0, "c": 1.0})
