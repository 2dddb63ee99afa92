"""`Drawing`: a picture as DOT text, and its ways to the eye: SVG, PNG, files and notebooks."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.graphviz import render
from autograd.drawing.page.page import Page
from autograd.support.atomic_write import atomic_write, output_path


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture of a graph. A notebook shows it; elsewhere, save it.

    Attributes:
        dot: the DOT text
        shown: how many numbers it shows
        total: how many numbers the graph has; those beyond `shown` are folded
        mermaid: the picture as Mermaid text, for Markdown pages
        paged: what makes a page of the graph, given a title; it keeps the graph alive
    """

    __module__ = "autograd"

    dot: str
    shown: int
    total: int
    mermaid: str = ""
    paged: Callable[[str], Page] | None = field(default=None, compare=False)

    def svg(self) -> str:
        """The picture as SVG.

        Raises:
            RenderError: if there is no renderer or it fails
        """
        return render(self.dot, "svg").decode()

    def png(self) -> bytes:
        """The picture as PNG.

        Raises:
            RenderError: if there is no renderer or it fails
        """
        return render(self.dot, "png")

    def pdf(self) -> bytes:
        """The picture as PDF.

        Raises:
            RenderError: if there is no renderer or it cannot make PDF
        """
        return render(self.dot, "pdf")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file in the form its suffix names: .svg, .png, .pdf, .dot and .gv for the DOT text, .mmd
        for Mermaid text.

        The file is complete or not there: an older one stays as it is until the new one is whole.

        Raises:
            ValueError: if the suffix names no known form
            FileNotFoundError: if the folder does not exist
            RenderError: if there is no renderer or it fails
        """
        target = output_path(path, ".svg .png .pdf .dot .gv .mmd")
        suffix = target.suffix.lower()
        text = {".dot": self.dot, ".gv": self.dot, ".mmd": self.mermaid}.get(suffix)
        content = render(self.dot, suffix[1:]) if text is None else text.encode()
        with atomic_write(target) as out:
            out.write(content)

    def page(self, path: str | os.PathLike[str] | None = None, *, title: str = "") -> Page:
        """The graph as a page on which the computation and its gradient are played, step by step; written to `path`, if given.

        The page is one file that needs no network: open it in a browser. Gradients are there if the graph has one output of
        one element, and the lines of the program if it ran inside `remember_lines()`. No `.grad` is touched.

        Raises:
            ValueError: if `path` does not end in .html; if this is the picture of a tape
            FileNotFoundError: if its folder does not exist
            RuntimeError: if a leaf's data changed since it was used
            RenderError: if there is no renderer or it fails
        """
        if self.paged is None:
            raise ValueError("the picture of a tape has no page: draw what the recorded function gives, or use watch(f, x)")
        page = self.paged(title)
        if path is not None:
            page.save(path)
        return page

    def __repr__(self) -> str:
        count = f"{self.total:,} nodes" if self.shown == self.total else f"{self.shown:,} of {self.total:,} nodes"
        return f"<Drawing of {count}: .save('graph.svg'), .svg(), .png(), .dot>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: SVG, or the DOT text with the reason why there is none; it never raises."""
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as error:
            reason = "".join(f"// {line}\n" for line in str(error).splitlines())
            return {"text/plain": reason + self.dot}
