"""Notebooks of the lesson as programs: run in a kernel, or as scripts that write their pictures to files.

python -m demos.notebooks [--write] [PATH …]    run notebooks in a kernel, all by default; --write stores their output
"""

import argparse
import ast
import json
import sys
import time
from pathlib import Path

from autograd.support.optional import install_command

LESSON = Path(__file__).parent / "lesson"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LONGEST = 120  # seconds per notebook


class Script:
    """A notebook as a demo: runs its code cells in order and saves each figure and each graph."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        (self.path,) = LESSON.glob(f"{number}_*.ipynb")
        title = _source(_cells(self.path, "markdown")[0]).splitlines()[0].lstrip("# 0123456789.")
        self.__doc__ = f"{title}: notebook {number} of the lesson as a script."

    def run(self, short: bool, out: Path) -> list[Path]:
        """Run the cells; `short` has no effect, because a notebook takes less than a minute."""
        import matplotlib.pyplot as plt

        from autograd import Drawing

        names: dict[str, object] = {"__name__": "__lesson__"}
        written: list[Path] = []
        for i, cell in enumerate(_cells(self.path, "code"), start=1):
            tree = ast.parse(_source(cell), f"{self.path.name}, cell {i}")
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, self.path.name, "exec"), names)
            shown = eval(compile(ast.Expression(last.value), self.path.name, "eval"), names) if last else None
            if isinstance(shown, Drawing):
                written.append(out / f"{self.name}-{len(written) + 1}.svg")
                shown.save(written[-1])
            for number in plt.get_fignums():
                written.append(out / f"{self.name}-{len(written) + 1}.png")
                plt.figure(number).savefig(written[-1], dpi=100)
            plt.close("all")
        return written


def execute(path: Path, write: bool) -> int:
    """Run a notebook in a new kernel and return its number of pictures.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails; the message shows it
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=LONGEST, record_timing=False, resources={"metadata": {"path": str(LESSON.parents[1])}}
    ).execute()
    if write:
        notebook.metadata = nbformat.from_dict(METADATA)
        nbformat.write(notebook, path)
    return pictures(json.loads(nbformat.writes(notebook)))


def pictures(notebook: dict) -> int:
    """The number of figures and graphs in the outputs of a notebook."""
    shown = [output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return sum("image/png" in data or "image/svg+xml" in data for data in shown) + sum(
        "".join(data.get("text/html", "")).count("<svg") for data in shown
    )


def _cells(path: Path, kind: str) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def _source(cell: dict) -> str:
    return "".join(cell["source"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.notebooks", description="Run the notebooks of the lesson.")
    parser.add_argument("paths", nargs="*", type=Path, default=sorted(LESSON.glob("*.ipynb")), metavar="PATH")
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
