"""`python -m autograd playground`: write the playground, an HTML file with an editor, Python and this package."""

import argparse
import base64
import hashlib
import html
import io
import json
import sys
import zipfile
import zlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from autograd.cli.playground.packages import LOCK, PYODIDE, VIZ, npm_files, numpy_wheel
from autograd.drawing.themes import THEMES, Theme
from autograd.support.atomic_write import atomic_write, output_path

_HERE = "autograd.cli.playground"
#: Packages of Python in the file; `nn` and graphviz are named only, since this package must not import the first.
_PACKAGES = ("autograd", "nn", "graphviz")
_COLORS = ("background", "ink", "line", "mark")
_ROLES = ("computed", "constant", "alarm")


def add_to(commands: Any) -> None:
    """Register the command `playground` with an argparse subparsers object."""
    about = "Write an HTML file in which Python programs with Values run, without a network."
    command = commands.add_parser("playground", help=about, description=about)
    command.add_argument("file", type=Path, metavar="FILE", help="the file to write: .html")
    command.add_argument("--values-only", action="store_true", help="leave out NumPy, also where it can be downloaded")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, more: list[str]) -> int:
    """Run the command; the exit status is 0, or 2 after an error."""
    try:
        target = output_path(arguments.file, ".html .htm")
        parts = npm_files()
        wheels = {} if arguments.values_only else _numpy(parts[LOCK])
        content = playground(parts, wheels).encode()
        with atomic_write(target) as out:
            out.write(content)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"wrote {target} ({len(content) / 1e6:.1f} MB, {contents(wheels)}): open it in a browser")
    return 0


def _numpy(lock: bytes) -> dict[str, bytes]:
    """The wheel of NumPy, or nothing, with a message that says why."""
    try:
        return numpy_wheel(lock)
    except ConnectionError as error:
        print(f"{error}\nThe playground is for Values alone.", file=sys.stderr)
        return {}


def contents(wheels: dict[str, bytes]) -> str:
    """The scope of a playground, as text for its reader."""
    versions = [" ".join(name.split("-")[:2]).replace("numpy", "NumPy") for name in wheels]
    return f"Values and arrays, {versions[0]}" if versions else "Values only, without NumPy"


def playground(parts: dict[str, bytes], wheels: dict[str, bytes]) -> str:
    """The text of the HTML file, equal for equal contents."""
    web = files(_HERE) / "web"
    text = {file.name: file.read_text("utf-8") for file in web.iterdir()}
    binary = {
        "loader": parts["pyodide.mjs"], "python": parts["pyodide.asm.mjs"], "machine": parts["pyodide.asm.wasm"],
        "library": parts["python_stdlib.zip"], "lock": json.dumps(json.loads(parts[LOCK]) | {"packages": {}}).encode(),
        "renderer": parts["viz.js"], "packages": zip_of(_PACKAGES),
        "worker": text["worker.js"].encode(), **{f"wheel-{i}": wheel for i, wheel in enumerate(wheels.values())},
    }  # fmt: skip
    return Template(text["playground.html"]).substitute(
        style=Template(text["playground.css"]).substitute(light=_variables(THEMES["light"]), dark=_variables(THEMES["dark"])),
        script=text["playground.js"],
        nonce=hashlib.sha256(text["playground.js"].encode()).hexdigest(),
        contents=contents(wheels),
        packages=f"{PYODIDE}, {VIZ}",
        examples="\n".join(map(_example, programs())),
        parts="\n".join(_part(name, data) for name, data in binary.items()),
    )


def programs() -> list[Traversable]:
    """The example programs, in the order of the menu."""
    return sorted((files(_HERE) / "examples").iterdir(), key=lambda file: file.name)


def zip_of(packages: tuple[str, ...]) -> bytes:
    """A ZIP archive of the files of installed packages, equal for equal files."""
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for package in packages:
            spec = find_spec(package)  # not imported: this package must not import `nn`
            for folder in map(Path, (spec and spec.submodule_search_locations) or ()):
                for path in sorted(folder.rglob("*")):
                    if path.is_file() and path.parent.name != "__pycache__":
                        name = f"{package}/{path.relative_to(folder).as_posix()}"
                        archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return result.getvalue()


def _part(name: str, data: bytes) -> str:
    """A block of data, compressed, which the script of the page reads."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    text = base64.b64encode(packer.compress(data) + packer.flush()).decode()
    return f'<script type="text/plain" class="part" data-name="{name}">{text}</script>'


def _example(file: Traversable) -> str:
    """An entry of the menu: the first line of a program is its title."""
    source = file.read_text("utf-8").rstrip()
    title = source.partition("\n")[0].removeprefix("# ")
    return f'<option value="{html.escape(source)}">{html.escape(title)}</option>'


def _variables(theme: Theme) -> str:
    """The colours of a theme of pictures as variables of CSS."""
    colors = {color: getattr(theme, color) for color in _COLORS}
    colors |= {f"{role}-fill": theme.styles[role]["fillcolor"] for role in _ROLES}
    return " ".join(f"--{color}: {value};" for color, value in colors.items())
