"""Strategies: ranges, shrinking, and printed programs."""

import subprocess
import sys
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import GradientError, Tensor, Value, check_gradients, gradients_hold
from autograd.checks.report import NotMeasuredError
from autograd.domain import NONZERO, POSITIVE, UNIT
from autograd.strategies import broadcastable, containers, expressions, programs, reals, tensors, values
from autograd.testing.call_catalogue import ARRAYS, ELEMENTWISE
from autograd.testing.random_programs import SHAPES, RandomProgram, draw_program, value_of
from benchmarks.choices import Generator


@given(reals(-2, 2), reals(domain=UNIT), reals(0.5, domain=NONZERO), values(reals(1, 2)))
def test_reals_are_in_their_set(x, unit, positive, value):
    assert -2 <= x <= 2
    assert unit in UNIT
    assert positive >= 0.5
    assert isinstance(value, Value)
    assert 1 <= value.data <= 2


@given(tensors((3, 4), np.float32, (0, 1)), tensors(domain=POSITIVE), broadcastable(3))
def test_tensors_have_their_shape_dtype_and_set(t, positive, several):
    assert (t.shape, t.dtype, t.requires_grad) == ((3, 4), np.float32, True)
    assert ((t.numpy() >= 0) & (t.numpy() <= 1)).all()
    assert (positive.numpy() > 0).all()
    np.broadcast_shapes(*[s.shape for s in several])


def drawn(strategy, count=100):
    found = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategy)
    def draw(x):
        found.append(np.asarray(x.numpy()))

    draw()
    return found


@pytest.mark.parametrize(
    ("domain", "entry_may_be_zero"),
    [(None, True), ((-1, 1), True), ((0.5, None), False), (POSITIVE, False), (NONZERO, False), (reals(1, 2), False)],
)
def test_tensors_have_zeros_and_equal_entries_on_purpose(domain, entry_may_be_zero):
    found = drawn(tensors((4,), domain=domain))
    zeros = [int((a == 0.0).sum()) for a in found]
    assert min(zeros.count(1), zeros.count(2)) >= 3 if entry_may_be_zero else not any(zeros)
    distinct = [len(set(a.tolist())) for a in found]
    assert min(distinct.count(1), distinct.count(3)) >= 3


@given(st.from_type(Tensor), st.from_type(Value), containers(values()))
def test_types_are_registered_with_hypothesis(t, v, p):
    assert isinstance(t, Tensor)
    assert isinstance(v, Value)
    assert all(isinstance(x, Value) for x in ag.jvp.__globals__["tree"].leaves(p))


@given(expressions(["sin", "multiply", ag.OPS["add"]], depth=3), reals(-1, 1), reals(-1, 1))
def test_expressions_take_numbers_arrays_and_nodes(e, x, y):
    want = eval(e.text, {"sin": np.sin, "x0": x, "x1": y})
    assert float(e(np.float64(x), np.float64(y))) == pytest.approx(want)
    assert e(Value(x), Value(y)).data == pytest.approx(want)
    assume(min(abs(x), abs(y)) > 1e-50)  # of smaller numbers too little can be measured
    assert check_gradients(e, x, y, order=1)


@pytest.mark.parametrize("scalar", [False, True])
@settings(max_examples=15)
@given(st.data())
def test_printed_programs_run(scalar, data):
    program = data.draw(programs(scalar=scalar))
    *lines, call = str(program).splitlines()
    names = {}
    exec("\n".join([*lines, f"result = {call}"]), names)
    assert np.asarray(names["result"]) == pytest.approx(np.asarray(program(*program.arguments)), nan_ok=True, rel=1e-12)


def test_programs_call_every_op():
    def occurs(call):
        arguments = product([np.full(shape, 0.5) for shape in SHAPES], repeat=call.arity)
        return any(value_of(call, inputs) is not None for inputs in arguments)

    assert [op for op, calls in (ELEMENTWISE | ARRAYS).items() if not any(map(occurs, calls))] == []


@pytest.mark.slow
@pytest.mark.parametrize(("text", "least"), [("sin(a)", ()), ("a * b", ()), ("cumsum(a, axis=-1)", ())])
def test_programs_shrink_to_the_line_that_matters(text, least):
    """Shrinking is random: all results must be small, and one of a few must be minimal."""

    def matters(p):
        return any(call.text == text and np.size(p.arguments[0]) for call in p.calls)

    def smallest(p):
        alone = [call.text for call in p.calls] == [text]
        return alone and [np.shape(x) for x in p.arguments] == [least] and not np.any(p.arguments[0])

    # The line is one of hundreds: the search needs many programs.
    patient = settings(max_examples=20_000, database=None, deadline=None)
    for seed in range(6):
        found = find(programs(), matters, settings=patient, random=Random(seed))
        assert len(found.calls) <= 4
        if smallest(found):
            return
    pytest.fail(f"six searches end at larger programs, the last at {found!r}")


def test_expressions_shrink_to_the_part_that_matters():
    found = [
        find(expressions(["sin", "multiply"]), lambda e: "*" in e.text and "sin" in e.text, random=Random(seed))
        for seed in range(3)
    ]
    assert min(len(e.text) for e in found) <= len("sin(x0 * 2.0)")
    assert max(len(e.text) for e in found) <= len("sin(sin(x0 * x0)) * sin(x0)")


def test_numbers_of_a_program_are_bounded():
    rng = np.random.default_rng(1)
    for program in [draw_program(Generator(rng)) for _ in range(300)]:
        assert len({i for used in program.registers for i in used} | {*program.outputs}) > len(program.arguments) - 1
        with np.errstate(all="ignore"):
            assert abs(program(*program.arguments)) < 1e4


@pytest.mark.slow
@settings(max_examples=40)
@given(programs())
def test_gradients_of_random_programs_are_right(program):
    try:
        check_gradients(program, *program.arguments, order=2, shrink=False)
    except (np.linalg.LinAlgError, NotMeasuredError):  # cofactors of a singular matrix; at a jump, or without any measurement
        assume(False)


@pytest.mark.slow
@gradients_hold(x=reals(-2, 2), w=tensors((2, 3)))
def test_a_property_test_in_one_line(x, w):
    return ag.sum(ag.relu(w * x)) + ag.log(x)  # NaN for negative x, and a kink at 0


def test_a_failed_property_shows_minimal_arguments():
    @ag.custom_op(lambda g, y, x: ag.where(x > 1.0, 1.1, 1.0) * g * 2.0 * x, kind="elementwise")
    def crooked(xp, x):
        return x * x

    try:

        @gradients_hold(x=reals(1.25, 3), y=reals(-2, 2))
        def loss(x, y):
            return crooked(x) + y

        with pytest.raises(GradientError) as caught:
            loss()
    finally:
        del ag.OPS["crooked"]
    assert caught.value.op is crooked
    assert caught.value.entry == "x"
    assert caught.value.measured == pytest.approx(4.0)  # at x = 2, the simplest number
    assert any("'y': 0.0" in note for note in caught.value.__notes__)


def test_every_argument_needs_a_strategy():
    with pytest.raises(TypeError, match="no strategy for y"):
        gradients_hold(x=reals())(lambda x, y: x)
    with pytest.raises(TypeError, match="z is not an argument"):
        gradients_hold(x=reals(), z=reals())(lambda x: x)
    gradients_hold(x=reals(1, 2), max_examples=3)(lambda a=2.0, x=0.0, b=3.0: a * b * x)()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: reals(2, 1), ValueError, "low must not exceed high, got 2 and 1"),
        (lambda: reals(float("nan")), ValueError, "low must be finite, got nan"),
        (lambda: reals(5, domain=UNIT), ValueError, "no number from 5 to None is in"),
        (lambda: tensors((2,), int), TypeError, "got int64"),
        (lambda: tensors((-1,)), ValueError, r"got \(-1,\)"),
        (lambda: tensors((2,), domain="x"), TypeError, "got 'x'"),
        (lambda: expressions(["nothing"]), ValueError, r"got 'nothing' \(no op"),
        (lambda: expressions(["matmul"]), ValueError, r"got 'matmul' \(another op\)"),
    ],
)
def test_wrong_arguments_raise(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_without_hypothesis_the_error_names_the_command():
    script = "import sys; sys.modules['hypothesis'] = None\nimport autograd\ntry:\n    {}\nexcept ImportError as e: print(e)"
    for line in ("import autograd.strategies", "autograd.gradients_hold()"):
        done = subprocess.run([sys.executable, "-c", script.format(line)], capture_output=True, text=True, timeout=60)
        assert "needs Hypothesis: pip install 'glassgrad[check]'" in done.stdout


def test_programs_are_immutable():
    assert RandomProgram.__dataclass_params__.frozen
