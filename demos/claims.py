"""Claims of demos: a false claim ends the program with an error."""

from collections.abc import Iterable
from pathlib import Path

from autograd import RenderError, Value, draw
from autograd.support.optional import install_command


def claim(holds: bool, text: str) -> None:
    """Print the claim if it holds; otherwise end the program with exit status 1."""
    if not holds:
        raise SystemExit(f"This did not hold: {text}")
    print(f"Holds: {text}")


def print_paths(paths: Iterable[Path]) -> None:
    """Print the paths of the written pictures, one a line."""
    print("Pictures:", *paths, sep="\n  ")


def check_renderer() -> None:
    """Select the file back end of matplotlib; end the program if pictures cannot be drawn."""
    try:
        import matplotlib

        draw(Value(1.0) + 1.0).svg()
    except (ImportError, RenderError) as error:
        raise SystemExit(f"The demos need matplotlib and a renderer ({error}): {install_command('glassgrad[demos]')}") from None
    matplotlib.use("Agg")  # needs no screen
