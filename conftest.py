"""Examples in docstrings are collected from the file in which they stand.

A public class, function or op says that it belongs to its package, and doctest would look for it there.
"""

import doctest
import inspect
import os
import re

# Set before NumPy is imported, here and in workers of xdist: waiting threads of several workers would take each other's cores.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")

PACKAGES = (
    "autograd", "autograd.checks", "autograd.domain", "autograd.strategies", "nn", "nn.datasets", "nn.plots", "nn.schedules",
)  # fmt: skip
_by_name = doctest.DocTestFinder._from_module


def _from_module(self, module, thing):
    if getattr(thing, "__module__", None) not in PACKAGES:
        return _by_name(self, module, thing)
    return re.search(rf"^(class|def) {thing.__name__}\b", inspect.getsource(module), re.MULTILINE) is not None


doctest.DocTestFinder._from_module = _from_module
