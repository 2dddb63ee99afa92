"""Command line of the package: `python -m autograd`."""

import argparse
import sys

from autograd.support.clash import clash

if text := clash():
    raise SystemExit(text)

from autograd import __version__
from autograd.cli.check import add_to as add_checks
from autograd.cli.draw import EXAMPLES
from autograd.cli.draw import add_to as add_pictures
from autograd.cli.playground.command import add_to as add_playground

GREETING = f"""glassgrad {__version__}: automatic differentiation that you can see through. Try

  python -m autograd explain "tanh(w*x + b)" w=-3 x=2 b=6.88
      how a number and its gradient are computed, step by step
  python -m autograd draw "tanh(w*x + b)" w=-3 x=2 b=6.88 --page neuron.html
      a page in which every number can be dragged
  python -m autograd check autograd:sech --x "reals(-2, 2)"
      whether the gradient of a function is right
  python -m autograd playground playground.html
      an editor for such programs, in a browser, without a network

python -m autograd COMMAND --help lists the options."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments` (`sys.argv[1:]` if None) and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd", description="Automatic differentiation that you can see through.", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    add_pictures(commands)
    add_checks(commands)
    add_playground(commands)
    words = sys.argv[1:] if arguments is None else arguments
    if not words:
        print(GREETING)
        return 0
    # A leading space keeps argparse from reading a negative number or expression as an option.
    known, more = parser.parse_known_args([f" {a}" if a[:1] == "-" and a[:2] != "--" and a != "-h" else a for a in words])
    if more and not getattr(known, "takes_more", False):
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    return int(known.run(known, more))


if __name__ == "__main__":
    sys.exit(main())
