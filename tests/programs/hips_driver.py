"""Run programs that import `autograd`, this package or HIPS autograd, and write the gradients that they compute as JSON.

Each line of the input is a JSON list: a program, its largest number of gradients, and a folder for result.json and output.txt;
a line of the output says that the program has ended. It runs in a fork, so that the libraries are imported once.
Plots are not shown, and downloads are replaced by a few images of noise.
"""

import builtins
import gzip
import json
import os
import runpy
import signal
import struct
import sys
import traceback
import urllib.request
from contextlib import suppress
from pathlib import Path

import matplotlib.pyplot  # noqa: F401  (for the forks, as the next line)
import numpy as np
import scipy.stats  # noqa: F401

LIMIT = 300  # seconds for a program


class EnoughError(BaseException):
    """End of a program that has computed its gradients."""


def numbers(x):
    """The numbers in a container in order, dicts by their keys; None if it holds a node."""
    if isinstance(x, dict):
        x = [x[key] for key in sorted(x)]
    if isinstance(x, list | tuple):
        parts = [numbers(part) for part in x]
        return None if None in parts else [number for part in parts for number in part]
    if isinstance(x, float | int | np.number | np.ndarray):
        return np.ravel(x).astype(float).tolist()
    return None


class Recorder:
    """Differential operators whose plain results are kept."""

    def __init__(self, most):
        self.most, self.gradients, self.depth = most, [], 0

    def watch(self, operator):
        def watched_operator(*args, **kwargs):
            derivative = operator(*args, **kwargs)

            def watched(*xs, **options):
                self.depth += 1
                try:
                    result = derivative(*xs, **options)
                finally:
                    self.depth -= 1
                if self.depth == 0 and (plain := numbers(result)) is not None:
                    self.gradients.append(plain)
                    if len(self.gradients) >= self.most:
                        raise EnoughError
                return result

            return watched

        return watched_operator


class SeededState(np.random.RandomState):
    """Random numbers that are the same in each run, of programs without a seed too."""

    def __init__(self, seed=0):
        super().__init__(seed)


def noise_images(url, filename):
    """A file in the format of MNIST, with random numbers."""
    random, n = np.random.RandomState(0), 600 if "train" in filename else 100
    data = random.randint(0, 10, n) if "labels" in filename else random.randint(0, 256, (n, 28, 28))
    header = struct.pack(">II", 0, n) if "labels" in filename else struct.pack(">IIII", 0, n, 28, 28)
    with gzip.open(filename, "wb") as file:
        file.write(header + data.astype(np.uint8).tobytes())


def run(program, most):
    np.random.RandomState = SeededState
    import autograd

    recorder = Recorder(most)
    for name in ("grad", "value_and_grad", "elementwise_grad", "hessian_vector_product"):
        setattr(autograd, name, recorder.watch(getattr(autograd, name)))
    urllib.request.urlretrieve = noise_images
    np.random.seed(0)
    sys.path.insert(0, str(Path(program).parent))
    texts = []
    builtins.print = lambda *args, **kwargs: texts.append(" ".join(map(str, args)))
    with suppress(EnoughError):
        runpy.run_path(program, run_name="__main__")
    Path("result.json").write_text(json.dumps({"gradients": recorder.gradients, "texts": texts}))


def run_in_fork(program, most, folder):
    if child := os.fork():
        os.waitpid(child, 0)
        return
    try:
        signal.alarm(LIMIT)
        os.chdir(folder)
        output = os.open("output.txt", os.O_WRONLY | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(output, stream)
        run(program, most)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    for line in sys.stdin:
        run_in_fork(*json.loads(line))
        print(flush=True)
