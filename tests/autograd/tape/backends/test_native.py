"""Machine code of tapes: the bits of the back end "python", memory, errors in calls back to Python, large programs."""

import itertools
import math
import os
import subprocess
import sys
import threading
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import OPS, custom_op, record, value_and_grad
from autograd.ops.namespaces import scalar
from autograd.tape.backends import GuardFailedError, native
from autograd.tape.backends.llvm_rules import LIBM, read
from autograd.tape.backends.llvm_source import write
from autograd.tape.backends.registry import find_backend
from autograd.tape.backends.schedule import make_schedule
from tests.laws.inputs import SPECIAL, few
from tests.threads import run_in_fork

pytest.importorskip("llvmlite")

INF, NAN = math.inf, math.nan


def bits(x):
    """Bits of numbers; all NaNs are one."""
    x = np.asarray(x, float)
    return np.where(np.isnan(x), NAN, x).tobytes()


def assert_equal_bits(f, *rows, arguments=None):
    """The back ends "native", also without optimisation, and "python" give the same bits for each row, also mapped."""
    native, quick, python = (record(f, *(arguments or rows[0]), backend=name) for name in ("native", "native", "python"))
    with patch("autograd.tape.backends.native._MANY_RUNS", 0):
        quick(*rows[0])
    for row in rows:
        got, soon, want = (np.concatenate([np.ravel(y) for y in np.atleast_1d(tape(*row))]) for tape in (native, quick, python))
        assert bits(got) == bits(soon) == bits(want), (row, got, soon, want)
    if all(isinstance(x, float) for row in rows for x in row):
        mapped = np.transpose(native.map(*np.array(rows).T))
        assert bits(mapped) == bits([native(*row) for row in rows])


@pytest.mark.parametrize("name", LIBM)
def test_functions_are_those_of_math(name, rng):
    name = {"pow": "power"}.get(name, name)
    function, op = getattr(scalar, name), OPS[name]
    rows = [tuple(map(float, rng.normal(size=op.arity) * 3.0 ** rng.integers(-4, 5))) for _ in range(300)]
    tape = record(lambda *xs: op(*xs), *rows[0], backend="native")
    for row in rows:
        try:
            want = function(*row)
        except (ArithmeticError, ValueError):
            continue
        assert bits(tape(*row)) == bits(want), row


def test_powers_are_products_for_the_exponents_2_and_3_alone(rng):
    """`math.pow(x, 4.0)` differs from x * x * x * x in the last place for some x; the exponent may be an input."""
    tape = record(lambda x, n: (x**4.0, x**0.5, x**-1.0, 2.0**x, x**n), 1.5, 2.5, backend="native")
    for x in rng.uniform(0.1, 10.0, 2000).tolist():
        for n, product in ((2.0, x * x), (3.0, x * x * x), (4.0, math.pow(x, 4.0))):
            assert tape(x, n) == (math.pow(x, 4.0), math.pow(x, 0.5), math.pow(x, -1.0), math.pow(2.0, x), product)


def test_products_are_not_contracted(rng):
    assert_equal_bits(lambda a, b, c: a * b + c, *[tuple(map(float, rng.normal(size=3))) for _ in range(200)])


ARITHMETIC = {
    "quotient": lambda a, b: a / b,
    "remainder": lambda a, b: a % b,
    "floor of a quotient": lambda a, b: a // b,
    "C's remainder": ag.fmod,
    "power": lambda a, b: a**b,
    "logaddexp": ag.logaddexp,
    "hypot": ag.hypot,
    "larger": ag.fmax,
    "sign": lambda a, b: ag.copysign(a, b) if hasattr(ag, "copysign") else ag.sign(a * b),
    "rounding": lambda a, b: ag.round(a) + ag.floor(b) + ag.trunc(a) + ag.ceil(b),
    "rounding to decimals": lambda a, b: ag.round(a * b, 1),
    "activations": lambda a, b: ag.sigmoid(a) + ag.gelu(b) + ag.mish(a) + ag.elu(b),
    "logarithms": lambda a, b: ag.log(a) + ag.log1p(b) + ag.logit(a),
}


@pytest.mark.parametrize("name", ARITHMETIC)
def test_special_numbers(name, rng):
    """Also where `math` raises: the numbers are those of IEEE 754."""
    rows = list(itertools.product(map(float, SPECIAL), repeat=2))
    assert_equal_bits(ARITHMETIC[name], (1.5, 0.5), *rows)


RULES = {
    "two functions": lambda xp, x: 1.0 / (1.0 + xp.exp(x)) + xp.sin(x),
    "in one branch": lambda xp, x: xp.where(x > 0, xp.log(x), xp.sin(x)) + xp.cos(x),
    "in the condition": lambda xp, x: xp.where(xp.exp(x) > 2.0, xp.sin(x), xp.cos(x)),
    "a quotient": lambda xp, x: xp.where(x == 0, xp.tanh(x + 1.0), 0.0 * xp.sin(x) + 1.0 / x),
    "a truth value": lambda xp, x: (x > 0) * xp.exp(x) + ((x < 1) & (x != 0.5)),
    "a constant": lambda xp, x: 3.0 + 0.0 * x,
}


@pytest.mark.parametrize("name", RULES)
def test_rules_of_custom_ops_in_which_math_raises(name, rng):
    def of_native(xp, x):
        return RULES[name](xp, x)

    of_native.__name__ = f"of_native_{list(RULES).index(name)}"
    op = custom_op(None, kind="elementwise")(of_native)
    try:
        assert read(op, {}) is not None
        assert_equal_bits(
            lambda x: op(x) * 2.0, (0.5,), *[(x,) for x in (*SPECIAL, 800.0, -800.0, *rng.normal(size=20).tolist())]
        )
    finally:
        OPS.pop(op.name)


def test_an_error_in_a_rule_is_the_error_of_the_replay():
    def of_keys(xp, x):
        return {2.0: 1.0, 3.0: 2.0}[float(x)]

    op = custom_op(None, kind="elementwise")(of_keys)
    try:
        tape = record(lambda x: op(x) + x, 2.0, backend="native")
        assert tape(3.0) == 5.0
        with pytest.raises(KeyError, match="4"):
            tape(4.0)
        assert tape(3.0) == 5.0
        with pytest.raises(KeyError, match="4"):
            tape.map(np.array([2.0, 4.0, 3.0]))
        assert tape.map(np.array([2.0, 3.0])).tolist() == [3.0, 5.0]
    finally:
        OPS.pop("of_keys")


@few
@given(st.integers(1, 37), st.integers(1, 9), st.sampled_from([1, -1]), st.booleans(), st.booleans())
def test_matrix_products_have_the_bits_of_their_sums(rows, columns, step, transposed, skips):
    """Loops over rows of any number and stride, with vectors, transposed blocks and single rows."""

    def f(w, x):
        w = list(zip(*w, strict=True)) if transposed else w
        w = w[:: 2 * step] if skips else w[::step]
        y = [sum(a * b for a, b in zip(row, itertools.cycle(x))) for row in w]
        return [ag.sin(a) * b for a, b in zip(y, reversed(y), strict=True)]

    rng = np.random.default_rng(rows + 100 * columns)
    w, x = rng.normal(size=(rows, columns)), rng.normal(size=max(rows, columns))
    native, python = (record(value_and_grad(lambda *a: sum(f(*a)), (0, 1)), w, x, backend=b) for b in ("native", "python"))
    (got, (gw, gx)), (want, (ww, wx)) = native(w, x), python(w, x)
    assert (got, gw.tobytes(), gx.tobytes()) == (want, ww.tobytes(), wx.tobytes())
    many = native.map(np.stack([w, 2.0 * w]), x, axes=(0, None))
    assert many[0].tolist() == [want, python(2.0 * w, x)[0]]


def test_results_are_not_written_by_later_replays():
    tape = record(lambda x: [x * 2.0, x + 1.0], np.ones(3), backend="native")
    first = tape(np.arange(3.0))
    kept = [np.array(y) for y in first]
    tape(np.full(3, 7.0))
    assert [np.array(y).tolist() for y in first] == [y.tolist() for y in kept] == [[0.0, 2.0, 4.0], [1.0, 2.0, 3.0]]


def test_map_of_any_number_of_examples():
    tape = record(lambda x, k: (ag.exp(x) * k, k) if x < 5000.0 else x, 1.0, 2.0, backend="native")
    for n in (1, 63, 64, 65, 1500):
        x = np.arange(float(n)) / 100.0
        y, k = tape.map(x, 3.0, axes=(0, None))
        assert y.tolist() == [tape(a, 3.0)[0] for a in x.tolist()]
        assert np.broadcast_to(k, n).tolist() == [3.0] * n
    with pytest.raises(GuardFailedError, match="decision 0"):
        tape.map(np.array([1.0, 6000.0]), np.ones(2))


def test_the_first_failing_guard_is_named():
    tape = record(lambda x, y: x * y if x > 0 and y > 0 and x > y else y, 2.0, 1.0, backend="native")
    for arguments, guard in (((-1.0, -2.0), 0), ((1.0, -1.0), 1), ((1.0, 2.0), 2), ((math.nan, 2.0), 0)):
        with pytest.raises(GuardFailedError) as failure:
            tape(*arguments)
        assert failure.value.guard == guard
    assert tape(3.0, 2.0) == 6.0


def test_constants_and_arguments_may_be_results():
    tape = record(lambda x: (x, 2.0, 3.0 * ag.stop_gradient(x)), 1.0, backend="native")
    assert tape(5.0) == (5.0, 2.0, 15.0)
    assert record(lambda x: (), 1.0, backend="native")(1.0) == ()


def irregular(n):
    """A program in which hardly any two instructions form a loop."""

    def f(x, y):
        numbers, state = [x, y], 1
        for _ in range(n):
            state = (state * 1103515245 + 12345) % 2**31
            a, b = numbers[-1 - (state >> 8) % min(len(numbers), 40)], numbers[-1 - (state >> 16) % min(len(numbers), 40)]
            numbers.append([a * b * 0.5 + 0.1, a - b, ag.sin(a), a / (1.5 + b * b), ag.tanh(a + b)][(state >> 5) % 5])
        return numbers[-1] + numbers[-2]

    return f


def test_the_source_of_an_irregular_program_is_linear_in_functions_of_bounded_size():
    lengths = []
    for n in (500, 2000):
        tape = record(irregular(n), 0.3, 0.7, backend="native")
        source, _ = write(make_schedule(tape.program), 1)
        lengths.append(len(source) / len(tape))
        assert max(len(part.splitlines()) for part in source.split("define")) < 2000
        assert tape(0.3, 0.7) == record(irregular(n), 0.3, 0.7, backend="python")(0.3, 0.7)
    assert lengths[1] < 1.3 * lengths[0]


def test_the_source_of_a_matrix_product_has_the_length_of_its_loops():
    def length(n):
        tape = record(
            lambda w, x: [sum(a * b for a, b in zip(row, x, strict=True)) for row in w],
            np.ones((n, n)),
            np.ones(n),
            backend="native",
        )
        return len(write(make_schedule(tape.program), 1)[0])

    assert length(32) < 1.2 * length(16)


def test_the_old_name_is_an_alias():
    assert find_backend("numba") is find_backend("native")
    assert record(lambda x: x, 1.0, backend="numba").backend == "native"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_while_another_thread_compiles():
    stop = threading.Event()

    def compile_on():
        while not stop.is_set():
            record(irregular(30), 0.3, 0.7, backend="native")(0.3, 0.7)

    thread = threading.Thread(target=compile_on)
    thread.start()
    try:
        tape = record(lambda x: ag.exp(x) * x, 1.0, backend="native")
        tape(1.0)

        def in_child():
            assert tape(2.0) == 2.0 * math.exp(2.0)
            assert record(lambda x: ag.sin(x), 1.0, backend="native")(2.0) == math.sin(2.0)

        for _ in range(5):
            run_in_fork(in_child)
    finally:
        stop.set()
        thread.join()


#: Replays that an alarm interrupts at many moments; elsewhere the interrupt could end a function of a test tool.
INTERRUPTED = """
import gc, signal
import autograd as ag

class Interrupt(Exception):
    pass

def interrupt(*_):
    raise Interrupt

tape = ag.record(lambda x: sum(ag.digamma(x + float(i)) for i in range(30)), 1.5, backend="native")
right = tape(1.5)
gc.disable()
signal.signal(signal.SIGALRM, interrupt)
for i in range(300):
    try:
        signal.setitimer(signal.ITIMER_REAL, 2e-5 + i * 1e-6)
        found = [tape(1.5) for _ in range(20)]
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    except Interrupt:
        continue
    assert found == [right] * 20, found
"""


def test_an_interrupt_at_the_start_of_a_callback_is_raised():
    """ctypes only prints what ends a callback before its first line; the replay must raise it, and give no wrong number."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_unraisable_errors_of_others_are_passed_on(monkeypatch):
    seen = []
    monkeypatch.setattr(native, "_previous_hook", native._previous_hook)
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: seen.append(unraisable.exc_type))
    assert record(ag.digamma, 1.5, backend="native")(1.5) == ag.digamma(1.5)

    class Broken:
        def __del__(self):
            raise ValueError

    Broken()
    assert seen == [ValueError]
