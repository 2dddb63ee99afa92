"""Command line of the package: `python -m autograd`."""

import argparse
import sys

from autograd.support.clash import clash

if text := clash():
    raise SystemExit(text)

from autograd.cli.check import add_to as add_checks
from autograd.cli.draw import EXAMPLES
from autograd.cli.draw import add_to as add_pictures
from autograd.cli.playground.command import add_to as add_playground


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments` (`sys.argv[1:]` if None) and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd", description="Automatic differentiation that you can see through.", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_pictures(commands)
    add_checks(commands)
    add_playground(commands)
    words = sys.argv[1:] if arguments is None else arguments
    # A leading space keeps argparse from reading a negative number or expression as an option.
    known, more = parser.parse_known_args([f" {a}" if a[:1] == "-" and a[:2] != "--" and a != "-h" else a for a in words])
    if more and not getattr(known, "takes_more", False):
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    return int(known.run(known, more))


if __name__ == "__main__":
    sys.exit(main())
