"""How a demo says what it found: a claim that does not hold ends the program with an error."""

from collections.abc import Iterable
from pathlib import Path

from autograd import RenderError, Value, draw


def claim(holds: bool, text: str) -> None:
    """Print the claim if it holds; end the program with exit status 1 if it does not."""
    if not holds:
        raise SystemExit(f"This did not hold: {text}")
    print(f"Holds: {text}")


def wrote(paths: Iterable[Path]) -> None:
    """Say which pictures were written."""
    print("Wrote " + ", ".join(map(str, paths)))


def check_that_pictures_can_be_made() -> None:
    """Have matplotlib draw to files; end the program, before any work, if there is nothing to draw with."""
    try:
        import matplotlib

        draw(Value(1.0) + 1.0).svg()
    except (ImportError, RenderError) as error:
        raise SystemExit(f"The demos draw pictures, and cannot here ({error}): pip install 'glassgrad[demos]'") from None
    matplotlib.use("Agg")  # so that no screen is needed
