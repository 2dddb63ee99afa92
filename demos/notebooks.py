"""Notebooks of the lesson as programs: run in a kernel, or as scripts that write their pictures to files.

python -m demos.notebooks [--write] [PATH …]    run notebooks in a kernel, all by default; --write stores their output

A notebook is stored solved. In a cell of an exercise the lines between `# solution` and `# end` are the answer; --write also
stores the blank notebook, with `...` in their place and without outputs.
"""

import argparse
import ast
import json
import os
import re
import sys
import time
from pathlib import Path

from autograd.support.optional import install_command

LESSON = Path(__file__).parent / "lesson"
NOTEBOOKS = sorted(LESSON.glob("[0-9]_*.ipynb"))
SOLUTION = re.compile(r"^( *)# solution\n.*?^ *# end\n", flags=re.DOTALL | re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LONGEST = 120  # seconds per notebook


class Script:
    """A notebook as a demo: runs its code cells in order and saves each figure and each graph."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.path = NOTEBOOKS[number - 1]
        title = source_of(_cells(self.path, "markdown")[0]).splitlines()[0].lstrip("# 0123456789.")
        self.__doc__ = f"{title}: notebook {number} of the lesson as a script."

    def run(self, short: bool, out: Path) -> list[Path]:
        """Run the cells; `short` has no effect, because a notebook takes less than a minute."""
        import matplotlib.pyplot as plt

        from autograd import Drawing

        sys.path.insert(0, str(LESSON))  # as in a kernel, which starts in the folder of its notebook
        names: dict[str, object] = {"__name__": "__lesson__"}
        written: list[Path] = []
        for cell in _cells(self.path, "code"):
            shown = run_cell(source_of(cell), names)
            if isinstance(shown, Drawing):
                written.append(out / f"{self.name}-{len(written) + 1}.svg")
                shown.save(written[-1])
            for number in plt.get_fignums():
                written.append(out / f"{self.name}-{len(written) + 1}.png")
                plt.figure(number).savefig(written[-1], dpi=100)
            plt.close("all")
        return written


def run_cell(source: str, names: dict[str, object]) -> object:
    """Run the source of a cell with these names; returns the value of its last expression, which a notebook displays."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


def blank_source(source: str) -> str:
    """The source of a cell with `...` in place of each answer.

    >>> print(blank_source("def square(x):\\n    # solution\\n    return x * x\\n    # end\\n"))
    def square(x):
        ...
    <BLANKLINE>
    """
    return SOLUTION.sub(r"\1...\n", source)


def blank_notebook(notebook: dict) -> dict:
    """The notebook for students: without answers and outputs."""
    empty = {"code": {"outputs": [], "execution_count": None}, "markdown": {}}
    cells = [
        cell | {"source": blank_source(source_of(cell)).splitlines(keepends=True)} | empty[cell["cell_type"]]
        for cell in notebook["cells"]
    ]
    return notebook | {"cells": cells}


def blank_path(path: Path) -> Path:
    """The file of the blank notebook, beside the solved one."""
    return path.with_name(f"blank_{path.name}")


def execute(path: Path, write: bool) -> int:
    """Run a notebook in a new kernel and return its number of pictures.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails; the message shows it
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    paths = [str(LESSON.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    client = NotebookClient(notebook, timeout=LONGEST, record_timing=False, resources={"metadata": {"path": str(LESSON)}})
    client.execute(env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)})
    if write:
        notebook.metadata = nbformat.from_dict(METADATA)
        describe_pictures(notebook)
        nbformat.write(notebook, path)
        blank = blank_notebook(json.loads(path.read_text(encoding="utf-8")))
        blank_path(path).write_text(json.dumps(blank, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return pictures(json.loads(nbformat.writes(notebook)))


def describe_pictures(notebook: dict) -> None:
    """Store the comment `# Picture: …` of a cell as the alternative text of its figure, where nbconvert reads it."""
    for cell in notebook["cells"]:
        said = re.search(r"^# Picture: (.*)", source_of(cell), flags=re.MULTILINE)
        for output in cell.get("outputs", []):
            if said and "image/png" in output.get("data", {}):
                output["metadata"]["image/png"] = output["metadata"].get("image/png", {}) | {"alt": said[1]}


def pictures(notebook: dict) -> int:
    """The number of figures and graphs in the outputs of a notebook."""
    shown = [output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return sum("image/png" in data or "image/svg+xml" in data for data in shown) + sum(
        "".join(data.get("text/html", "")).count("<svg") for data in shown
    )


def _cells(path: Path, kind: str) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def source_of(cell: dict) -> str:
    """The source of a cell, which a file stores as a list of lines or as one text."""
    return "".join(cell["source"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.notebooks", description="Run the notebooks of the lesson.")
    parser.add_argument("paths", nargs="*", type=Path, default=NOTEBOOKS, metavar="PATH")
    parser.add_argument("--write", action="store_true", help="store the outputs in the files")
    given = parser.parse_args()
    for path in given.paths:
        start = time.perf_counter()
        try:
            shown = execute(path, given.write)
        except ImportError as error:
            raise SystemExit(f"notebooks need a kernel ({error}): {install_command('glassgrad[lesson]')}") from None
        seconds = time.perf_counter() - start
        print(f"{path.name}: {shown} pictures, {seconds:.0f} s", flush=True)
        if seconds > LONGEST:
            sys.exit(f"{path.name} must take at most {LONGEST} s, took {seconds:.0f} s")


if __name__ == "__main__":
    main()
