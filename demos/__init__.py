"""Demos of the packages: each checks a claim and writes pictures to a folder."""

import os

# Small matrices gain nothing from threads, which on a busy machine cost a factor of ten. NumPy reads the variable when it is
# imported, so it must be set before.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
