"""Run one program that imports `autograd`, this package or HIPS autograd, and write the gradients that it computes as JSON.

    python hips_driver.py PROGRAM MOST RESULT

Plots are not shown, downloads are replaced by a few images of noise, and the program is ended after MOST gradients.
"""

import builtins
import gzip
import json
import runpy
import struct
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import numpy as np


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


def main(program, most, result):
    np.random.RandomState = SeededState
    import autograd

    recorder = Recorder(int(most))
    for name in ("grad", "value_and_grad", "elementwise_grad", "hessian_vector_product"):
        setattr(autograd, name, recorder.watch(getattr(autograd, name)))
    urllib.request.urlretrieve = noise_images
    np.random.seed(0)
    sys.path.insert(0, str(Path(program).parent))
    texts, show = [], builtins.print
    builtins.print = lambda *args, **kwargs: (texts.append(" ".join(map(str, args))), show(*args, **kwargs))
    with suppress(EnoughError):
        runpy.run_path(program, run_name="__main__")
    Path(result).write_text(json.dumps({"gradients": recorder.gradients, "texts": texts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
