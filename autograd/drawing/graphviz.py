"""Find a program that reads DOT and makes pictures, and run it."""

import os
import shutil
import subprocess
import sys
import sysconfig

#: The environment variable that names the renderer, before any that is found.
VARIABLE = "AUTOGRAD_DOT"

_BEGINNING = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


class RenderError(RuntimeError):
    """No picture was made: there is no renderer, or it failed. The DOT text is there all the same."""

    __module__ = "autograd"


def renderer() -> str:
    """The path of the renderer: `$AUTOGRAD_DOT`, else `dot`, else `graphviz-pure`, as `dot` has it on every platform.

    Raises:
        RenderError: if there is none; says how to get one
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise RenderError(
                f"${VARIABLE} is {chosen!r}, which is no program that can be run: set it to the path of a renderer, or unset it"
            )
        return path
    here = os.pathsep.join([os.path.dirname(sys.executable), sysconfig.get_path("scripts")])
    path = shutil.which("dot") or shutil.which("graphviz-pure", path=here) or shutil.which("graphviz-pure")
    if path is None:
        raise RenderError(
            "no renderer for pictures was found: `pip install 'glassgrad[render]'`, or install Graphviz, or set "
            f"${VARIABLE} to the path of a program that reads DOT; the DOT text itself is in `.dot`"
        )
    return path


def render(dot: str, form: str) -> bytes:
    """The picture that the renderer makes of DOT text, in the form "svg", "png" or "pdf".

    Raises:
        RenderError: if there is no renderer or it fails; says which, and what it said
    """
    program = renderer()
    try:
        done = subprocess.run([program, f"-T{form}"], input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise RenderError(f"the renderer {program} could not be run: {error}") from error
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode and "not recognized" in said:
        raise RenderError(f"the renderer {program} makes no {form.upper()}: install Graphviz, whose `dot` does, or take SVG")
    if done.returncode:
        raise RenderError(f"the renderer {program} failed with exit status {done.returncode}: {said or 'it said nothing'}")
    if _BEGINNING[form] not in done.stdout[:1000]:
        raise RenderError(f"the renderer {program} gave no {form.upper()}: {said or done.stdout[:200]!r}")
    return done.stdout
