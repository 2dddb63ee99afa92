"""`Drawing`: a picture as DOT text, with its conversion to SVG, PNG, PDF, files and notebook output."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.graphviz import DPI, render
from autograd.drawing.notebook import Bundle, drawing_bundle, text_bundle
from autograd.drawing.page.page import Page
from autograd.drawing.svg import describe_svg
from autograd.support.atomic_write import atomic_write, output_path


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture of a graph; notebooks display it, `save` writes it.

    Attributes:
        dot: The DOT text
        shown: The number of nodes drawn one by one
        total: The number of nodes of the graph, where a Σ is one; the others are folded
        mermaid: The Mermaid text, for Markdown pages
        title, description: The texts of the SVG for screen readers
        paged: A function from a title to the page of the graph; it keeps the graph alive
    """

    __module__ = "autograd"

    dot: str
    shown: int
    total: int
    mermaid: str = ""
    paged: Callable[[str], Page] | None = field(default=None, compare=False)
    title: str = "Computation graph"
    description: str = ""

    def svg(self) -> str:
        """The picture as SVG, with a title and a description for screen readers.

        Raises:
            RenderError: If no renderer is found, or it fails
        """
        return describe_svg(render(self.dot, "svg", self.shown).decode(), self.title, self.description)

    def png(self, dpi: float = DPI) -> bytes:
        """The picture as PNG; print needs 300 dots per inch.

        Raises:
            ValueError: If `dpi` is not a positive number
            RenderError: If no renderer is found, or it fails
        """
        return render(self.dot, "png", self.shown, dpi)

    def pdf(self) -> bytes:
        """The picture as PDF, by Graphviz, or by matplotlib from the SVG of another renderer.

        Raises:
            RenderError: If no renderer is found, it fails, or neither Graphviz nor matplotlib is installed
        """
        return render(self.dot, "pdf", self.shown)

    def save(self, path: str | os.PathLike[str], *, dpi: float = DPI) -> None:
        """Write the picture to a file: .svg, .png (of `dpi`) or .pdf, .dot or .gv for DOT text, .mmd for Mermaid text.

        A path that ends in .html gets the page of the graph, as by `page`. The write is atomic: an older file is replaced only
        by a complete one.

        Raises:
            ValueError: If the suffix is unknown, or `dpi` is not a positive number
            FileNotFoundError: If the folder does not exist
            RenderError: If no renderer is found, or it fails
        """
        target = output_path(path, ".svg .png .pdf .html .htm .dot .gv .mmd")
        contents: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.svg, ".png": lambda: self.png(dpi), ".pdf": self.pdf, ".mmd": lambda: self.mermaid,
            ".html": lambda: self.page().html, ".htm": lambda: self.page().html,
        }  # fmt: skip
        content = contents.get(target.suffix.lower(), lambda: self.dot)()
        with atomic_write(target) as out:
            out.write(content if isinstance(content, bytes) else content.encode())

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

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str] | Bundle:
        """The notebook output: SVG and PNG, or the explanation as text if rendering fails; it never raises."""
        try:
            return drawing_bundle(self.dot, self.svg(), self.shown, f"{self.title}: {self.description}", repr(self))
        except Exception as error:
            return text_bundle(repr(self), error, lambda: self.page().text() if self.paged else self.description)
