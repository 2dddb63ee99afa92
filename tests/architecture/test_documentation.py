"""Every public name says what it is, and every op shows how it is used."""

import builtins
import inspect
import pydoc
import re

import pytest

import autograd
import nn
from autograd import OPS
from autograd.support.public import public_names as _public_names

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
