"""`python -m autograd playground`: write the playground, one HTML file."""

import argparse
import sys
from pathlib import Path
from typing import Any

from autograd.support.atomic_write import atomic_write, output_path


def add_to(commands: Any) -> None:
    """Register the command `playground` with an argparse subparsers object."""
    about = "Write an HTML file in which Python programs with Values run, without a network."
    command = commands.add_parser("playground", help=about, description=about)
    command.add_argument("file", type=Path, metavar="FILE", help="the file to write: .html")
    command.add_argument("--values-only", action="store_true", help="leave out NumPy, also where it can be downloaded")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, more: list[str]) -> int:
    """Run the command; the exit status is 0, or 2 after an error."""
    from autograd.cli.playground import build, packages  # other commands need no network

    try:
        target = output_path(arguments.file, ".html .htm")
        parts = packages.npm_files()
        wheels = {} if arguments.values_only else _numpy(parts[packages.LOCK])
        content = build.playground(parts, wheels).encode()
        with atomic_write(target) as out:
            out.write(content)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"wrote {target} ({len(content) / 1e6:.1f} MB, {build.scope(wheels)}): open it in a browser")
    return 0


def _numpy(lock: bytes) -> dict[str, bytes]:
    """The wheel of NumPy, or nothing, with a message that says why."""
    from autograd.cli.playground import packages

    try:
        return packages.numpy_wheel(lock)
    except ConnectionError as error:
        print(f"{error}\nThe playground is for Values alone.", file=sys.stderr)
        return {}
