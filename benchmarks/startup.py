"""Import, first use of each back end, and memory of a node, each in a fresh process."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

PACKAGES = {"numpy": "NumPy", "autograd": "glassgrad", "micrograd.engine": "micrograd", "torch": "PyTorch", "jax": "JAX"}
BACKENDS = {"python": "", "numpy": "", "native": "llvmlite", "jax": "jax"}
ENGINES = {"autograd": "glassgrad", "micrograd.engine": "micrograd"}

IMPORT = "import time; start = time.process_time(); import {}; print(time.process_time() - start)"
FIRST_USE = """
import time
from autograd import compile, value_and_grad
start = time.process_time()
compile(value_and_grad(lambda x: x * x), backend={!r})(2.0)
print(time.process_time() - start)
"""
MEMORY = """
import gc, tracemalloc
from {} import Value
x = y = Value(1.0)
gc.disable()
tracemalloc.start()
for _ in range(100_000):
    y = y * x
print(tracemalloc.get_traced_memory()[0] / 100_000, flush=True)
__import__("os")._exit(0)
"""


@dataclass
class Startup:
    """Least CPU seconds of a few fresh processes by name, and bytes of a node."""

    workload: str
    about: str
    seconds: dict[str, float]
    bytes: dict[str, float]

    def __str__(self) -> str:
        lines = [f"{self.workload}: {self.about}"]
        lines += [f"  {name:34}{t * 1e3:10,.1f} ms" for name, t in self.seconds.items()]
        return "\n".join(lines + [f"  {name:34}{n:10,.0f} bytes" for name, n in self.bytes.items()])


def measure(rounds: int) -> Startup:
    found = Startup("startup", "fresh processes, CPU time", {}, {})
    for module, name in PACKAGES.items():
        if importlib.util.find_spec(module.partition(".")[0]):
            found.seconds[f"import {name}"] = least(IMPORT.format(module), rounds)
    for backend, package in BACKENDS.items():
        if not package or importlib.util.find_spec(package):
            with tempfile.TemporaryDirectory() as folder:
                cold = fresh(FIRST_USE.format(backend), folder)
                found.seconds[f"first use of {backend}, cold"] = cold
                found.seconds[f"first use of {backend}, warm"] = least(FIRST_USE.format(backend), rounds, folder)
    for module, name in ENGINES.items():
        if importlib.util.find_spec(module.partition(".")[0]):
            found.bytes[f"a node of {name}"] = fresh(MEMORY.format(module))
    return found


def least(program: str, rounds: int, cache: str | None = None) -> float:
    return min(fresh(program, cache) for _ in range(rounds))


def fresh(program: str, cache: str | None = None) -> float:
    """The number that a program prints in a new process, with another folder for caches if given."""
    environment = os.environ | {"JAX_ENABLE_X64": "true"} | ({"XDG_CACHE_HOME": cache} if cache else {})
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment | {"JAX_ENABLE_X64": "true"},
    )
    return float(json.loads(run.stdout))
