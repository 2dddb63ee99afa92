"""Test of an installed wheel: `python .ci/test_wheel.py FOLDER [--lowest]`, with the newest or the lowest dependencies.

A new environment gets the wheel of the folder, and runs tests that were copied away from the source. Beside them lies a folder
`autograd` of another project, and no renderer is found.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUITES = [
    *(f"tests/autograd/{part}" for part in ("engine", "ops", "tape", "transforms")),
    *(f"tests/nn/{part}" for part in ("data", "io", "losses", "optim", "training")),
]
#: What a user of the base installation sees first, in a folder with an `autograd` of another project.
FIRST_USE = """
import sys
sys.path.remove(sys.path[0])
import autograd, nn
x = autograd.Value(3.0)
(x * x).backward()
assert x.grad == 6.0 and "/site-packages/" in autograd.__file__.replace(chr(92), "/")
try:
    autograd.draw(x * x).svg()
except autograd.RenderError as error:
    assert "pip install 'glassgrad[render]'" in str(error)
else:
    raise SystemExit("a renderer was found")
"""


def main() -> None:
    """Run the tests; the first that fails ends the program."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the wheel")
    parser.add_argument("--lowest", action="store_true", help="install the lowest versions that pyproject.toml declares")
    given = parser.parse_args()
    (wheel,) = given.folder.resolve().glob("glassgrad-*.whl")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        venv.create(place / "env", with_pip=True)
        programs = place / "env" / ("Scripts" if os.name == "nt" else "bin")

        def run(*command: str | Path, cwd: Path = place, **variables: str) -> None:
            program, *arguments = command
            subprocess.run([programs / program, *arguments], cwd=cwd, env=os.environ | variables, check=True)

        run("python", "-m", "pip", "install", "--quiet", wheel)
        other = place / "other"
        (other / "autograd").mkdir(parents=True)
        (other / "autograd" / "__init__.py").write_text("# of another project\n")
        (other / "test_other.py").write_text("import autograd\n\ndef test_it(): assert not hasattr(autograd, 'Value')\n")
        run("python", "-W", "error", "-c", FIRST_USE, cwd=other, PATH=str(programs))
        requirements = [f"glassgrad[test] @ {wheel.as_uri()}"]
        if given.lowest:
            lowest = subprocess.run(
                [sys.executable, ".ci/lowest_versions.py"], cwd=ROOT, capture_output=True, text=True, check=True
            )
            requirements += lowest.stdout.splitlines()
        run("python", "-m", "pip", "install", "--quiet", *requirements)
        run("python", "-m", "pytest", "-q", cwd=other)
        written = shutil.ignore_patterns("__pycache__", "generated")  # perhaps by another program, at this moment
        for folder in ("benchmarks", "demos", "docs", "tests"):
            shutil.copytree(ROOT / folder, place / "tested" / folder, ignore=written)
        for file in (*ROOT.glob("*.md"), ROOT / "conftest.py", ROOT / "pyproject.toml"):
            shutil.copy(file, place / "tested")
        strict = ["-W", "default"] if given.lowest else []
        run("python", "-m", "pytest", "-m", "not slow", "-n", "auto", *strict, *SUITES, cwd=place / "tested")


if __name__ == "__main__":
    main()
