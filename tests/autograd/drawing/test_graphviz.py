"""Output of drawings: the search for a renderer, its errors, files, notebooks."""

import base64
import html
import io
import os
import re
import shutil
import sys
import sysconfig
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest

import autograd as ag
from autograd.drawing import graphviz
from autograd.drawing.draw import draw
from autograd.drawing.drawing import Drawing
from autograd.drawing.graphviz import RenderError, find_program

GROUP = '<g class="graph" transform="scale(1 1) translate(0 0)">{}</g>'
SVG = f'<svg viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">{GROUP}</svg>'
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
    return find_program()


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


@pytest.mark.parametrize("suffix", ["dot", "gv", "mmd", "svg", "png", "SVG", "html", "htm"])
def test_the_suffix_selects_the_form(graphviz_pure, drawing, tmp_path, suffix):
    path = tmp_path / f"graph.{suffix}"
    path.write_text("old")
    drawing.save(path)
    forms = {"svg": drawing.svg().encode(), "png": drawing.png(), "mmd": drawing.mermaid.encode()}
    forms |= dict.fromkeys(["html", "htm"], drawing.page().html.encode())
    assert path.read_bytes() == forms.get(suffix.lower(), drawing.dot.encode())
    assert os.listdir(tmp_path) == [path.name]


def test_bad_paths_raise(drawing, tmp_path):
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.html, \.htm, \.dot, \.gv or \.mmd, not '\.bmp'"):
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
        assert find_program() == str(bare / name)
    monkeypatch.setenv("AUTOGRAD_DOT", str(bare / "mine"))
    assert find_program() == str(bare / "mine")


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


def test_pdf_is_made_by_matplotlib_or_the_error_names_ways(graphviz_pure, drawing, monkeypatch):
    pytest.importorskip("matplotlib")
    assert drawing.pdf().startswith(b"%PDF")
    assert drawing.pdf() == drawing.pdf()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(RenderError, match=r"PDF .* needs matplotlib: pip install 'glassgrad\[plots\]', or install Graphviz"):
        drawing.pdf()


@pytest.mark.skipif(not shutil.which("dot", path=os.defpath), reason="Graphviz is not installed")
def test_pdf_is_made_by_graphviz(drawing, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_DOT", str(shutil.which("dot", path=os.defpath)))
    assert drawing.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_matplotlib_draws_what_the_renderer_draws(graphviz_pure, monkeypatch, theme):
    """Most of its pixels equal, or nearly: fonts and rounded edges differ, and shapes out of place would too."""
    image = pytest.importorskip("matplotlib.image")
    x = ag.Value(2.0, label="x")
    drawing = draw(ag.log(x - 2.0) * x, direction="both", theme=theme, size=(5, 5))
    svg, png = drawing.svg(), drawing.png()
    monkeypatch.setattr(graphviz, "renderer", lambda dot: svg)
    a, b = (image.imread(io.BytesIO(data))[..., :3] for data in (png, drawing.png()))
    rows, columns = (min(sizes) for sizes in zip(a.shape[:2], b.shape[:2], strict=True))
    assert max(abs(m - n) for m, n in zip(a.shape, b.shape, strict=True)) <= 2
    difference = abs(a[:rows, :columns] - b[:rows, :columns]).max(axis=2)
    assert (difference > 0.2).mean() < 0.1
    assert (abs(a[:rows, :columns] - b[:rows, :columns][::-1]).max(axis=2) > 0.2).mean() > 0.1  # upside down


def size_of(png):
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_the_resolution_of_a_png_is_chosen(graphviz_pure, drawing, tmp_path):
    for png in (drawing.png(dpi=288), drawing.save(tmp_path / "x.png", dpi=288) or (tmp_path / "x.png").read_bytes()):
        assert all(abs(large - 3 * small) <= 3 for large, small in zip(size_of(png), size_of(drawing.png()), strict=True))
    for dpi in (0, -1.0, float("nan"), float("inf"), "300", None):
        with pytest.raises(ValueError, match="dpi must be a positive number, such as 300, got"):
            drawing.png(dpi=dpi)


def test_a_function_may_render(bare, drawing, monkeypatch):
    pytest.importorskip("matplotlib")
    svg = SVG.format(f'<polygon points="0,0 9,0 9,9"/><text x="1" y="2">{len(drawing.dot)}</text>')
    monkeypatch.setattr(graphviz, "renderer", lambda dot: svg.replace(str(len(drawing.dot)), str(len(dot))))
    assert f">{len(drawing.dot)}</text>" in drawing.svg()
    assert drawing.png(dpi=192).startswith(b"\x89PNG")
    assert drawing.pdf().startswith(b"%PDF")
    assert "<iframe" in drawing.page()._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize("result", [None, b"<svg>", "digraph {}"])
def test_a_function_that_returns_no_svg_raises(drawing, monkeypatch, result):
    monkeypatch.setattr(graphviz, "renderer", lambda dot: result)
    with pytest.raises(RenderError, match=r"must return SVG as a str, got"):
        drawing.svg()


@pytest.mark.parametrize("svg", ["<svg ", "<svg/>", SVG.format('<path d="M0,0L1,1"/>'), SVG.replace("scale", "skew")])
def test_svg_of_another_kind_is_not_converted(drawing, monkeypatch, svg):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(graphviz, "renderer", lambda dot: svg)
    with pytest.raises(RenderError, match="no PDF can be made of SVG that is not Graphviz's: save an SVG"):
        drawing.pdf()


def test_a_function_that_fails_is_quoted(drawing, monkeypatch):
    monkeypatch.setattr(graphviz, "renderer", lambda dot: 1 / 0)
    with pytest.raises(RenderError, match="failed: ZeroDivisionError: division by zero"):
        drawing.png()


def test_svg_says_what_it_shows(graphviz_pure):
    x, w = ag.Value(2.0, label="x<y>"), ag.Value(3.0, label="w")
    y = ag.tanh(w * x)
    y.label = "o"
    root = ET.fromstring(draw(y).svg())
    name = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert [part.tag for part in root[:2]] == [f"{name}title", f"{name}desc"]
    assert (root[0].text, root[1].text) == ("Computation of o", "v3 = w × (x<y>); o = tanh(v3)")
    assert len(list(root.iter(f"{name}title"))) == 1
    assert "its gradient" in draw(y, direction="both").title
    backward = draw(y, direction="backward")
    assert (backward.title, backward.description.split("; ")[-1]) == ("Computation of ∂o/∂w, ∂o/∂(x<y>)", "∂o/∂v3 from ∂o/∂o")
    assert ag.record(lambda x: ag.sin(x) * x, 2.0).draw().description == "v0 from x; v1 from v0, x"


def test_the_description_of_a_large_picture_is_short():
    y = ag.Value(1.0)
    for _ in range(50):
        y = ag.sin(y)
    assert draw(y).description.startswith("38 more numbers; v40 = sin(v39); ")
    assert draw(y).description.endswith("; y = sin(v50)")


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


def test_a_notebook_shows_svg_or_png_of_twice_the_resolution(graphviz_pure, drawing):
    bundle, metadata = drawing._repr_mimebundle_(include=None, exclude=None)
    assert bundle.keys() == {"image/svg+xml", "image/png", "text/plain"}
    assert bundle["image/svg+xml"].replace(' style="max-width: 100%; height: auto"', "", 1) == drawing.svg()
    width, height = size_of(base64.b64decode(bundle["image/png"]))
    alt = "Computation of y: y = x × x"
    assert metadata == {"image/png": {"width": width // 2, "height": height // 2, "alt": alt}}
    assert abs(width // 2 - size_of(drawing.png())[0]) <= 1


def test_a_notebook_keeps_a_still_picture_of_a_page(graphviz_pure, drawing):
    bundle, _ = drawing.page(title='"<b>')._repr_mimebundle_()
    image = re.search(r"<figure[^>]*><img (.*?)>", bundle["text/html"])[1]
    assert image.startswith('alt="&quot;&lt;b&gt;" width="')
    assert f'src="data:image/png;base64,{bundle["image/png"]}"' in image
    assert bundle["text/html"].index("</figure>") < bundle["text/html"].index("<iframe")


def test_a_notebook_lays_out_a_large_picture_once(bare, capsys):
    (bare / "dot").write_text(f"#!/bin/sh\necho $1 >> {bare}/calls; echo '<svg viewBox=\"0 0 1 1\"></svg>'\n")
    (bare / "dot").chmod(0o755)
    x = ag.Value(1.0)
    large = draw(ag.sum([x * float(i) for i in range(400)]), max_nodes=2000)
    for shown in (large, large.page()):
        bundle, metadata = shown._repr_mimebundle_()
        assert ("image/png" in bundle, metadata) == (False, {})
    assert (bare / "calls").read_text() == "-Tsvg\n-Tsvg\n"
    assert capsys.readouterr().err.count("can take") == 2


def test_a_notebook_without_a_renderer_explains_the_gradient_and_names_the_cure(bare, drawing):
    for shown in (drawing, drawing.page()):
        bundle = shown._repr_mimebundle_()
        assert bundle.keys() == {"text/html", "text/plain"}
        for text in map(html.unescape, bundle.values()):
            assert "pip install 'glassgrad[render]'" in text
            assert "y = x × x = 3.0000 × 3.0000 = 9.0000" in text
            assert "∂y/∂x += ∂y/∂y × x = 1.0000 × 3.0000 = 3.0000" in text
            assert "digraph" not in text
    tape = ag.record(lambda x: x * x, 2.0).draw()._repr_mimebundle_()
    assert tape["text/plain"].endswith("v0 from x, x")


def test_a_notebook_without_a_renderer_says_why_there_is_no_explanation(bare):
    x = ag.Tensor([1.0], requires_grad=True)
    drawing = draw(x.sum())
    x.data[0] = 2.0
    assert "was changed after" in drawing._repr_mimebundle_()["text/plain"]


def test_a_notebook_shows_the_text_if_the_picture_is_not_utf8(bare, drawing, monkeypatch):
    program = bare / "dot"
    program.write_text("#!/bin/sh\nprintf '<svg \\377'\n")
    program.chmod(0o755)
    for shown in (drawing, drawing.page()):
        assert shown._repr_mimebundle_().keys() == {"text/html", "text/plain"}


def test_a_drawing_prints_short(drawing):
    assert str(drawing) == repr(drawing) == "<Drawing of 2 nodes: .save('graph.svg'), .svg(), .png(), .dot>"
    assert "1,000 of 2,000 nodes" in str(Drawing("digraph {}", 1000, 2000))
