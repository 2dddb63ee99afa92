"""Verdicts of `check_gradients`: wrong derivatives of every kind are found and named, right ones pass."""

import numpy as np
import pytest

import autograd as ag
from autograd import GradientError, check_gradients, custom_op
from autograd.checks._check_gradients import Check
from autograd.checks.report import NotMeasuredError
from autograd.ops.op import Op


def op(name, forward, *pullbacks, kind="elementwise"):
    """A custom op of that name."""

    def rule(xp, x):
        return forward(xp, x)

    rule.__name__ = name
    return custom_op(*pullbacks, kind=kind)(rule)


def raw(x):
    """The numbers of a node or array."""
    return np.asarray(getattr(x, "data", x) if isinstance(x, ag.Tensor | ag.Value) else x)


def failure(f, *args, **options):
    with pytest.raises(GradientError) as caught, np.errstate(all="ignore"):
        check_gradients(f, *args, shrink=False, **options)
    return caught.value


def passes(f, *args, **options):
    with np.errstate(all="ignore"):
        return check_gradients(f, *args, shrink=False, **options)


def counting(g, y, x, calls=[]):  # noqa: B006  (a state, on purpose)
    calls.append(1)
    return g * ag.cos(x) * len(calls)


# ------------------------------------------------------------------------------------------------------- chance and state


def test_a_claim_that_keeps_state_is_wrong():
    total = np.zeros(3)

    def adds(x):
        total[:] += 2.0 * x
        return total.copy()

    error = failure(lambda x: np.sum(x * x), np.array([0.5, 1.0, 2.0]), gradient=adds)
    assert "the claimed gradient changes from call to call" in error.cause
    assert "state" in error.cause


def test_a_claim_that_draws_random_numbers_is_wrong():
    rng = np.random.default_rng(0)
    f = lambda x: np.sum(x * x)  # noqa: E731
    error = failure(f, np.ones(8), gradient=lambda x: 2.0 * x * rng.integers(0, 2, 8) * 2.0)
    assert "random" in error.cause


@pytest.mark.parametrize("order", [1, 2])
def test_a_pullback_that_changes_from_call_to_call_is_named(order):
    rng = np.random.default_rng(0)
    mask = rng.integers(0, 2, 8) * 2.0
    dropped = op("dropped", lambda xp, x: x * mask, lambda g, y, x: g * rng.integers(0, 2, 8) * 2.0, kind="linear")
    counted = op("counted", lambda xp, x: xp.sin(x), counting)
    for wrong in (dropped, counted):
        error = failure(lambda x, wrong=wrong: ag.sum(wrong(ag.exp(x))), np.linspace(0.1, 0.8, 8), order=order)
        assert error.op is wrong
        assert "pullback changes from call to call" in error.cause


# ------------------------------------------------------------------------------------------------------------------- jumps

JUMPS = {
    "floor": (lambda x: ag.floor(x) * x, 1.0),
    "ceil": (lambda x: ag.exp(ag.ceil(x)), 2.0),
    "round": (lambda x: ag.round(x) + x, 0.5),
    "trunc": (lambda x: ag.trunc(x) * x, -3.0),
    "sign": (lambda x: ag.sign(x) + x, 0.0),
    "remainder": (lambda x: ag.remainder(x, 1.0), 2.0),
    "where": (lambda x: ag.where(x > 1.0, x + 1.0, x), 1.0),
    "multiply": (lambda x: x * int(x.item()), 2.0),
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_jump_is_refused_and_named(name):
    f, x = JUMPS[name]
    with pytest.raises(NotMeasuredError, match=rf"{name}.* jumps at x = .*there is no derivative"):
        passes(f, x)
    with pytest.raises(NotMeasuredError, match="the function jumps at x"):
        passes(lambda x: f(ag.Value(x)).item(), x, gradient=lambda x: 0.0)
    report = passes(f, x + 0.3)
    assert not report.kinks
    assert report.caught < 1e-9


def test_a_jump_that_is_multiplied_by_zero_is_a_kink():
    assert passes(lambda x: ag.sign(x) * x, 0.0).kinks
    assert passes(lambda x: ag.where(x > 0.0, x, 0.1 * x), 0.0).kinks
    assert passes(lambda x: 3.0 * x if x.item() > 0.0 else 2.0 * x, 0.0).kinks


# ---------------------------------------------------------------------------------------------- nothing measured, infinities


def test_a_check_that_measured_nothing_raises():
    with pytest.raises(NotMeasuredError, match="nothing could be measured at x = 9"):
        passes(ag.sqrt, 1e-320)

    def noise(x):
        return np.abs(np.sin(1e17 * float(x)))

    with pytest.raises(NotMeasuredError, match=r"nothing could be measured at x = 0\.7"):
        passes(noise, 0.7, gradient=lambda x: 1e17)


def test_differences_of_a_wave_too_short_do_not_overrule_the_complex_step():
    assert failure(lambda x: np.sin(1e12 * x), 2.1, gradient=lambda x: 7.0).oracle == "complex step"


INFINITE = {
    "log": (ag.log, 1e-160),
    "gammaln": (ag.gammaln, 1e-160),
    "sqrt": (ag.sqrt, 0.0),
    "cbrt": (ag.cbrt, 0.0),
    "reciprocal": (lambda x: 1.0 / x, np.array([1e-200, 1.0])),
    "log of many": (ag.log, np.array([1e-160, 0.5, 3.0])),
    "sqrt of many": (ag.sqrt, np.array([0.0, 1.0])),
}


@pytest.mark.parametrize("name", INFINITE)
def test_an_infinite_derivative_is_right_where_the_quotients_grow_without_limit(name):
    f, x = INFINITE[name]
    assert passes(f, x)


def test_an_infinite_claim_of_a_plain_function():
    x = np.array([0.0, 1.0])
    f = lambda x: np.sum(np.sqrt(x))  # noqa: E731
    assert passes(f, x, gradient=lambda x: 0.5 / np.sqrt(x))
    assert failure(f, x, gradient=lambda x: -0.5 / np.sqrt(x)).entry == "x[0]"


@pytest.mark.parametrize(
    "pullback",
    [lambda g, y, x: -g * 0.5 / y, lambda g, y, x: g / (0.0 * x), lambda g, y, x: g * 0.5 * y / x],
    ids=["another sign", "infinite everywhere", "NaN"],
)
def test_a_wrong_infinite_or_nan_claim_is_named(pullback):
    wrong = op("root", lambda xp, x: xp.sqrt(x), pullback)
    x = np.array([0.0, 1.0])
    assert failure(lambda x: wrong(x), x).op is wrong


def test_a_nan_where_the_function_is_undefined_on_both_sides_is_not_wrong():
    report = passes(lambda x, y: [x * x, ag.power(-2.0, y)], np.array(-2.0), np.array(3.0), order=1)
    assert any("y" in what for what in report.unmeasured)


# ------------------------------------------------------------------------------------------------------------------- kinks


def _share(g, y, x):
    at = raw(x) == raw(y)
    return g * at / at.sum()


def _first(g, y, x):
    return g * (np.arange(raw(x).size) == int(np.argmax(raw(x))))


def _at_rank(k):
    return lambda g, y, x: g * (np.arange(raw(x).size) == int(np.argsort(raw(x), kind="stable")[k]))


#: Right ops without `smooth_on`: forward rule, pullback, kind, arguments at a kink or tie.
KINKS = {
    "abs": (lambda xp, x: xp.abs(x), lambda g, y, x: g * ag.sign(x), "elementwise", [0.0, 1.0, -2.0]),
    "relu": (lambda xp, x: xp.maximum(x, 0.0 * x), lambda g, y, x: ag.where(x > 0, g, 0.0 * g), "elementwise", [0.0, 1.0]),
    "relu of 1": (lambda xp, x: xp.maximum(x, 0.0 * x), lambda g, y, x: ag.where(x >= 0, g, 0.0 * g), "elementwise", [0.0]),
    "leaky": (lambda xp, x: xp.where(x > 0, x, 0.1 * x), lambda g, y, x: ag.where(x > 0, g, 0.1 * g), "elementwise", [0.0, -1]),
    "max, shared": (lambda xp, x: xp.max(x, None, False), _share, "general", [2.0, 2.0, 1.0]),
    "max, first": (lambda xp, x: xp.max(x, None, False), _first, "general", [2.0, 2.0, 1.0, 2.0]),
    "median": (lambda xp, x: xp.sort(x)[1], _at_rank(1), "general", [2.0, 2.0, 1.0]),
    "median of equal": (lambda xp, x: xp.sort(x)[1], _at_rank(1), "general", [2.0, 2.0, 2.0]),
    "maximum norm": (
        lambda xp, x: xp.max(xp.abs(x), None, False),
        lambda g, y, x: _first(g, y, ag.abs(x)) * np.sign(raw(x)), "general", [1.0, -1.0, 0.5],
    ),
}  # fmt: skip

USES = {
    "alone": lambda f, x: f(x),
    "inside": lambda f, x: ag.sum(ag.sin(f(x * 1.0)) + f(x) ** 2),
    "times x": lambda f, x: ag.sum(f(x) * x),
    "twice": lambda f, x: ag.sum(f(x)) - 0.5 * ag.sum(f(x) * 1.0),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", KINKS)
def test_a_right_op_passes_at_an_undeclared_kink(name, use):
    forward, pullback, kind, x = KINKS[name]
    right = op("folded", forward, pullback, kind=kind)
    assert passes(lambda x: USES[use](right, x), np.array(x))


@pytest.mark.parametrize("name", KINKS)
def test_a_wrong_op_is_found_at_a_kink_and_named(name):
    forward, pullback, kind, x = KINKS[name]
    wrong = op("folded", forward, lambda g, y, x: 3.0 * pullback(g, y, x) + 2.0 * ag.sum(g) * (0.0 * x + 1.0), kind=kind)
    error = failure(lambda x: ag.sum(wrong(x) * 2.0), np.array(x))
    assert error.op is wrong


@pytest.mark.parametrize("x", [[2.0, 2.0, 1.0], [2.0, 2.0, 2.0]])
def test_a_maximum_that_pays_every_tie_in_full_is_named(x):
    wrong = op("greedy", lambda xp, x: xp.max(x, None, False), lambda g, y, x: g * (raw(x) == raw(y)), kind="general")
    assert failure(lambda x: wrong(x), np.array(x), order=1).op is wrong


def test_a_kink_of_second_order_is_no_error():
    def pull(g, y, x):
        return ag.where(ag.abs(x) < 1.0, g * x, g * ag.sign(x))

    right = op("bent", lambda xp, x: xp.where(xp.abs(x) < 1.0, 0.5 * x * x, xp.abs(x) - 0.5), pull)
    assert passes(lambda x: right(x), np.array([1.0, 0.3, -1.0])).kinks
    wrong = op(
        "bent2", lambda xp, x: xp.where(xp.abs(x) < 1.0, 0.5 * x * x, xp.abs(x) - 0.5), lambda g, y, x: 1.1 * pull(g, y, x)
    )
    assert failure(lambda x: wrong(x), np.array([1.0, 0.3, -1.0])).op is wrong


def test_a_smooth_function_has_no_kink_that_excuses_a_claim():
    for k in (1.0, 30.0, 1e3, 1e5):
        assert failure(lambda x, k=k: np.tanh(k * x), 0.3 / k, gradient=lambda x, k=k: k * (1.0 + 1e-6) / np.cosh(k * x) ** 2)
        f = lambda x, k=k: float(np.sin(k * float(np.real(x))))  # noqa: E731
        assert failure(f, 0.7, gradient=lambda x, k=k: 1.01 * k * np.cos(k * x))


# ------------------------------------------------------------------------------------------------- names, bars, cotangents


def test_a_pullback_that_does_not_depend_on_its_cotangent_raises_a_clear_error():
    numpy_only = op("numpy_only", lambda xp, x: xp.sin(x), lambda g, y, x: raw(g) * ag.cos(x), kind="general")
    with pytest.raises(TypeError, match="forward mode of numpy_only needs a pullback that depends on its first parameter"):
        passes(lambda x: numpy_only(x), np.array([0.3, 0.4]), order=1)
    dropped = op("dropped", lambda xp, x: xp.sin(x), lambda g, y, x: ag.cos(x), kind="general")
    assert failure(lambda x: dropped(x), np.array([0.3, 0.4])).op is dropped


def test_a_wrong_tail_that_underflows_in_a_complex_step_is_named():
    def forward(xp, x):
        return xp.where(x > 20.0, -xp.exp(-x), -xp.log1p(xp.exp(-xp.minimum(x, 20.0))))

    wrong = op("tail", forward, lambda g, y, x: ag.where(x > 20.0, -g * ag.exp(-x), g * ag.sigmoid(-x)))
    error = failure(lambda x: wrong(x), 620.0)
    assert error.op is wrong
    assert "wrong sign" in error.cause


def test_the_pullback_of_a_pullback_is_named():
    inner = custom_op(lambda g, y, h, x: 0.0 * g * ag.sum(h), lambda g, y, h, x: 2.0 * g * h * x, kind="general")

    @inner
    def cube_backward(xp, h, x):
        return h * 3.0 * x * x

    @custom_op(lambda g, y, x: cube_backward(g, x), kind="general")
    def cubed(xp, x):
        return x * x * x

    assert failure(lambda x: cubed(x), np.array([0.7, 1.1])).op is cube_backward


def test_the_op_whose_result_underflows_is_named():
    error = failure(lambda x: ag.log(ag.sum(ag.exp(x))), np.array([-740.0, -741.0]))
    assert error.op is ag.OPS["exp"]
    assert "underflows" in error.cause


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("reduce", [np.sum, np.positive])
def test_the_steps_of_rounded_results_are_no_kinks(dtype, reduce):
    """In single precision, of the argument or inside of a plain function, a result is constant between jumps."""
    wrong = ag.custom_gradient(lambda g, y, x: g * 2.1 * x)(lambda x: reduce(x.astype(np.float32) ** 2).astype(dtype))
    failure(wrong, np.array([2.0, 2.5, -1.0], dtype), order=1)


def test_a_function_without_results_is_refused():
    for result in (None, "text", [], {}):
        with pytest.raises(TypeError, match="the function must return numbers, arrays or nodes, got "):
            check_gradients(lambda x, result=result: result, 2.0)


def test_half_precision_has_error_bars_of_half_precision():
    x = np.array([0.3, 0.7, 1.1], np.float16)
    report = passes(lambda x: ag.sum(ag.tanh(x) * x), x, order=1)
    assert 1e-4 < report.caught < 1.0
    assert passes(lambda x: ag.sum(ag.tanh(x) * x), x.astype(np.float32), order=1).caught < 1e-4
    wrong = op("half", lambda xp, x: xp.tanh(x), lambda g, y, x: g * (1.0 - 0.5 * y * y))
    assert failure(lambda x: ag.sum(wrong(x)), x).op is wrong


# ------------------------------------------------------------------------------------------------------------------ report


def test_a_report_says_what_it_would_have_found_and_what_it_did_not_check():
    report = passes(lambda x: ag.sin(x) * x, 2.0)
    again = passes(lambda x: ag.sin(x) * x, 2.0)
    assert report == again
    assert report.seconds > 0.0
    assert "relative errors from" in str(report)
    assert "not checked: orders from 3 on" in str(report)
    assert "since the gradient jumps at a kink" in str(passes(ag.relu, 0.0))


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("black_box", [False, True])
def test_the_smallest_error_in_a_report_is_the_smallest_that_is_found(factor, black_box):
    def wrong(error):
        if black_box:
            f = lambda x: float(np.exp(float(np.real(x))) if np.isrealobj(x) else np.nan)  # noqa: E731
            return lambda: passes(f, 0.7, gradient=lambda x: (1.0 + error) * np.exp(x))
        scaled = op("scaled", lambda xp, x: xp.exp(x), lambda g, y, x: (1.0 + error) * g * y)
        return lambda: passes(lambda x: scaled(x), 0.7, order=1)

    least = wrong(0.0)().caught
    assert least > 0.0
    if factor < 1.0:
        assert wrong(factor * least)().caught
    else:
        with pytest.raises(GradientError):
            wrong(factor * least)()


def test_gradcheck_is_called_as_in_pytorch():
    assert ag.gradcheck(ag.multiply, (2.0, 3.0)) == check_gradients(ag.multiply, 2.0, 3.0)
    assert ag.gradcheck(ag.sin, 2.0)
    with pytest.raises(TypeError, match="chooses steps and tolerances itself, got eps, atol"):
        ag.gradcheck(ag.sin, (2.0,), eps=1e-6, atol=1e-4)


def test_an_undeclared_kink_at_a_wrong_claim_names_the_cure():
    wrong = op("bent3", lambda xp, x: xp.abs(x), lambda g, y, x: 3.0 * g)
    assert "smooth_on=autograd.domain.NONZERO" in str(failure(lambda x: wrong(x), 0.0))


def test_a_check_is_the_same_for_the_same_seed():
    x = np.linspace(-1.0, 1.0, 500)
    check = Check(lambda x: ag.sum(ag.sin(x) * x), None, None, None, None, None, 3)
    assert check.run((x,), 2) == check.run((x,), 2)


def test_many_ties_show_all_slopes_nearby():
    for x in ([0.0] * 8 + [1.0], [0.0] * 5 + [2.0, 1.0, 2.0, -1.0]):
        for seed in range(3):
            assert passes(lambda x: ag.sort(x, axis=None), np.array(x), seed=seed).kinks


def test_clip_of_equal_arguments_has_a_gradient():
    again = Op(ag.OPS["clip"].forward, ag.OPS["clip"].pullbacks, "elementwise")
    assert passes(lambda *xs: again(*xs), *(np.zeros(2) for _ in range(3)), order=1)


def test_the_logarithm_of_a_small_number_keeps_its_digits_in_a_complex_step():
    assert passes(lambda x: ag.xlog1py(x, x * x), 0.005089646776690326)
    assert passes(lambda x: x * ag.logaddexp(x - 20.0, 0.0), 0.7)


@pytest.mark.parametrize("seed", range(10))
def test_a_kink_in_single_precision_has_the_error_of_the_claim(seed):
    """The slopes of arctan2 along a direction cancel, so the claim is off by the rounding of float32."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=4).astype(np.float32), rng.normal(size=4).astype(np.float32)
    a[1], b[:2] = 0.0, (0.0, 1.0)
    assert check_gradients(ag.arctan2, a, b, order=1, seed=seed).kinks
