"""`python -m autograd check`: check the gradient of a function, with an exit status for CI."""

import argparse
import importlib
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_to(subparsers: Any) -> None:
    """Register the command `check` with an argparse subparsers object."""
    parser = subparsers.add_parser(
        "check",
        help="search for arguments at which a function's gradient is wrong",
        description="Search for arguments at which a function's gradient is wrong. Each argument of the function is an option "
        "whose value is a strategy: python -m autograd check mymodule:loss --x 'tensors((3,))' --rate 'reals(0, 1)'. "
        "Arguments without an option have their default values.",
        epilog="Exit status: 0 if the gradients are right, 1 if one is wrong, 2 if the command is wrong.",
    )
    parser.add_argument("function", nargs="?", help="module:function, or path/to/file.py:function")
    parser.add_argument("--examples", type=int, default=100, metavar="N", help="number of examples (default: 100)")
    parser.add_argument("--order", type=int, default=2, metavar="K", help="highest order of derivatives to check (default: 2)")
    parser.add_argument("--picture", metavar="FILE", help="file for a picture of the wrong op: .svg, .png or .dot")
    parser.set_defaults(run=run, takes_more=True)


def run(arguments: argparse.Namespace, more: list[str]) -> int:
    """Run the command; `more` holds the options for the arguments of the function."""
    try:
        if not arguments.function:
            raise UsageError("the name of a function is missing: write module:function")
        if arguments.examples < 1 or arguments.order < 1:
            raise UsageError(f"--examples and --order must be at least 1, got {arguments.examples} and {arguments.order}")
        f = load_function(arguments.function)
        options = {"order": arguments.order, "max_examples": arguments.examples, "picture": arguments.picture}
        strategies = parse_strategies(more)
        from autograd.checks.property_testing import gradients_hold

        test = gradients_hold(**options, **strategies)(f)
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
    """Wrong command line; the message says how to correct it."""


def load_function(name: str) -> Callable[..., Any]:
    """Import a function from module:function or file.py:function."""
    source, colon, function = name.rpartition(":")
    if not (colon and source):
        raise UsageError(f"{name!r} names no function: write module:function")
    try:
        names = _names_in_file(Path(source)) if source.endswith(".py") else vars(importlib.import_module(source))
    except ImportError as error:
        raise UsageError(f"{source!r} cannot be imported: {error}") from None
    f = names.get(function)
    if not callable(f):
        raise UsageError(f"{source!r} has no function {function!r}")
    return f


def _names_in_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UsageError(f"there is no file {str(path)!r}")
    return runpy.run_path(str(path), run_name=path.stem)


def parse_strategies(more: list[str]) -> dict[str, Any]:
    """Strategies by argument, from options such as --x 'tensors((3,))' --y 'reals(0, 1)'."""
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
            raise UsageError(f"{option!r} is not an option: write --argument 'strategy'")
        if not equals:
            if not pairs:
                raise UsageError(f"{option} needs a strategy, such as {option} 'tensors((3,))'")
            text, *pairs = pairs
        try:
            strategy = eval(text, names)
        except Exception as error:  # any error in the text is the user's
            raise UsageError(f"{option} {text!r} is not a strategy: {type(error).__name__}: {error}") from None
        if not isinstance(strategy, st.SearchStrategy):
            raise UsageError(f"{option} must be a strategy, such as 'reals(0, 1)' or 'tensors((3,))', got {strategy!r}")
        result[option[2:].replace("-", "_")] = strategy
    return result
