"""Rendering of DOT text by an external program, or by a function."""

import math
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable

from autograd.drawing.svg import convert_svg, legible_svg
from autograd.support.optional import install_command

#: Environment variable with the path of the renderer; it overrides the search.
VARIABLE = "AUTOGRAD_DOT"

#: Function from DOT text to SVG that replaces the programs if it is set, as inside a browser: `graphviz.renderer = f`.
renderer: Callable[[str], str] | None = None

#: Dots per inch of a PNG in its natural size.
DPI = 96.0

#: Numbers of a picture above which a message says how long its layout may take.
MANY = 500

_BEGINNING = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


class RenderError(RuntimeError):
    """Raised if no renderer is found, or it fails; the DOT text remains available."""

    __module__ = "autograd"


def find_program() -> str:
    """The path of the program: `$AUTOGRAD_DOT`, else `dot`, else `graphviz-pure`."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise RenderError(
                f"${VARIABLE} is {chosen!r}, which is not an executable program: set it to the path of a renderer, or unset it"
            )
        return path
    here = os.pathsep.join([os.path.dirname(sys.executable), sysconfig.get_path("scripts")])
    path = shutil.which("dot") or shutil.which("graphviz-pure", path=here) or shutil.which("graphviz-pure")
    if path is None:
        raise RenderError(
            f"no renderer for pictures was found: `{install_command('glassgrad[render]')}`, or install Graphviz, or set "
            f"${VARIABLE} to the path of a program that reads DOT; `.dot` has the DOT text"
        )
    return path


def render(dot: str, form: str, numbers: int = 0, dpi: float = DPI) -> bytes:
    """The picture of DOT text in the form "svg", "png" or "pdf"; a message on stderr comes first if it has many numbers.

    Of a renderer that makes SVG alone, matplotlib converts the SVG.
    """
    if not isinstance(dpi, int | float) or not 0 < dpi < math.inf:
        raise ValueError(f"dpi must be a positive number, such as 300, got {dpi!r}")
    program = "" if renderer else find_program()
    if numbers > MANY:
        _announce(numbers)
    content = None if renderer or form == "svg" else _run(program, dot, form, dpi)
    if content is None:
        svg = legible_svg(_call(dot) if renderer else (_run(program, dot, "svg", dpi) or b"").decode())
        if form == "svg":
            return svg.encode()
        try:
            content = convert_svg(svg, form, dpi)
        except ImportError as error:
            raise RenderError(f"{error}, or install Graphviz, or save an SVG") from None
        except (SyntaxError, ValueError) as error:  # of XML, of numbers
            raise RenderError(f"no {form.upper()} can be made of SVG that is not Graphviz's: save an SVG ({error})") from error
    return content


def _announce(numbers: int) -> None:
    seconds = max(5, 5 * round((numbers / 270) ** 3 / 5))  # measured with graphs of many crossings, for both renderers
    print(
        f"the layout of {numbers:,} numbers can take {seconds:,} s: draw(…, max_nodes=300) folds some, "
        "and .dot is the text without a layout",
        file=sys.stderr,
        flush=True,
    )


def _call(dot: str) -> str:
    """The output of the function `renderer`."""
    try:
        svg: object = renderer(dot) if renderer else ""
    except Exception as error:
        raise RenderError(f"the renderer {renderer!r} failed: {type(error).__name__}: {error}") from error
    if not isinstance(svg, str) or "<svg" not in svg:
        raise RenderError(f"the renderer {renderer!r} must return SVG as a str, got {svg!r:.200}")
    return svg


def _run(program: str, dot: str, form: str, dpi: float) -> bytes | None:
    """The output of a program, or None if it does not make this form."""
    command = [program, f"-T{form}"] + [f"-Gdpi={dpi:g}"] * (form == "png" and dpi != DPI)
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise RenderError(f"the renderer {program} could not be run: {error}") from error
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode and form != "svg" and "not recognized" in said:
        return None
    if done.returncode:
        raise RenderError(f"the renderer {program} failed with exit status {done.returncode}: {said or 'no output'}")
    if _BEGINNING[form] not in done.stdout[:1000]:
        raise RenderError(f"the renderer {program} returned no {form.upper()}: {said or done.stdout[:200]!r}")
    return done.stdout
