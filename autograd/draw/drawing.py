"""`Drawing`: a picture as DOT text, and its ways to the eye: SVG, PNG, files and notebooks."""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.draw.render import RenderError, render


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture of a graph. A notebook shows it; elsewhere, save it.

    dot    the DOT text
    shown  how many numbers it shows
    total  how many numbers the graph has; those beyond `shown` are folded
    mermaid  the picture as Mermaid text, for Markdown pages
    """

    dot: str
    shown: int
    total: int
    mermaid: str = ""

    def svg(self) -> str:
        """The picture as SVG.

        Raises  RenderError  if there is no renderer or it fails
        """
        return render(self.dot, "svg").decode()

    def png(self) -> bytes:
        """The picture as PNG.

        Raises  RenderError  if there is no renderer or it fails
        """
        return render(self.dot, "png")

    def pdf(self) -> bytes:
        """The picture as PDF.

        Raises  RenderError  if there is no renderer or it cannot make PDF
        """
        return render(self.dot, "pdf")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file in the form its suffix names: .svg, .png, .pdf, .dot and .gv for the DOT text, .mmd
        for Mermaid text.

        The file is complete or not there: an older one stays as it is until the new one is whole.

        Raises  ValueError         if the suffix names no known form
                FileNotFoundError  if the folder does not exist
                RenderError        if there is no renderer or it fails
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in {".dot", ".gv", ".mmd", ".svg", ".png", ".pdf"}:
            raise ValueError(
                f"a drawing is saved as .svg, .png, .pdf, .dot, .gv or .mmd, not {target.suffix!r} ({str(target)!r})"
            )
        if not target.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to save {target.name!r} in: make it first")
        text = {".dot": self.dot, ".gv": self.dot, ".mmd": self.mermaid}.get(suffix)
        _replace(target, render(self.dot, suffix[1:]) if text is None else text.encode())

    def __repr__(self) -> str:
        count = f"{self.total:,} nodes" if self.shown == self.total else f"{self.shown:,} of {self.total:,} nodes"
        return f"<Drawing of {count}: .save('graph.svg'), .svg(), .png(), .dot>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: SVG, or the DOT text with the reason why there is none."""
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except RenderError as error:
            reason = "".join(f"// {line}\n" for line in str(error).splitlines())
            return {"text/plain": reason + self.dot}


def _replace(target: Path, content: bytes) -> None:
    """Put a file in place at once."""
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
