"""Sphinx extension: the gallery and the playground, made by each build and put into the folder of the site."""

import contextlib
import io
from pathlib import Path
from typing import Any

from op_reference import THEMES, write_text

from autograd.__main__ import main
from demos import gallery

_NO_PLAYGROUND = "The playground runs Python in the browser: `python -m autograd playground playground.html` writes it."
_PLAYGROUND = 'Try it without an installation: <a href="playground.html">the playground</a> runs Python in this browser.'


def gallery_page() -> str:
    """The gallery in Markdown: each picture, light and dark, with a link to the page that plays it."""
    about = "`python -m demos gallery` makes these pictures. Each leads to its page, which plays the computation step by step."
    entries = [
        f'## {title}\n\n<a class="play" href="../gallery-{name}.html">Play it</a>\n\n'
        + "\n\n".join(
            f":::{{image}} extra/gallery-{name}{'-dark' * (theme == 'dark')}.svg\n:alt: {title}\n:class: only-{theme}\n:::"
            for theme in THEMES
        )
        for name, (title, _) in gallery.GALLERY.items()
    ]
    return "\n\n".join(["# Gallery", about, *entries]) + "\n"


def write(app: Any, config: Any) -> None:
    """Write the gallery and, if its parts can be had, the playground."""
    out = Path(app.srcdir) / "generated"
    extra = out / "extra"
    extra.mkdir(parents=True, exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        gallery.run(short=True, out=extra)
        failed = main(["playground", str(extra / "playground.html")])
    (extra / "gallery.html").unlink()
    write_text(out / "gallery.md", gallery_page())
    write_text(out / "playground.md", _NO_PLAYGROUND if failed else _PLAYGROUND)


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", write, priority=1)
    return {"parallel_read_safe": True}
