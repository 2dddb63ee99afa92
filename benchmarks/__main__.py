"""`python -m benchmarks [NAME …]`: one table a workload, in ratios."""

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

#: BLAS and PyTorch alike get this many threads, whatever one library alone was told; set before NumPy is loaded. One, unless
#: asked for more: as many as there are cores wait for each other as soon as anything else runs on one of them.
THREADS = os.environ.get("OMP_NUM_THREADS") or "1"
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), THREADS))

WORKLOADS = ("moons", "mnist_step")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time the same computation by several engines.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"workloads: {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=15, help="how often each contestant is timed (default: 15)")
    parser.add_argument("--json", type=Path, help="a file to write the tables to as well")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in WORKLOADS]:
        parser.error(f"no workload is named {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    if given.rounds < 1:
        parser.error(f"--rounds must be at least 1, not {given.rounds}")

    from benchmarks.timing import as_json, compare

    print(f"Python {platform.python_version()}, {platform.machine()}; OMP_NUM_THREADS={THREADS} for all")
    tables = []
    for name in given.names or WORKLOADS:
        workload = importlib.import_module(f"benchmarks.{name}")
        contestants, missing = workload.contestants()
        tables.append(compare(name, workload.ABOUT, contestants, missing, rounds=given.rounds, runs=workload.RUNS))
        print(tables[-1], flush=True)
    if given.json:
        given.json.write_text(as_json(tables), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
