"""`Drawing`: a picture as DOT text, with its conversion to SVG, PNG, PDF, files and notebook output."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.graphviz import render
from autograd.drawing.page.page import Page
from autograd.support.atomic_write import atomic_write, output_path


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture of a graph; notebooks display it, `save` writes it.

    Attributes:
        dot: The DOT text
        shown: The number of nodes drawn one by one
        total: The number of nodes of the graph, where a Σ is one; the others are folded
        mermaid: The Mermaid text, for Markdown pages
        paged: A function from a title to the page of the graph; it keeps the graph alive
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
            RenderError: If no renderer is found, or it fails
        """
        return render(self.dot, "svg", self.shown).decode()

    def png(self) -> bytes:
        """The picture as PNG.

        Raises:
            RenderError: If no renderer is found, or it fails
        """
        return render(self.dot, "png", self.shown)

    def pdf(self) -> bytes:
        """The picture as PDF.

        Raises:
            RenderError: If no renderer is found, or it cannot make PDF
        """
        return render(self.dot, "pdf", self.shown)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file: .svg, .png or .pdf, .dot or .gv for DOT text, .mmd for Mermaid text.

        The write is atomic: an older file is replaced only by a complete one.

        Raises:
            ValueError: If the suffix is unknown
            FileNotFoundError: If the folder does not exist
            RenderError: If no renderer is found, or it fails
        """
        target = output_path(path, ".svg .png .pdf .dot .gv .mmd")
        suffix = target.suffix.lower()
        text = {".dot": self.dot, ".gv": self.dot, ".mmd": self.mermaid}.get(suffix)
        content = render(self.dot, suffix[1:], self.shown) if text is None else text.encode()
        with atomic_write(target) as out:
            out.write(content)

    def page(self, path: str | os.PathLike[str] | None = None, *, title: str = "") -> Page:
        """A page that plays the computation and its gradient, step by step; written to `path` if given.

        The page is one file that needs no network: open it in a browser. It has gradients if the graph has one output of one
        element, and the lines of the program if that ran inside `remember_lines()`. `.grad` is not changed.

        Raises:
            ValueError: If `path` does not end in .html; if this is the picture of a tape
            FileNotFoundError: If the folder does not exist
            RuntimeError: If the data of a leaf changed since its use
            RenderError: If no renderer is found, or it fails
        """
        if self.paged is None:
            raise ValueError("the picture of a tape has no page: draw the result of the recorded function, or use watch(f, x)")
        page = self.paged(title)
        if path is not None:
            page.save(path)
        return page

    def __repr__(self) -> str:
        count = f"{self.total:,} nodes" if self.shown == self.total else f"{self.shown:,} of {self.total:,} nodes"
        return f"<Drawing of {count}: .save('graph.svg'), .svg(), .png(), .dot>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The notebook output: SVG, or the DOT text with the reason if rendering fails; it never raises."""
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as error:
            reason = "".join(f"// {line}\n" for line in str(error).splitlines())
            return {"text/plain": reason + self.dot}
