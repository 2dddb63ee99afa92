"""`python -m benchmarks [NAME …]`: one table a workload, in ratios."""

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

#: Both BLAS and PyTorch get this many threads; set before NumPy is loaded.
THREADS = os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count() or 1))
os.environ.setdefault("OPENBLAS_NUM_THREADS", THREADS)

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

    print(f"Python {platform.python_version()}, {platform.machine()}, {THREADS} threads for every contestant")
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
