"""Text tables with aligned columns, and the HTML of notebooks."""

import base64
from collections.abc import Sequence
from html import escape


def table(rows: Sequence[Sequence[str]], left: Sequence[int] = ()) -> str:
    """Text of aligned columns, right-aligned except for the column indices in `left`.

    >>> print(table([["layer", "size"], ["first", "8"], ["second", "16"]], left=[0]))
    layer   size
    first      8
    second    16
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = (text.ljust(n) if i in left else text.rjust(n) for i, (text, n) in enumerate(zip(row, widths, strict=True)))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def html_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows, of which the first is the header, as an HTML table without colours, so that it has those of the page.

    >>> html_table([["layer", "size"], ["<first>", "8"]])
    '<table><tr><th>layer</th><th>size</th></tr><tr><td>&lt;first&gt;</td><td>8</td></tr></table>'
    """
    parts = []
    for i, row in enumerate(rows):
        tag = "td" if i else "th"
        parts.append("".join(f"<{tag}>{escape(text)}</{tag}>" for text in row))
    return f"<table>{''.join(f'<tr>{part}</tr>' for part in parts)}</table>"


def folded(title: str, content: str, opened: bool = True) -> str:
    """HTML below a title that folds and unfolds it.

    >>> folded("w < 1", "<table></table>", opened=False)
    '<details><summary>w &lt; 1</summary><table></table></details>'
    """
    return f"<details{' open' * opened}><summary>{escape(title)}</summary>{content}</details>"


def image_html(data: bytes, kind: str, alt: str) -> str:
    """HTML image, at most as wide as its cell; it is shown in a notebook that is not trusted, too."""
    source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return f'<img alt="{escape(alt)}" src="{source}" style="max-width: 100%; height: auto">'
