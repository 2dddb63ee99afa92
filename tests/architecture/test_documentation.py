"""Every public name says what it is, and every op shows how it is used."""

import inspect
import pydoc
import re

import pytest

import autograd
import nn
from autograd import OPS

EVERY_OP = [op for op in OPS.values() if op.__module__ == "autograd"]


def public_names(module):
    """(where, thing) of every name that a package lists, of what its modules define and of what its classes have."""
    for name in module.__all__ if hasattr(module, "__all__") else own_names(module):
        where, thing = f"{module.__name__}.{name}", getattr(module, name)
        if inspect.ismodule(thing):
            yield from public_names(thing)
        elif callable(thing):
            yield where, thing
        if inspect.isclass(thing):
            yield from members(where, thing)


def own_names(module):
    return [n for n, x in vars(module).items() if n[0] != "_" and getattr(x, "__module__", None) == module.__name__]


def members(where, cls):
    for name, member in inspect.getmembers(cls):
        ours = any(name in vars(base) and base.__module__.split(".")[0] in ("autograd", "nn") for base in cls.__mro__)
        if ours and name[0] != "_" and (inspect.isroutine(member) or isinstance(member, property)):
            yield f"{where}.{name}", member


EVERY_NAME = {where: thing for package in (autograd, nn) for where, thing in public_names(package)}


@pytest.mark.parametrize("where", EVERY_NAME)
def test_public_name_is_documented(where):
    assert (inspect.getdoc(EVERY_NAME[where]) or "").strip(), f"{where} has no docstring"


@pytest.mark.parametrize("package", [autograd, nn], ids=lambda p: p.__name__)
def test_the_public_face_is_what_all_says(package):
    listed = getattr(package, "__all__", [])
    assert len(set(listed)) == len(listed)
    assert [name for name in listed if not hasattr(package, name)] == []


@pytest.mark.parametrize("op", EVERY_OP, ids=lambda op: op.name)
def test_op_says_what_comes_back_and_shows_it(op):
    doc = inspect.getdoc(op) or ""
    assert ">>> " in doc, f"{op.name} shows no example"
    assert re.search(r"^    .* = ", doc, re.MULTILINE), f"{op.name} does not say what it is in mathematics"
    assert doc.splitlines()[0].rstrip().endswith((".", ":")), f"{op.name}: {doc.splitlines()[0]!r}"


@pytest.mark.parametrize("op", EVERY_OP, ids=lambda op: op.name)
def test_op_is_public(op):
    assert op.name in autograd.__all__
    assert getattr(autograd, op.name) is op


def test_help_can_be_rendered():
    """Python 3.13 needs the module of every function to render the page of a class."""
    for package in (autograd, nn):
        for name in package.__all__:
            thing = getattr(package, name)
            assert not callable(thing) or thing.__module__ == package.__name__, name
            functions = filter(inspect.isfunction, vars(thing).values()) if inspect.isclass(thing) else ()
            assert all(isinstance(f.__module__, str) for f in functions), name
        assert pydoc.render_doc(package)
