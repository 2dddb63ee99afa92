"""Notebook output of drawings and pages; a still picture stays where a notebook is not trusted, as on GitHub.

Such a notebook removes SVG, frames and styles (JupyterLab, issue 10464), but shows PNG.
"""

import base64
from collections.abc import Callable
from html import escape
from typing import Any

from autograd.drawing.graphviz import DPI, MANY, render
from autograd.drawing.svg import fit_svg
from autograd.drawing.text import visible

#: Data by MIME type, and for some types the metadata that a notebook knows.
Bundle = tuple[dict[str, Any], dict[str, Any]]

_PAGE = """<div style="display: grid; grid-template-columns: minmax(0, 1fr)">\
<figure style="grid-area: 1 / 1; margin: 0; max-height: 620px; overflow: hidden">{image}\
<figcaption>A still picture: run the cell, or open the file of .save('graph.html'), to play it.</figcaption></figure>\
<iframe style="grid-area: 1 / 1; border: 0" sandbox="allow-scripts" width="100%" height="620" srcdoc="{page}"></iframe></div>"""


def drawing_bundle(dot: str, svg: str, numbers: int, alt: str, text: str) -> Bundle:
    """SVG, and PNG at twice the resolution of a screen."""
    png, metadata = _still(dot, numbers, alt)
    return {"image/svg+xml": fit_svg(svg), "text/plain": text} | png, metadata


def page_bundle(dot: str, page: str, numbers: int, alt: str, text: str) -> Bundle:
    """The page in a sandboxed frame, which covers its still picture."""
    png, metadata = _still(dot, numbers, alt)
    image = ""
    for kind, said in metadata.items():
        image = f'<img alt="{escape(visible(alt, 200))}" width="{said["width"]}" style="max-width: 100%; height: auto" '
        image += f'src="data:{kind};base64,{png[kind]}">'
    return {"text/html": _PAGE.format(image=image, page=escape(page)), "text/plain": text} | png, metadata


def text_bundle(text: str, error: Exception, explanation: Callable[[], str]) -> dict[str, str]:
    """The explanation as text, below the reason for the missing picture; it never raises."""
    try:
        lines = f"{error}\n\n{explanation()}"
    except Exception as another:  # such as the data of a leaf that changed
        lines = f"{error}\n\n{another}"
    return {"text/html": f"<pre>{escape(lines)}</pre>", "text/plain": f"{text}\n{lines}"}


def _still(dot: str, numbers: int, alt: str) -> Bundle:
    """PNG, unless a second layout would take long; its size in the units of a page, and its text for screen readers."""
    if numbers > MANY:
        return {}, {}
    png = render(dot, "png", dpi=2 * DPI)
    width, height = (int.from_bytes(png[i : i + 4], "big") // 2 for i in (16, 20))  # of the header (PNG, §11.2.1)
    return {"image/png": base64.b64encode(png).decode()}, {"image/png": {"width": width, "height": height, "alt": alt}}
