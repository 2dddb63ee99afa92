"""Rendering of DOT text by an external program."""

import os
import shutil
import subprocess
import sys
import sysconfig

#: Environment variable with the path of the renderer; it overrides the search.
VARIABLE = "AUTOGRAD_DOT"

#: Numbers of a picture above which a message says how long its layout may take.
MANY = 500

_BEGINNING = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


class RenderError(RuntimeError):
    """Raised if no renderer is found, or it fails; the DOT text remains available."""

    __module__ = "autograd"


def renderer() -> str:
    """The path of the renderer: `$AUTOGRAD_DOT`, else `dot`, else `graphviz-pure`.

    Raises:
        RenderError: If there is none; the message names ways to install one
    """
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
            "no renderer for pictures was found: `pip install 'glassgrad[render]'`, or install Graphviz, or set "
            f"${VARIABLE} to the path of a program that reads DOT; `.dot` has the DOT text"
        )
    return path


def render(dot: str, form: str, numbers: int = 0) -> bytes:
    """The picture of DOT text in the form "svg", "png" or "pdf"; a message on stderr comes first if it has many numbers.

    Raises:
        RenderError: If no renderer is found, or it fails; the message quotes its output
    """
    program = renderer()
    if numbers > MANY:
        seconds = max(5, 5 * round((numbers / 270) ** 3 / 5))  # measured with graphs of many crossings, for both renderers
        print(
            f"the layout of {numbers:,} numbers can take {seconds:,} s: draw(…, max_nodes=300) folds some, "
            "and .dot is the text without a layout",
            file=sys.stderr,
            flush=True,
        )
    try:
        done = subprocess.run([program, f"-T{form}"], input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise RenderError(f"the renderer {program} could not be run: {error}") from error
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode and "not recognized" in said:
        raise RenderError(f"the renderer {program} makes no {form.upper()}: install Graphviz, or save an SVG")
    if done.returncode:
        raise RenderError(f"the renderer {program} failed with exit status {done.returncode}: {said or 'no output'}")
    if _BEGINNING[form] not in done.stdout[:1000]:
        raise RenderError(f"the renderer {program} returned no {form.upper()}: {said or done.stdout[:200]!r}")
    return done.stdout
