"""Every public name says what it is, and every op shows how it is used."""

import builtins
import inspect
import pydoc
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import autograd
import nn
from autograd import OPS
from autograd.support.public import public_names as _public_names

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if "generated" not in path.parts),
]
EVERY_OP = [op for op in OPS.values() if op.__module__ == "autograd"]
#: A line of mathematics in the docstring of an op: y = …
FORMULA = re.compile(r"^    .* = ", re.MULTILINE)


def public_names(module):
    """(where, thing) of every name that a package lists, of what its modules define and of what its classes have."""
    for name in listed_names(module):
        where, thing = f"{module.__name__}.{name}", getattr(module, name)
        if inspect.ismodule(thing):
            yield from public_names(thing)
        elif callable(thing):
            yield where, thing
        if inspect.isclass(thing):
            yield from members(where, thing)


def listed_names(module):
    return _public_names(vars(module)) if hasattr(module, "__all__") else own_names(module)


def own_names(module):
    return [n for n, x in vars(module).items() if n[0] != "_" and getattr(x, "__module__", None) == module.__name__]


def members(where, cls):
    for name, member in inspect.getmembers(cls):
        ours = any(name in vars(base) and base.__module__.split(".")[0] in ("autograd", "nn") for base in cls.__mro__)
        if ours and name[0] != "_" and (inspect.isroutine(member) or isinstance(member, property)):
            yield f"{where}.{name}", member


def test_public_names_are_documented():
    names = [pair for package in (autograd, nn) for pair in public_names(package)]
    assert [where for where, thing in names if not (inspect.getdoc(thing) or "").strip()] == []


@pytest.mark.parametrize("package", [autograd, nn], ids=lambda p: p.__name__)
def test_the_public_face_is_what_all_says(package):
    listed = listed_names(package)
    assert len(set(listed)) == len(listed)
    assert [name for name in listed if not hasattr(package, name)] == []


@pytest.mark.parametrize("package", [autograd, nn], ids=lambda p: p.__name__)
def test_a_star_import_hides_no_name_of_python(package):
    assert set(package.__all__) & vars(builtins).keys() == set()


def test_ops_say_what_comes_back_and_show_it():
    docs = {op.name: inspect.getdoc(op) or "" for op in EVERY_OP}
    assert [name for name, doc in docs.items() if ">>> " not in doc] == []
    assert [name for name, doc in docs.items() if not FORMULA.search(doc)] == []
    assert [name for name, doc in docs.items() if not doc.partition("\n")[0].rstrip().endswith((".", ":"))] == []


def test_ops_are_public():
    assert [op.name for op in EVERY_OP if op.name not in listed_names(autograd) or getattr(autograd, op.name) is not op] == []


def test_help_can_be_rendered():
    """Python 3.13 needs the module of every function to render the page of a class."""
    for package in (autograd, nn):
        for name in listed_names(package):
            thing = getattr(package, name)
            assert not callable(thing) or thing.__module__ == package.__name__, name
            functions = filter(inspect.isfunction, vars(thing).values()) if inspect.isclass(thing) else ()
            assert all(isinstance(f.__module__, str) for f in functions), name
        assert pydoc.render_doc(package)


def links(document):
    """(document, target) of every link and picture in the prose of a page."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [(document.relative_to(ROOT).as_posix(), target) for target in re.findall(r"\]\(([^)\s]+)\)", prose)]


def headings(document):
    """The anchors of the headings of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def is_well_formed(page, target):
    """True for a web address with a host, or a file of the project with the heading that is named; generated pages count."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return parts.scheme == "https" and "." in parts.netloc
    path = (ROOT / page).parent / parts.path if parts.path else ROOT / page
    return path.exists() and (not parts.fragment or parts.fragment in headings(path))


def test_links_lead_to_pages():
    found = [link for document in DOCUMENTS for link in links(document)]
    assert len(found) > 20
    assert [link for link in found if not is_well_formed(*link)] == []


@pytest.mark.parametrize("target", ["missing.md", "README.md#missing", "https://", "http://a.b", "htps://a.b"])
def test_a_broken_link_is_found(target):
    assert not is_well_formed("README.md", target)


def test_names_in_pages_exist():
    """Names of `nn` in code between backticks, and the functions that the cheat sheet calls."""
    texts = {
        path: re.findall(r"`([^`\n]+)`", path.read_text(encoding="utf-8")) for path in DOCUMENTS if path.stem != "CHANGELOG"
    }
    named = {name for codes in texts.values() for code in codes for name in re.findall(r"(?<![\w.])nn\.(\w+)", code)}
    assert [name for name in sorted(named) if not hasattr(nn, name) and find_spec(f"nn.{name}") is None] == []
    calls = {name for code in texts[ROOT / "docs" / "cheatsheet.md"] for name in re.findall(r"(?<![\w.])(\w+)\(", code)}
    known = {*vars(autograd.strategies), *_public_names(vars(autograd)), "f"}
    assert sorted(calls - known) == []
