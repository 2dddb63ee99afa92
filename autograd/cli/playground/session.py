"""One run of a learner's program: the value of its last expression as picture or text, its error by line."""

import ast
import linecache
import sys
import traceback
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from autograd.base.grad_mode import remember_lines
from autograd.drawing.draw import draw
from autograd.drawing.drawing import Drawing
from autograd.drawing.page.page import Page
from autograd.drawing.text import fold
from autograd.engine.node import Node

#: File name of the program in tracebacks and pages.
FILE = "program.py"

#: Most characters of a value shown as text.
LONGEST = 200_000


@dataclass(frozen=True)
class Outcome:
    """The end of a run.

    Attributes:
        kind: The form of the content: an HTML page, an SVG picture, text, or the message of an error
        content: The value of the last expression, "" if there is none; or the message
        line: The line of the error, 0 for other ends
        details: The traceback of the error
    """

    kind: Literal["page", "picture", "text", "error"] = "text"
    content: str = ""
    line: int = 0
    details: str = ""


def run_program(source: str) -> Outcome:
    r"""Run a program as `__main__`; its last statement, if it is an expression, is shown.

    A node is shown as the page of its graph, with the lines of the program; pages and drawings as themselves;
    other values as text.

    >>> run_program("x = 3\nx * x")
    Outcome(kind='text', content='9', line=0, details='')
    """
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    module, previous = ModuleType("__main__"), sys.modules["__main__"]
    module.__file__ = FILE
    sys.modules["__main__"] = module  # classes of the program are looked up there
    try:
        return _run(source, vars(module))
    finally:
        sys.modules["__main__"] = previous


def _run(source: str, names: dict[str, Any]) -> Outcome:
    line = 0
    try:
        tree = ast.parse(source, FILE)
        shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with remember_lines():
            exec(compile(tree, FILE, "exec"), names)
            if isinstance(shown, ast.Expr):
                line = shown.lineno
                return _outcome(eval(compile(ast.Expression(shown.value), FILE, "eval"), names))
    except BaseException as error:  # also SystemExit and KeyboardInterrupt of the program
        return _failure(error, line)
    return Outcome()


def _outcome(value: Any) -> Outcome:
    if isinstance(value, Node):
        value = draw(value).page()
    if isinstance(value, Page):
        return Outcome("page", value.html)
    if isinstance(value, Drawing):
        return Outcome("picture", value.svg())
    return Outcome("text", "" if value is None else fold(str(value), LONGEST))


def _failure(error: BaseException, line: int) -> Outcome:
    """The error at the innermost line of the program, or at `line` if drawing failed."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != FILE:
        frames = frames.tb_next
    for frame, number in traceback.walk_tb(frames):
        line = number if frame.f_code.co_filename == FILE else line
    if isinstance(error, SyntaxError) and error.filename == FILE:
        line = error.lineno or 1
    details = "".join(traceback.format_exception(type(error), error, frames))
    return Outcome("error", _message(error), line, details)


def _message(error: BaseException) -> str:
    """The end of the traceback: the type of the error, its text, its notes."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    if sys.platform == "emscripten" and (isinstance(error, ModuleNotFoundError) or "pip install" in text):
        text = f"{text.splitlines()[0].partition(': pip ')[0]}; this page does not contain it"  # it cannot be installed here
    if isinstance(error, EOFError) and "reading a line" in text:
        text = f"{text}: input() has no keyboard here, so write the value into the program"
    notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
    return f"{type(error).__name__}: {text}{notes}".removesuffix(": ")
