"""`python -m autograd`."""

import sys

from autograd.commands import run

run(sys.argv[1:])
