"""Data of pages: open folds, the other direction, the story, the source; the browser tests look at the result."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, draw
from autograd.drawing.page import page
from autograd.drawing.page.live_program import encode
from autograd.drawing.page.page import EXTRA, STORY
from autograd.drawing.page.source import GAP, listing, short_line


def chain(n, scopes=()):
    y = Value(0.5, label="x")
    for i in range(n):
        with ag.scope(f"part {i % 2}" if scopes else ""):
            y = ag.sin(y)
    return y


@pytest.mark.parametrize("options", [{"depth": 0}, {"max_nodes": 3}, {"depth": 0, "rankdir": "BT"}])
def test_a_page_with_folds_has_the_page_of_the_open_graph(options):
    y = chain(10, scopes=True)
    page = draw(y, **options).page()
    assert page.opened is not None
    assert len(page.graph["shapes"]) < len(page.opened.graph["shapes"]) == 11
    assert page.opened.graph | {"source": []} == draw(y).page().graph
    assert page.live == draw(y).page().live
    assert page.opened.moments == draw(y).page().moments
    assert json.loads(json.dumps(page._data()))["open"]["order"] == page.opened.graph["order"]


def test_a_page_without_folds_has_no_other():
    assert draw(chain(5)).page().opened is None


def test_further_pictures_end_at_a_limit():
    small, large = draw(chain(EXTRA // 2 - 10), max_nodes=5).page(), draw(chain(EXTRA - 2), max_nodes=5).page()
    assert small.turned
    assert small.opened.turned
    assert large.opened
    assert not large.turned
    assert not large.opened.turned
    assert draw(chain(EXTRA), max_nodes=5).page().opened is None


def test_the_directions_differ():
    page = draw(chain(2), rankdir="BT").page()
    assert "rankdir=BT" in page.dot
    assert "rankdir=LR" in page.turned


def test_the_story_is_that_of_explain_up_to_a_limit():
    y = chain(4)
    assert draw(y).page().story == ag.explain(y)
    lines = draw(chain(STORY), max_nodes=5).page().story.splitlines()
    assert len(lines) == STORY + 1
    assert lines[-1] == f"… and {2 * STORY + 3 - STORY:,} more lines: explain(y) prints them all"
    forward = draw(ag.Tensor([1.0, 2.0], requires_grad=True) * 3.0).page().story
    assert forward.startswith("forward")
    assert "backward" not in forward


def test_a_listing_fills_short_gaps(tmp_path):
    file = tmp_path / "program.py"
    lines = [f"{' ' * (i % 2)}line {i}" for i in range(100)]
    file.write_text("".join(f"    {line}\n" for line in lines[1:]), encoding="utf-8")
    at = [3, 5, 5 + GAP + 1, 5 + 2 * GAP + 3]
    rows = listing([f"{file}:{i}: line {i}" for i in (*reversed(at), 3)] + ["", "no line"])
    numbers = [int(key.split(":")[1]) if key else None for key, _, _ in rows]
    assert numbers == [*range(3, 5 + GAP + 2), None, at[-1]]
    assert [n for n, (_, _, known) in zip(numbers, rows, strict=True) if known] == at
    assert all(text == lines[n] for n, (_, text, _) in zip(numbers, rows, strict=True) if n)  # without the common indent


def test_a_listing_of_a_file_that_is_gone_or_changed_has_the_remembered_lines(tmp_path):
    file = tmp_path / "changed.py"
    file.write_text("new\n", encoding="utf-8")
    assert listing([f"{file}:1: old"]) == [("changed.py:1", "old", True)]
    assert listing(["<gone>:7: y = x"]) == [("<gone>:7", "y = x", True)]


def test_scripts_of_the_page_do_not_share_names():
    """A second function of one name would silently replace the first."""
    scripts = [file.read_text(encoding="utf-8") for file in (Path(page.__file__).parent / "web").glob("*.js")]
    names = re.findall(r"^(?:async )?function\*? (\w+)", "\n".join(scripts), re.M)
    assert len(names) > 100
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_a_page_has_any_leaf(number):
    page = draw(Value(number) * 2.0).page()
    assert [1, encode(number)] in page.live["leaves"]
    json.loads(json.dumps(page.live["leaves"], allow_nan=False))
    assert "<svg" in page.html


def test_lines_lose_their_folder():
    assert short_line("C:\\me\\f.py:3: a / b") == "f.py:3: a / b"
    assert short_line("") == ""


def test_the_record_of_a_training_keeps_its_open_pages():
    x, y = nn.datasets.moons(20, noise=0.1, seed=0)
    model = nn.MLP(2, [3] * 80, 2, seed=0)  # too many numbers for one picture
    record = nn.record_training(nn.cross_entropy, (x[:1], y[:1]))
    nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=1,
           progress=False, callbacks=[record])  # fmt: skip
    page = record.page()
    assert len(page.opened.moments) == len(page.moments) == 2
    other = nn.record_training(nn.cross_entropy, (x[:1], y[:1]))
    other.load_state_dict(record.state_dict())
    loaded, own = other.page()._data(), page._data()
    assert all(json.dumps(loaded[name]) == json.dumps(own[name]) for name in own.keys() - {"time", "leaves", "constants"})
    assert "checkpoint" in loaded["time"]["why"]
    assert (other.page().story, other.page().turned) == (page.story, page.turned)


def test_an_old_record_of_a_training_is_read():
    page = draw(chain(2)).page()
    kept = {
        "pages": [[page.title, page.dot, page.graph, page.moments]],
        "epochs": [0],
        "curves": {},
        "arrays": [{}],
        "regions": [],
    }
    record = nn.record_training(nn.cross_entropy, ([[1.0]], [0]))
    record.load_state_dict({"record": np.frombuffer(json.dumps(kept).encode(), dtype=np.uint8)})
    assert record.page().dot == page.dot
