"""`python -m autograd draw` and `… explain`: an expression and its gradient, as a picture, as a page and as text."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd.cli.expressions import ExpressionError, inputs, read
from autograd.drawing.draw import DIRECTIONS, draw
from autograd.drawing.explain import explain
from autograd.drawing.text import FORMAT
from autograd.drawing.themes import THEMES
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value

EXAMPLES = """examples:
  python -m autograd draw "tanh(w*x + b)" w=-3 x=2 b=6.88 --save neuron.svg
  python -m autograd draw "tanh(w*x + b)" w=-3 x=2 b=6.88 --page neuron.html
  python -m autograd explain "tanh(w*x + b)" w=-3 x=2 b=6.88 --wrt x
  python -m autograd explain "sum(softplus(v))" "v=[-1, 0, 1]"
"""


def add_to(commands: Any) -> None:
    """Register the commands `draw` and `explain` with an argparse subparsers object."""
    _add_draw(commands)
    _add_explain(commands)


def _add(commands: Any, name: str, what: str, does: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=what, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("expression", help='such as "tanh(w*x + b)": numbers, names, operators, and ops by their names')
    command.add_argument("values", nargs="*", metavar="NAME=VALUE", help='what names stand for: x=2, b=pi/4, "v=[1, 2]"')
    command.add_argument("--format", default=FORMAT, help=f"how numbers are written, such as .3g (default: {FORMAT})")
    command.set_defaults(run=lambda given, more: _run(does, given))
    return command


def _add_draw(commands: Any) -> None:
    command = _add(
        commands, "draw", "Draw an expression and its gradient; without --save or --page, print its DOT text.", _draw
    )
    command.add_argument("--save", type=Path, action="append", default=[], metavar="FILE",
                         help="write the picture: .svg, .png, .pdf, .dot or .mmd")  # fmt: skip
    command.add_argument("--page", type=Path, metavar="FILE", help="write a page that plays it step by step: .html")
    command.add_argument("--direction", choices=DIRECTIONS, help="the way to y, the way back, or both (default: both)")
    command.add_argument("--theme", choices=THEMES, default="light")
    command.add_argument("--rankdir", choices=["LR", "RL", "TB", "BT"], default="LR", help="from left to right, or else")
    command.add_argument("--arrays", choices=["shape", "stats", "heat"], default="stats", help="what is shown of an array")


def _add_explain(commands: Any) -> None:
    command = _add(commands, "explain", "Tell how an expression is computed, and its gradient.", _explain)
    command.add_argument("--wrt", action="append", metavar="NAME", help="only the gradient of this name; may be given again")


def _run(does: Callable[[argparse.Namespace], None], given: argparse.Namespace) -> int:
    """The exit status: 0, or 2 with a message."""
    try:
        does(given)
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _result(given: argparse.Namespace) -> tuple[Value | Tensor, dict[str, Node]]:
    text = given.expression.strip()
    leaves = inputs(given.values)
    y = read(text, leaves)
    if not isinstance(y, Value | Tensor):
        raise ExpressionError(text, 0, f"this is the constant {y}: a gradient needs a name, as in x*x with x=3")
    if y.op is not None and "y" not in leaves:
        y.label = "y"
    return y, leaves


def _draw(given: argparse.Namespace) -> None:
    y, _ = _result(given)
    one = getattr(y, "size", 1) == 1
    drawing = draw(
        y, direction=given.direction or ("both" if one else "forward"), format=given.format, theme=given.theme,
        rankdir=given.rankdir, arrays=given.arrays,
    )  # fmt: skip
    for file in given.save:
        drawing.save(file)
        print(f"wrote {file}")
    if given.page:
        drawing.page(given.page, title=given.expression.strip())
        print(f"wrote {given.page}: open it in a browser")
    if not given.save and not given.page:
        print(drawing.dot, end="")


def _explain(given: argparse.Namespace) -> None:
    y, leaves = _result(given)
    unknown = [name for name in given.wrt or [] if name not in leaves]
    if unknown:
        raise ValueError(f"--wrt {unknown[0]}: the names are {', '.join(leaves)}")
    print(explain(y, [leaves[name] for name in given.wrt] if given.wrt else None, format=given.format))
