"""`python -m benchmarks [NAME …]`: one table of times and ratios per workload."""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

#: Threads of BLAS and PyTorch, set before NumPy is loaded. The default is 1: with one thread per core, all wait as soon as
#: another program uses a core.
THREADS = os.environ.get("OMP_NUM_THREADS") or "1"
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), THREADS))
if THREADS == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

WORKLOADS = {
    "growth": "growth",
    "gpt": "gpt",
    "moons": "moons",
    "cheap": "cheap",
    "mnist": "mnist_step",
    "derivatives": "derivatives",
    "startup": "startup",
    "devices": "devices",
    "scaling": "scaling",
}


def blas() -> str:
    """The BLAS of NumPy, and the kernel that it chose for this processor."""
    import numpy  # noqa: F401  (its BLAS is loaded then)

    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "the kernel of BLAS is not known without threadpoolctl"
    return ", ".join(
        f"{x['internal_api']} {x['version']}, kernel {x['architecture']}" for x in threadpool_info() if "architecture" in x
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time the same computation by several engines.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"workloads: {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=9, help="number of timed rounds (default: 9)")
    parser.add_argument("--slow", action="store_true", help="also run ddx-ad compiled by LLVM, which takes about 20 s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the tables to a file")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the medians to a file")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in WORKLOADS]:
        parser.error(f"no workload is named {', '.join(unknown)}: choose from {', '.join(WORKLOADS)}")
    if given.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {given.rounds}")

    start = time.perf_counter()
    print(f"Python {platform.python_version()}, {platform.machine()}; {blas()}; OMP_NUM_THREADS={THREADS} for all")
    tables = []
    for name in given.names or WORKLOADS:
        workload = importlib.import_module(f"benchmarks.{WORKLOADS[name]}")
        found = workload.measure(given.rounds, **({"slow": True} if given.slow and name == "gpt" else {}))
        for table in found if isinstance(found, list) else [found]:
            tables.append(table)
            print(f"\n{table}", flush=True)
    if given.json:
        given.json.write_text(json.dumps([asdict(table) for table in tables], indent=2), encoding="utf-8")
    if given.plot:
        from benchmarks.plot import save

        save(tables, given.plot)
    print(f"\n{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main(sys.argv[1:])
