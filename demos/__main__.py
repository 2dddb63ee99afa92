"""`python -m demos` lists the demos, `python -m demos NAME` runs one and writes its pictures to out/."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from demos import gallery, gpt, mnist, moons
from demos.claims import check_renderer, print_paths
from demos.notebooks import Script

DEMOS = {
    "classify": Script("classify", 3),
    "gallery": gallery,
    "gpt": gpt,
    "mnist": mnist,
    "mnist-lab": Script("mnist-lab", 5),
    "moons": moons,
    "regress": Script("regress", 4),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m demos", description="Run a demo, or list them all.")
    parser.add_argument("name", nargs="?", choices=DEMOS, help="the demo to run (default: list the demos)")
    parser.add_argument("--short", action="store_true", help="less work, and a smaller claim")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder of the pictures (default: out)")
    given = parser.parse_args(arguments)
    if given.name is None:
        for name, demo in DEMOS.items():
            print(f"{name:10}{(demo.__doc__ or '').splitlines()[0]}")
        return
    check_renderer()
    given.out.mkdir(parents=True, exist_ok=True)
    print_paths(DEMOS[given.name].run(given.short, given.out))


if __name__ == "__main__":
    main()
