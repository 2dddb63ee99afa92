"""Output of drawings: the search for a renderer, its errors, files, notebooks."""

import os
import re
import shutil
import sys
import sysconfig
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest

import autograd as ag
from autograd.drawing.draw import draw
from autograd.drawing.drawing import Drawing
from autograd.drawing.graphviz import RenderError, renderer

TRUE, ECHO = (str(shutil.which(name, path=os.defpath)) for name in ("true", "echo"))


@pytest.fixture
def drawing():
    x = ag.Value(3.0, label="x")
    return draw(x * x)


@pytest.fixture
def graphviz_pure(monkeypatch):
    """The renderer of the extra `render`, even if others are installed."""
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setenv("PATH", "")
    return renderer()


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """An environment without a renderer, and the folder that is its PATH."""
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    return tmp_path


def test_svg_and_png_have_their_file_signatures(graphviz_pure, drawing):
    assert ET.fromstring(drawing.svg()).tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.png().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("suffix", ["dot", "gv", "mmd", "svg", "png", "SVG"])
def test_the_suffix_selects_the_form(graphviz_pure, drawing, tmp_path, suffix):
    path = tmp_path / f"graph.{suffix}"
    path.write_text("old")
    drawing.save(path)
    forms = {"svg": drawing.svg().encode(), "png": drawing.png(), "mmd": drawing.mermaid.encode()}
    assert path.read_bytes() == forms.get(suffix.lower(), drawing.dot.encode())
    assert os.listdir(tmp_path) == [path.name]


def test_bad_paths_raise(drawing, tmp_path):
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.dot, \.gv or \.mmd, not '\.bmp'"):
        drawing.save(tmp_path / "graph.bmp")
    with pytest.raises(ValueError, match="not ''"):
        drawing.save(str(tmp_path / "graph"))
    with pytest.raises(FileNotFoundError, match=r"no folder .*missing to write"):
        drawing.save(tmp_path / "missing" / "graph.svg")
    (tmp_path / "folder.dot").mkdir()
    with pytest.raises(OSError, match=r"folder\.dot"):
        drawing.save(tmp_path / "folder.dot")
    assert os.listdir(tmp_path) == ["folder.dot"]


def test_a_failure_leaves_the_old_file(drawing, tmp_path, monkeypatch):
    path = tmp_path / "graph.svg"
    path.write_text("old")
    monkeypatch.setenv("AUTOGRAD_DOT", sys.executable)
    with pytest.raises(RenderError):
        drawing.save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["graph.svg"]


def test_the_variable_comes_first_then_dot_then_graphviz_pure(bare, monkeypatch):
    for name in ("graphviz-pure", "dot", "mine"):
        (bare / name).symlink_to(TRUE)
        monkeypatch.setenv("AUTOGRAD_DOT", "mine" if name == "mine" else "")
        assert renderer() == str(bare / name)
    monkeypatch.setenv("AUTOGRAD_DOT", str(bare / "mine"))
    assert renderer() == str(bare / "mine")


def test_without_a_renderer_the_error_names_ways_to_install_one(bare, drawing):
    with pytest.raises(RenderError, match=r"pip install 'glassgrad\[render\]'.*AUTOGRAD_DOT.*\.dot"):
        drawing.svg()
    drawing.save(bare / "graph.gv")
    assert (bare / "graph.gv").read_text(encoding="utf-8") == drawing.dot


def test_a_variable_that_names_no_program_is_an_error(bare, drawing, monkeypatch):
    (bare / "dot").symlink_to(TRUE)
    (bare / "text").write_text("no program")
    for name in ("nowhere", str(bare), str(bare / "text")):
        monkeypatch.setenv("AUTOGRAD_DOT", name)
        with pytest.raises(RenderError, match=f"AUTOGRAD_DOT is '{name}'"):
            drawing.png()


def test_a_renderer_that_fails_is_quoted(graphviz_pure, drawing, monkeypatch):
    with pytest.raises(RenderError, match=r"graphviz-pure failed with exit status 1.*syntax error"):
        Drawing("digraph {", 0, 0).svg()
    monkeypatch.setenv("AUTOGRAD_DOT", sys.executable)
    with pytest.raises(RenderError, match=r"python.* failed with exit status 2: .*-T"):
        drawing.svg()


def test_pdf_is_made_or_the_error_names_a_way(graphviz_pure, drawing, monkeypatch):
    with pytest.raises(RenderError, match="makes no PDF: install Graphviz"):
        drawing.pdf()
    monkeypatch.setenv("AUTOGRAD_DOT", "")
    if dot := shutil.which("dot", path=os.defpath):
        monkeypatch.setenv("AUTOGRAD_DOT", dot)
        assert drawing.pdf().startswith(b"%PDF")


def test_output_that_is_no_picture_raises(drawing, monkeypatch):
    for program, said in [(TRUE, "returned no SVG: b''"), (ECHO, "returned no SVG: b'-Tsvg")]:
        monkeypatch.setenv("AUTOGRAD_DOT", program)
        with pytest.raises(RenderError, match=said):
            drawing.svg()


def test_a_message_comes_before_a_long_layout(drawing, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AUTOGRAD_DOT", TRUE)
    x = ag.Value(1.0)
    y = ag.sum([x * float(i) for i in range(400)])
    large = draw(y, max_nodes=2000)
    numbers = f"{large.shown:,}"
    assert large.shown > 500
    assert draw(y).shown <= 300
    for make in (large.svg, large.png, large.pdf, lambda: large.save(tmp_path / "y.svg"), lambda: large.page().html):
        with pytest.raises(RenderError, match="returned no"):
            make()
        assert re.match(rf"the layout of {numbers} numbers can take \d+ s: draw.*max_nodes=300", capsys.readouterr().err)
    large.save(tmp_path / "y.dot")
    for make in (drawing.svg, draw(y).svg, draw(y).page):
        with suppress(RenderError):
            make()
    assert not capsys.readouterr().err


def test_a_renderer_that_cannot_run_raises(bare, drawing):
    program = bare / "dot"
    program.write_bytes(b"\x00\x01")
    program.chmod(0o755)
    with pytest.raises(RenderError, match="could not be run"):
        drawing.svg()


def test_a_notebook_shows_svg(graphviz_pure, drawing):
    assert drawing._repr_mimebundle_(include=None, exclude=None) == {
        "image/svg+xml": drawing.svg(),
        "text/plain": repr(drawing),
    }


def test_a_notebook_without_a_renderer_shows_the_text_and_the_reason(bare, drawing):
    bundle = drawing._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    reason, text = bundle["text/plain"].split("\n", 1)
    assert reason.startswith("// no renderer")
    assert text == drawing.dot


def test_a_notebook_shows_the_text_if_the_picture_is_not_utf8(bare, drawing, monkeypatch):
    program = bare / "dot"
    program.write_text("#!/bin/sh\nprintf '<svg \\377'\n")
    program.chmod(0o755)
    for shown in (drawing, drawing.page()):
        assert list(shown._repr_mimebundle_()) == ["text/plain"]


def test_a_drawing_prints_short(drawing):
    assert str(drawing) == repr(drawing) == "<Drawing of 2 nodes: .save('graph.svg'), .svg(), .png(), .dot>"
    assert "1,000 of 2,000 nodes" in str(Drawing("digraph {}", 1000, 2000))
