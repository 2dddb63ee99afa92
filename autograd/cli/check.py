"""`python -m autograd check`: a check of a function from the command line, with an exit status for CI."""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_to(subparsers: Any) -> None:
    """Register the command `check` with an argparse subparsers object."""
    parser = subparsers.add_parser(
        "check",
        help="search for arguments at which a function's gradient is wrong",
        description="Search for arguments at which a function's gradient is wrong. Every argument of the function is an option "
        "whose value is a strategy: python -m autograd check mymodule:loss --x 'tensors((3,))' --rate 'reals(0, 1)'",
        epilog="Exit status: 0 if the gradients hold, 1 if one is wrong, 2 if the command is.",
    )
    parser.add_argument("function", nargs="?", help="module:function, or path/to/file.py:function")
    parser.add_argument(
        "--power", action="store_true", help="print the smallest relative error that each oracle always catches"
    )
    parser.add_argument("--examples", type=int, default=100, metavar="N", help="how many arguments are drawn (default: 100)")
    parser.add_argument("--order", type=int, default=2, metavar="K", help="up to which derivatives are checked (default: 2)")
    parser.add_argument("--picture", metavar="FILE", help="where a picture of the wrong op goes: .svg, .png or .dot")
    parser.set_defaults(run=run, takes_more=True)


def run(arguments: argparse.Namespace, more: list[str]) -> int:
    """Run the command; `more` are the options that name the function's arguments."""
    if arguments.power:
        from autograd.checks.detection_power import table

        print(table())
        return 0
    try:
        if not arguments.function:
            raise UsageError("name a function, module:function, or ask for --power")
        if arguments.examples < 1 or arguments.order < 1:
            raise UsageError(f"--examples and --order are from 1, not {arguments.examples} and {arguments.order}")
        f = found(arguments.function)
        drawn = strategies_of(more)
        from autograd.checks.property_testing import gradients_hold

        test = gradients_hold(order=arguments.order, max_examples=arguments.examples, picture=arguments.picture, **drawn)(f)
    except (UsageError, ImportError, TypeError) as error:
        print(f"python -m autograd check: {error}", file=sys.stderr)
        return 2
    from autograd.checks.report import GradientError

    try:
        test()
    except GradientError as error:
        print(f"{arguments.function}: {error}")
        for note in getattr(error, "__notes__", []):
            print(note)
        return 1
    print(f"{arguments.function}: gradients hold, in {arguments.examples} examples")
    return 0


class UsageError(Exception):
    """A command that cannot be run; says what to write instead."""


def found(name: str) -> Callable[..., Any]:
    """The function named module:function or file.py:function.

    Raises:
        UsageError: if there is none
    """
    where, colon, what = name.rpartition(":")
    if not colon:
        raise UsageError(f"{name!r} names no function: write module:function")
    try:
        module = _from_file(Path(where)) if where.endswith(".py") else importlib.import_module(where)
    except ImportError as error:
        raise UsageError(f"{where!r} cannot be imported: {error}") from None
    f = getattr(module, what, None)
    if not callable(f):
        raise UsageError(f"{where!r} has no function {what!r}")
    return f


def _from_file(path: Path) -> Any:
    import importlib.util

    if not path.is_file():
        raise UsageError(f"there is no file {str(path)!r}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{str(path)!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def strategies_of(more: list[str]) -> dict[str, Any]:
    """--x 'tensors((3,))' --y 'reals(0, 1)' as strategies by argument.

    Raises:
        UsageError: if an option has no value or is no strategy
        ImportError: if Hypothesis is not installed
    """
    from autograd.base import domain
    from autograd.support.optional import require
    from autograd.testing import strategies

    st = require("hypothesis.strategies", "a strategy")
    names = {n: getattr(strategies, n) for n in dir(strategies) if n[0] != "_"}
    names |= {n: getattr(domain, n) for n in dir(domain) if n.isupper()} | {"st": st}
    pairs = list(more)
    result = {}
    while pairs:
        option, *pairs = pairs
        option, equals, text = option.partition("=")
        if not option.startswith("--"):
            raise UsageError(f"{option!r} is no option: write --argument 'strategy'")
        if not equals:
            if not pairs:
                raise UsageError(f"{option} needs a strategy, such as {option} 'tensors((3,))'")
            text, *pairs = pairs
        try:
            made = eval(text, names)
        except Exception as error:  # what the text of a strategy raises is the user's to read
            raise UsageError(f"{option} {text!r} is no strategy: {type(error).__name__}: {error}") from None
        if not isinstance(made, st.SearchStrategy):
            raise UsageError(f"{option} {text!r} is {made!r} and no strategy, such as 'reals(0, 1)' or 'tensors((3,))'")
        result[option[2:].replace("-", "_")] = made
    return result
