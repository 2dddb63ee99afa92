"""`python -m autograd draw` and `… explain`: the graph and gradient of an expression as picture, page or text."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from autograd.cli.expressions import ExpressionError, inputs, read
from autograd.drawing.box_text import Arrays
from autograd.drawing.draw import Direction, draw
from autograd.drawing.explain import explain
from autograd.drawing.options import PORTS
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
    command = _add(commands, "draw", "Draw an expression and its gradient; without --save or --page, print DOT text.", _draw)
    command.add_argument("--save", type=Path, action="append", default=[], metavar="FILE",
                         help="write the picture: .svg, .png, .pdf, .dot or .mmd")  # fmt: skip
    command.add_argument("--page", type=Path, metavar="FILE", help="write a page with the computation step by step: .html")
    command.add_argument("--direction", choices=get_args(Direction), help="forward, backward, or both passes (default: both)")
    command.add_argument("--theme", choices=THEMES, default="light")
    command.add_argument("--rankdir", choices=PORTS, default="LR", help="direction of the layout")
    command.add_argument("--arrays", choices=get_args(Arrays), default="stats", help="content of array boxes")
    command = _add(commands, "explain", "Explain step by step how an expression and its gradient are computed.", _explain)
    command.add_argument("--wrt", action="append", metavar="NAME", help="only the gradient of this name; may be repeated")


def _add(commands: Any, name: str, help: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=help, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("expression", help='such as "tanh(w*x + b)": numbers, names, operators and ops')
    command.add_argument("values", nargs="*", metavar="NAME=VALUE", help='values of the names: x=2, b=pi/4, "v=[1, 2]"')
    command.add_argument("--format", default=FORMAT, help=f"format of numbers, such as .3g (default: {FORMAT})")
    command.set_defaults(run=lambda arguments, more: _run(run, arguments))
    return command


def _run(command: Callable[[argparse.Namespace], None], arguments: argparse.Namespace) -> int:
    """Run a command; the exit status is 0, or 2 after an error."""
    try:
        command(arguments)
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _result(arguments: argparse.Namespace) -> tuple[Value | Tensor, dict[str, Node]]:
    text = arguments.expression.strip()
    leaves = inputs(arguments.values)
    y = read(text, leaves)
    if not isinstance(y, Value | Tensor):
        raise ExpressionError(text, 0, f"the expression is the constant {y}: use a name, as in x*x with x=3")
    if y.op is not None and "y" not in leaves:
        y.label = "y"
    return y, leaves


def _draw(arguments: argparse.Namespace) -> None:
    y, _ = _result(arguments)
    one = getattr(y, "size", 1) == 1
    drawing = draw(
        y, direction=arguments.direction or ("both" if one else "forward"), format=arguments.format, theme=arguments.theme,
        rankdir=arguments.rankdir, arrays=arguments.arrays,
    )  # fmt: skip
    for file in arguments.save:
        drawing.save(file)
        print(f"wrote {file}")
    if arguments.page:
        drawing.page(arguments.page, title=arguments.expression.strip())
        print(f"wrote {arguments.page}: open it in a browser")
    if not arguments.save and not arguments.page:
        print(drawing.dot, end="")


def _explain(arguments: argparse.Namespace) -> None:
    y, leaves = _result(arguments)
    unknown = [name for name in arguments.wrt or [] if name not in leaves]
    if unknown:
        raise ValueError(f"--wrt must be one of the names {', '.join(leaves)}, got {unknown[0]}")
    print(explain(y, [leaves[name] for name in arguments.wrt] if arguments.wrt else None, format=arguments.format))
