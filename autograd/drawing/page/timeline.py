"""`timeline`: a page of a graph at several moments of a training, which the page can go on with."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograd.drawing.page.learning import data_script, rows_script, update_script
from autograd.drawing.page.live_program import encode
from autograd.drawing.page.page import Page
from autograd.ops.tracing import UnreadableRuleError
from autograd.support.lazy_numpy import np


def timeline(pages: list[Page], title: str, time: dict[str, Any], learning: Mapping[str, Any] | None = None) -> Page:
    """One page from pages of the same graph at several moments, with a second slider for time.

    Args:
        time: The `names` of the moments, and their curves, arrays and decision boundary
        learning: Functions by which the page trains; if an op has no JavaScript, the page says so

    Raises:
        ValueError: If the graphs differ
    """
    script, first = "", pages[0]
    try:
        script = learning_script(learning) if learning else ""
    except UnreadableRuleError as error:
        time = {name: x for name, x in time.items() if name != "learn"} | {"why": str(error)}
    if script:
        time = _encoded(time)
    else:
        first = replace(first, program="", live=None)
    for page, name in zip(pages[1:], time["names"][1:], strict=True):
        if page.graph["edges"] != first.graph["edges"]:
            raise ValueError(f"moments must share one graph: that of moment {name} is not that of moment {time['names'][0]}")
    moments = tuple(moment for page in pages for moment in page.moments)
    opened = [page.opened for page in pages if page.opened]
    return replace(
        first, title=title, moments=moments, time=time, story=pages[-1].story, learning=script,
        opened=timeline(opened, title, time) if opened else None,
    )  # fmt: skip


def _encoded(time: dict[str, Any]) -> dict[str, Any]:
    """Data of a training with arrays as text, without values in the plane that the page computes from the parameters."""
    learn = {name: encode(x) if isinstance(x, np.ndarray) else x for name, x in time["learn"].items()}
    learn["weights"] = [None if w is None else encode(w) for w in learn["weights"]]
    plane = {"plane": time["plane"] | {"values": []}} if "plane" in time and all(learn["weights"]) else {}
    return time | {"learn": learn} | plane


def learning_script(learning: Mapping[str, Any]) -> str:
    """Object with the programs of a training in the page.

    Args:
        learning: The functions `loss` and, for a plane, `responses`, which record graphs of n rows; `rows`, their number in
            the data; and `updates`, for each optimizer its rule, its number of states, and its learning rate

    Raises:
        UnreadableRuleError: If an op has no JavaScript, or the loss draws random numbers
    """
    updates = [
        f"{json.dumps(name)}: {{states: {memories}, lr: {lr!r}, rule: {update_script(rule, memories)}}}"
        for name, (rule, memories, lr) in learning["updates"].items()
    ]
    try:
        loss, free = rows_script(learning["loss"]), "true"
    except UnreadableRuleError:
        loss, free = data_script(learning["loss"], learning["rows"]), "false"
    parts = [f"loss: {loss}", f"anyRows: {free}", f"updates: {{{', '.join(updates)}}}"]
    if responses := learning.get("responses"):
        parts.append(f"responses: {rows_script(responses)}")
    return "{" + ",\n".join(parts) + "}"
