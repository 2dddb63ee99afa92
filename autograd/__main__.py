"""`python -m autograd`: what the package does from the command line."""

import argparse
import sys

from autograd.checks import command


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments`, those of the program if None; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd", description="Automatic differentiation that you can see through."
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    command.add_to(subparsers)
    known, more = parser.parse_known_args(arguments)
    if more and not getattr(known, "takes_more", False):
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    return int(known.run(known, more))


if __name__ == "__main__":
    sys.exit(main())
