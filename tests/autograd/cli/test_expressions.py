"""Expressions of the command line: syntax, values, and positions of errors."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd.__main__ import main
from autograd.cli.expressions import ExpressionError, inputs, read


def failing(text, **values):
    """(reason, text from the position of the error)."""
    with pytest.raises(ExpressionError) as caught:
        read(text, {name: ag.Value(x) for name, x in values.items()})
    line, column = caught.value.text, caught.value.column
    assert str(caught.value).splitlines()[-2:] == [f"  {line}", f"  {' ' * column}^"]
    return caught.value.reason, line[column:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * 4 ** 2", 50.0), ("-2 ** 2", -4.0), ("(1 - 5) / 2", -2.0), ("7 % 4", 3.0), ("pi - e", math.pi - math.e),
        ("x * y - x", 2.0), ("tanh(x) + x", math.tanh(2.0) + 2.0), ("maximum(x, 3)", 3.0), ("where(x > 1, x, -x)", 2.0),
        (" +x ", 2.0), ("\tx", 2.0), ("(x\n + y)", 4.0), ("sum(v * v)", 5.0), ("mean(v, axis=0)", 1.5), ("v @ [3, 4]", 11.0),
    ],
)  # fmt: skip
def test_arithmetic_equals_python(text, expected):
    values = {"x": ag.Value(2.0), "y": ag.Value(2.0), "v": ag.Tensor([1.0, 2.0], requires_grad=True)}
    result = read(text, values)
    assert float(
        result if isinstance(result, int | float) else result.item() if isinstance(result, ag.Tensor) else result.data
    ) == (pytest.approx(expected, rel=1e-15))


numbers = st.floats(-3, 3).map(lambda x: round(x, 3))
texts = st.recursive(
    st.one_of(numbers.map(str), st.sampled_from(["x", "w"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"sin({t})"),
        inner.map(lambda t: f"-{t}"),
        inner.map(lambda t: f"({t}) ** 2"),
    ),
    max_leaves=8,
)


@given(texts, numbers, numbers)
def test_values_and_gradients_are_those_of_the_same_program(text, x, w):
    program = eval(compile(f"lambda x, w, sin: {text}", "program", "eval"))  # a constant text
    ours, theirs = inputs([f"x={x}", f"w={w}"]), [ag.Value(x), ag.Value(w)]
    try:
        expected = program(*theirs, ag.sin)
    except ArithmeticError:
        with pytest.raises(ExpressionError):
            read(text, ours)
        return
    result = read(text, ours)
    if not isinstance(expected, ag.Value):
        assert result == expected or (math.isnan(result) and math.isnan(expected))
        return
    assert repr(result.data) == repr(expected.data)
    assert list(map(repr, ag.gradients(result, list(ours.values())))) == list(map(repr, ag.gradients(expected, theirs)))


def test_errors_show_the_position():
    assert failing("w*x + b", w=1, x=1) == ("b is unknown: give it a value, as in b=2", "b")
    assert failing("τ * x + ζ", x=1, τ=1) == ("ζ is unknown: give it a value, as in ζ=2", "ζ")
    assert failing("1 + tnh(x)", x=1) == ("tnh is not an op: did you mean tanh or tan or arctanh?", "tnh(x)")
    assert failing("1 + qqq(x)", x=1) == ("qqq is not an op: use ops such as exp, sin and tanh", "qqq(x)")
    assert failing("x ^ 2", x=1) == ("write powers with **, not ^", "^ 2")
    assert failing("2 × x²", x=1) == ("write * in place of ×", "× x²")
    assert failing("1 + max(x, 0)", x=-1) == (
        "max is taken over one array: write maximum(a, b), or max(v, axis=0)", "max(x, 0)"
    )  # fmt: skip
    assert failing("[1, [2]]") == ("the rows of a list must have one length", "[1, [2]]")
    assert failing("x == 1", x=1)[0] == "only numbers, names, + - * / // % ** @, < <= > >= and calls of ops are allowed"
    assert failing("2 * (1 / 0)") == ("float division by zero", "/ 0)")
    assert failing("1 + log", x=1) == ("log is an op: call it, as in log(x)", "log")
    assert failing("2 * tanh(x", x=1)[1] == "(x"
    assert failing("2 * ", x=1)[1] == ""
    assert failing("", x=1)[0].startswith("this is not an expression")
    assert failing("(-1) ** 0.5 + x", x=1) == ("this is not a real number", "** 0.5 + x")
    assert failing("[x, 1]", x=1)[0].startswith("a list must hold numbers only")
    assert failing("[[1, 2], [3]]")[1] == "[[1, 2], [3]]"
    assert failing("tanh(x, x)", x=1)[1] == "tanh(x, x)"
    assert failing("9**9**9**9**9")[1].startswith("**")
    assert failing("(x\n + q)", x=1) == ("q is unknown: give it a value, as in q=2", "q)")


@pytest.mark.parametrize(
    "text",
    ["x.data", "x[0]", "__import__('os')", "(lambda: x)()", "[i for i in x]", "x if x else x", "x and x", "not x", "f'{x}'",
     "'x'", "True", "1j", "{1: 2}", "{*x}", "tanh(*x)", "tanh(**x)", "(x := 2)", "x < x < x", "x == x", "x & x", "~x",
     "tanh.name", "yield x", "...", "None", "x; x", "x = 2",
     "import os", "(" * 500 + "x" + ")" * 500, "-" * 100_000 + "x", "\0"],
)  # fmt: skip
def test_other_syntax_raises(text):
    failing(text, x=1.0)


@pytest.mark.slow
@given(st.text(max_size=40))
def test_any_text_is_evaluated_or_raises(text):
    found = None
    try:
        read(text, {"x": ag.Value(1.0)})
    except ExpressionError as error:
        found = error
    assert found is None or 0 <= found.column <= len(found.text)


@pytest.mark.parametrize("text", ["x", "=2", "2=x", "x y=2", "x=", "x=q", "pi=3", "tanh=1", "x=1 2", "v=[1,[2]]"])
def test_malformed_values_raise(text):
    with pytest.raises(ExpressionError):
        inputs([text])


def test_a_second_value_of_a_name_raises():
    with pytest.raises(ExpressionError, match="has a value already"):
        inputs(["x=1", "x=2"])


def test_draw_writes_files(tmp_path, capsys):
    files = ["--save", str(tmp_path / "a.svg"), "--page", str(tmp_path / "a.html")]
    assert main(["draw", "tanh(w*x + b)", "w=-3", "x=2", "b=6.88", *files]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {tmp_path / 'a.svg'}", f"wrote {tmp_path / 'a.html'}: open it in a browser",
    ]  # fmt: skip
    assert "<title>tanh(w*x + b)</title>" in (tmp_path / "a.html").read_text()
    assert ">-3.0000<" in (tmp_path / "a.svg").read_text().replace("&#45;", "-")


def test_draw_prints_dot_text(capsys):
    assert main(["draw", "-x**2", "x=-3"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("digraph")
    assert ">6.0000<" in out
    assert main(["draw", "tanh(v)", "v=[1,2]"]) == 0  # two numbers have no gradient
    assert "grad" not in capsys.readouterr().out


def test_explain_prints_the_steps(capsys):
    assert main(["explain", "w*x", "w=2", "x=3", "--wrt", "w", "--format", ".1f"]) == 0
    assert capsys.readouterr().out == (
        "forward\n  y = w × x = 6.0\nbackward\n  ∂y/∂y = 1.0\n  ∂y/∂w = ∂y/∂y × x = 1.0 × 3.0 = 3.0\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "w*x", "w=2"], "error: x is unknown: give it a value, as in x=2\n  w*x\n    ^\n"),
        (["explain", "w*2", "w=2", "--wrt", "q"], "error: --wrt must be one of the names w, got q\n"),
        (["explain", "2*3"], "error: the expression is the constant 6.0: use a name, as in x*x with x=3\n  2*3\n  ^\n"),
        (["explain", "v*v", "v=[1,2]"], "explain takes one number, got a tensor of shape (2,): pass its sum, or a loss\n"),
        (["draw", "x", "x=1", "--save", "a.bmp"], "not '.bmp'"),
        (["draw", "x", "x=1", "--format", "q"], "such as '.4f' or '.3g', got 'q'"),
    ],
)
def test_errors_are_printed_and_exit_with_status_2(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_command_runs_in_a_process():
    done = subprocess.run(
        [sys.executable, "-m", "autograd", "explain", "x*x", "x=3"], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("∂y/∂x = ∂y/∂y × x + ∂y/∂y × x = 1.0000 × 3.0000 + 1.0000 × 3.0000 = 6.0000\n")
    shown = subprocess.run([sys.executable, "-m", "autograd", "draw", "--help"], capture_output=True, text=True, check=True)
    assert "examples:" in shown.stdout
