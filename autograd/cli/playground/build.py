"""Assembly of the HTML file: the page, its programs, and Python with its packages as compressed data."""

import base64
import hashlib
import html
import io
import json
import zipfile
import zlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template

from autograd.cli.playground.packages import LOCK, PYODIDE, VIZ
from autograd.drawing.themes import THEMES, Theme

_HERE = "autograd.cli.playground"
#: Packages of Python in the file; `nn` and graphviz are named only, since this package must not import the first.
_PACKAGES = ("autograd", "nn", "graphviz")
_COLORS = ("background", "ink", "line", "mark")
_ROLES = ("computed", "constant", "alarm")


def scope(wheels: dict[str, bytes]) -> str:
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
        scope=scope(wheels),
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
