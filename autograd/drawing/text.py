"""Texts in pictures: safe, short strings and formatted numbers."""

import math
import unicodedata
from html import escape
from typing import Any

#: Longest text in a picture, in characters; the rest becomes "…".
LONGEST = 40

#: A space as wide as a digit.
FIGURE_SPACE = "\u2007"

#: Default format of numbers.
FORMAT = ".4f"

#: Isolates of a direction of writing (the first takes that of its text), their end, and classes of characters that turn all
#: of a line.
_ISOLATES, _END = "\u2068\u2067\u2066", "\u2069"
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF"}


def visible(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, without invisible or illegal XML characters, cut to `longest` characters.

    ASCII control characters become their Unicode pictures; other controls, line separators, lone surrogates and
    noncharacters become U+FFFD, and so do embeddings and overrides of the direction of writing, and isolates without a
    partner. No-break spaces become spaces.

    Source:
        Unicode Standard Annex 9; Boucher & Anderson, Trojan Source, USENIX Security 2023

    >>> visible("two\\nlines, \\ud800 and \\x00")
    'two␊lines, \ufffd and ␀'
    >>> visible("x" * 100) == "x" * 39 + "…"
    True
    """
    text = fold(text, longest)
    if text.isascii() and text.isprintable():
        return text
    shown, opened = "", 0
    for c in map(_visible_character, text):
        opened += (c in _ISOLATES) - (c == _END)
        shown += c if opened >= 0 else "\ufffd"
        opened = max(opened, 0)
    return shown + _END * opened


def isolate(text: str) -> str:
    """`text`, isolated if it contains letters that run from right to left, so that it cannot reorder what is beside it.

    >>> isolate("x"), ascii(isolate("\u05d0"))
    ('x', "'\\\\u2068\\\\u05d0\\\\u2069'")
    """
    return f"{_ISOLATES[0]}{text}{_END}" if any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in text) else text


def fold(text: str, longest: int) -> str:
    """`text`, cut to `longest` characters with a final "…" if it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _visible_character(c: str) -> str:
    if c < " ":
        return chr(0x2400 + ord(c))
    if c == "\x7f":
        return "␡"
    if c == "\xa0":
        return " "
    hidden = unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(c) in _TURNS
    return "\ufffd" if hidden or ord(c) & 0xFFFE == 0xFFFE else c


def html(text: str, longest: int = LONGEST) -> str:
    r"""`text`, made visible and escaped for an HTML-like label, in which a backslash is an escape too.

    >>> html(r"a < b & \N")
    'a &lt; b &amp; \\\\N'
    """
    return escape(visible(text, longest)).replace("\\", "\\\\")


def width(text: str) -> float:
    """The approximate width of `text` in ems, in DejaVu Sans, the widest of the usual sans-serif fonts.

    A viewer may lack the fonts of the renderer: with these widths the text fits its box in any of the usual fonts.

    >>> round(width("data 0.5000"), 2)
    6.22
    """
    return math.fsum(map(_em, text))  # to the same bit in every version of Python


#: Widths of characters; others are as wide as most small letters, or as capitals.
_WIDTHS = {c: ems for ems, some in [
    (0.34, " '.,/:;|\\·Iijl"), (0.42, "!()-[]`Jfrt\""), (0.53, "*?_sz∂"), (0.85, "#+<=>^~&OQw×÷−±→"), (1.0, "%@mMW…"),
] for c in some}  # fmt: skip


def _em(c: str) -> float:
    category = unicodedata.category(c)
    if category in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(c) in {"W", "F"}:
        return 1.25
    small, capital = (0.64, 0.78) if c.isascii() else (0.85, 1.0)
    return _WIDTHS.get(c, capital if c.isupper() else small)


def number(x: float, format: str) -> str:
    """x in Python's `format`; with e for f if the text would show zero for another number, or be long; zero has no sign.

    >>> number(0.5, ".4f"), number(1e-6, ".4f"), number(-12345678.0, ".4f"), number(12345678.0, ".3g")
    ('0.5000', '1.0000e-06', '-1.2346e+07', '1.23e+07')
    """
    if isinstance(x, int):
        return str(x)
    text = f"{x + 0.0:{format}}"
    if not format.endswith("f") or not math.isfinite(x):
        return text
    zero = x != 0 and not any(c in "123456789" for c in text)
    return f"{x:{format[:-1]}e}" if zero or len(text) > len(f"{1.0:{format}}") + 6 else text


def constant(x: Any) -> str:
    """A constant in a formula, with all its digits.

    >>> constant(2.0), constant(-0.5), constant(123456.789), constant(1e-7)
    ('2', '−0.5', '123456.789', '1e−07')
    """
    text = str(x).removesuffix(".0").replace("-", "−")
    return {"True": "1", "False": "0"}.get(text, text)


def check_format(who: str, format: Any) -> None:
    """Raise if `format` is not a valid format of numbers."""
    try:
        f"{1.5:{format}}" if isinstance(format, str) else f"{1.5:x}"
    except ValueError:
        raise ValueError(
            f"{who}: format must be a format specification of numbers, such as '.4f' or '.3g', got {format!r}"
        ) from None
