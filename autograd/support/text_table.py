"""Text tables with aligned columns."""

from collections.abc import Sequence


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
