"""Source of a page: the remembered lines of the program, and the lines between them."""

import linecache
import re
from collections.abc import Iterable

#: Most lines between two remembered ones that are shown too.
GAP = 8

_LINE = re.compile(r"(.+?):(\d+): (.*)")


def short_line(line: str) -> str:
    """A remembered line "file:number: text" without the folder of its file.

    >>> short_line("/home/me/model.py:3: y = a / b")
    'model.py:3: y = a / b'
    """
    found = _LINE.fullmatch(line)
    return line[line.replace("\\", "/", found.end(1)).rfind("/", 0, found.end(1)) + 1 :] if found else line


def listing(lines: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Rows (key, text, True if remembered) in the order of the files, without their common indent; a gap is ("", "⋮", False).

    The key is "file:number", with which every remembered line begins.
    """
    known = {(found[1], int(found[2])): found[3] for line in lines if (found := _LINE.fullmatch(line))}
    rows: list[tuple[str, str, bool]] = []
    last = ("", 0)
    for file, number in sorted(known):
        near = file == last[0] and number - last[1] <= GAP + 1
        if rows and not near:
            rows.append(("", "⋮", False))
        for i in range(last[1] + 1 if near else number, number + 1):
            text = known.get((file, i), "")
            stored = linecache.getline(file, i).rstrip()
            key = short_line(f"{file}:{i}: ").partition(": ")[0]
            rows.append((key, stored if text in stored else text, (file, i) in known))
        last = file, number
    indent = min((len(text) - len(text.lstrip()) for key, text, _ in rows if key and text), default=0)
    return [(key, text[indent:] if key else text, remembered) for key, text, remembered in rows]
