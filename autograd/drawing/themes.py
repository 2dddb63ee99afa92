"""Themes: colours and styles of boxes; shape and outline repeat the meaning of each colour."""

from typing import Any, Literal, NamedTuple

#: Points; without Helvetica, renderers use a font of the same metrics, Arial or Arimo.
FONT_SIZE = 11
FONT = "Helvetica"


class Theme(NamedTuple):
    """Colours of a picture; `styles` holds the attributes of a box by role and alarm, `gradient` is the colour of its text."""

    background: str
    ink: str
    line: str
    mark: str
    gradient: str
    styles: dict[str, dict[str, str]]
    sign: dict[str, str]


def _theme(ink: str, paper: str, line: str, background: str, mark: str, gradient: str, **fills: str) -> Theme:
    """A theme with tints of the colour-blind safe palette of Okabe & Ito (2008)."""
    return Theme(
        background, ink, line, mark, gradient,
        {
            "parameter": {"style": "filled", "penwidth": "2", "color": fills["blue"], "fillcolor": fills["pale_blue"]},
            "frozen": {"style": "filled,dashed", "penwidth": "2", "color": fills["blue"], "fillcolor": fills["grey"]},
            "input": {"style": "filled", "peripheries": "2", "color": fills["green"], "fillcolor": fills["pale_green"]},
            "constant": {"style": "filled", "penwidth": "0", "color": line, "fillcolor": fills["grey"]},
            "computed": {"style": "filled,rounded", "color": ink, "fillcolor": paper},
            "primal": {"style": "filled,dashed", "color": ink, "fillcolor": paper},
            "cotangent": {"style": "filled,rounded", "color": fills["orange"], "fillcolor": fills["pale_orange"]},
            "gradient": {"style": "filled", "penwidth": "2", "color": fills["orange"], "fillcolor": fills["pale_orange"]},
            "alarm": {"penwidth": "4", "color": fills["red"], "fillcolor": fills["pale_red"]},
            "grad-alarm": {"style": "dashed", "penwidth": "3", "color": fills["red"]},
            "folded": {"shape": "folder", "style": "filled", "margin": "0.1,0.05", "color": ink,
                       "fillcolor": fills["yellow"]},
        },
        {"shape": "ellipse", "style": "filled", "color": ink, "fillcolor": paper, "margin": "0.02"},
    )  # fmt: skip


ThemeName = Literal["light", "dark"]
THEMES: dict[ThemeName, Theme] = {
    "light": _theme(
        "#333333", "#ffffff", "#555555", "#ffffff", "#cc0077", "#9c4000", blue="#0072b2", pale_blue="#d3e7f5", grey="#e3e3e3",
        orange="#d55e00", pale_orange="#fdebdc", red="#b00020", pale_red="#ffd0d0", yellow="#fff6c9",
        green="#009e73", pale_green="#d8f1e8",
    ),
    "dark": _theme(
        "#dddddd", "#1e1e1e", "#aaaaaa", "#121212", "#ff66c4", "#f5b335", blue="#56b4e9", pale_blue="#12354a", grey="#3a3a3a",
        orange="#e69f00", pale_orange="#453000", red="#ff5060", pale_red="#571018", yellow="#4a4312",
        green="#2fc79b", pale_green="#0c3b2d",
    ),
}  # fmt: skip


def heat_color(x: float | None, dark: bool) -> str:
    """Blue for −1, background for 0, orange for 1; black (white if dark) for None, which is not finite."""
    if x is None:
        return "#000000" if not dark else "#ffffff"
    base: Any = (30, 30, 30) if dark else (255, 255, 255)
    end = (213, 94, 0) if x > 0 else (0, 114, 178)
    share = min(abs(x), 1.0)
    return "#" + "".join(f"{round(b + (e - b) * share):02x}" for b, e in zip(base, end, strict=True))
