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

#: How long a demo takes on two cores, and with --short where that is less.
TIMES = {
    "classify": "10 s", "gallery": "5 s", "gpt": "3 min (short: 20 s)", "mnist": "10 s (short: 4 s)", "mnist-lab": "20 s",
    "moons": "25 s (short: 15 s)", "regress": "20 s",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m demos", description="Run a demo, or list them all.")
    parser.add_argument("name", nargs="?", choices=DEMOS, help="the demo to run (default: list the demos)")
    parser.add_argument("--short", action="store_true", help="less work, and a smaller claim")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder of the pictures (default: out)")
    given = parser.parse_args(arguments)
    if given.name is None:
        print("Run one with `python -m demos NAME`, to begin with `python -m demos moons --short`:\n")
        for name in DEMOS:
            print(f"  {name:10}{_title(name)}\n{'':12}{TIMES[name]}")
        print("\nEach writes its pictures to out/, or to the folder after --out.")
        return
    check_renderer()
    given.out.mkdir(parents=True, exist_ok=True)
    print(f"{given.name}: {_title(given.name)}\nTakes about {TIMES[given.name]}.\n", flush=True)
    print_paths(DEMOS[given.name].run(given.short, given.out))


def _title(name: str) -> str:
    return (DEMOS[name].__doc__ or "").splitlines()[0]


if __name__ == "__main__":
    main()
