"""The rooms of each package and the imports between them; `python -m tests.architecture.test_rooms` lists both.

A room is a file or folder directly below a package; an arrow is a pair of rooms of which the first imports something of the
second, at the top of a file or inside a function.
"""

import ast
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The most rooms, and the most arrows between them.
MOST = {"autograd": (13, 45), "nn": (16, 40)}


def imported(path):
    """The dotted names that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(package):
    children = (ROOT / package).iterdir()
    return sorted({p.stem for p in children if (p.is_dir() or p.suffix == ".py") and p.stem[:2] != "__"})


def arrows(package):
    """For each pair of rooms, the imports that make it an arrow."""
    known, found = set(rooms(package)), defaultdict(list)
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT / package).with_suffix("").parts
        for name in imported(path) if parts[0] in known else ():
            top, _, rest = name.partition(".")
            room = rest.partition(".")[0]
            if top == package and room in known and room != parts[0]:
                found[parts[0], room].append(f"{'.'.join(parts)} imports {name}")
    return found


def levels(package):
    """The level of each room in the contract of the package, counted from the bottom."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c.get("containers") == [package])
    return {room: i for i, line in enumerate(reversed(layers)) for room in line.replace("|", ":").replace(" ", "").split(":")}


@pytest.mark.parametrize("package", MOST)
def test_a_package_has_few_rooms_and_few_arrows(package):
    most_rooms, most_arrows = MOST[package]
    assert len(rooms(package)) <= most_rooms
    assert len(arrows(package)) <= most_arrows


@pytest.mark.parametrize("package", MOST)
def test_every_arrow_points_down(package):
    level = levels(package)
    assert {pair: why for pair, why in arrows(package).items() if level[pair[0]] <= level[pair[1]]} == {}


@pytest.mark.parametrize("package", MOST)
def test_no_file_imports_a_private_name_of_another(package):
    found = {path: list(imported(path)) for path in (ROOT / package).rglob("*.py") if path.stem != "__init__"}
    private = {
        path: [name for name in names if name.rpartition(".")[2][0] == "_" and "__" not in name]
        for path, names in found.items()
    }
    assert {path: names for path, names in private.items() if names} == {}


if __name__ == "__main__":
    for package in MOST:
        print(f"{package}: {len(rooms(package))} rooms, {len(arrows(package))} arrows")
        for room in rooms(package):
            print(f"  {room:14}", ", ".join(b for a, b in sorted(arrows(package)) if a == room))
