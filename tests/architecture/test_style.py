"""The mechanical part of the style: first lines, idioms and sections of docstrings."""

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted(p for package in ("autograd", "nn") for p in (ROOT / package).rglob("*.py")),
    *sorted(ROOT.glob("_glassgrad_*.py")),
]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(p for p in (ROOT / "docs").rglob("*.md") if "generated" not in p.parts),
]

RIDDLES = re.compile(r"^(What|How|Whether|Where|Those|Such)\b")
#: Idioms, for which the field has terms, and turns that are harder to read than "must" and "must not".
IDIOMS = re.compile(
    r"\b(has its (own )?say|have (a|their) say|knows? nothing of|of (its|their|one's|your) own|so many|stands?|standing|"
    r"way (back|forward)|grows? (young|old)|is none of|"
    r"(?<!there )(is|are) no (?!longer\b|more\b)[a-z]+|has no say|manners|nobody else|somebody else|"
    r"what is (given|asked|made|done|said|seen|shown|there)|as it is written|in its own way)\b"
)
#: In docstrings, a condition names what is missing.
ABSENCE = re.compile(r"\b[Ii]f there (is|are) no\b")
SECTIONS = {"Args", "Attributes", "Costs", "Raises", "Returns", "Shapes", "Source", "Units", "Yields"}
OLD_LAYOUT = re.compile(r"^\s*(Raises|Shapes|Source|Units|Costs|Returns)  +\S", re.MULTILINE)


def docstrings(path):
    """(line, docstring) of a module and of everything that it defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            doc := ast.get_docstring(node)
        ):
            yield getattr(node, "lineno", 1), doc


def prose(path):
    """(line, text) of every comment, docstring and message of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def where(path, line, text):
    return f"{path.relative_to(ROOT).as_posix()}:{line}: {text}"


def test_first_lines_begin_with_a_noun_or_a_verb():
    found = [where(p, line, doc.split("\n")[0]) for p in SOURCES for line, doc in docstrings(p) if RIDDLES.match(doc)]
    assert found == []


def test_texts_have_no_private_idioms():
    found = [where(p, line, m[0]) for p in SOURCES for line, text in prose(p) for m in IDIOMS.finditer(text)]
    found += [where(p, 0, m[0]) for p in DOCUMENTS for m in IDIOMS.finditer(p.read_text(encoding="utf-8"))]
    assert found == []


def test_conditions_name_what_is_missing():
    assert [where(p, line, m[0]) for p in SOURCES for line, doc in docstrings(p) for m in ABSENCE.finditer(doc)] == []


def test_sections_of_docstrings_are_in_google_style():
    found = []
    for path in SOURCES:
        for line, doc in docstrings(path):
            if OLD_LAYOUT.search(doc):
                found.append(where(path, line, "a section in the old layout"))
            for name, body in re.findall(r"^(\w+):\n((?:    .*\n?)+)", doc + "\n", flags=re.MULTILINE):
                if name[0].isupper() and name not in SECTIONS:
                    found.append(where(path, line, f"unknown section {name}"))
                entries = [entry for entry in body.split("\n") if re.match(r"    \S", entry)]
                if name in ("Raises", "Args", "Attributes"):
                    found += [
                        where(path, line, entry) for entry in entries if not re.match(r"    [*\w.]+(, [*\w.]+)*: \S", entry)
                    ]
    assert found == []
