"""Work of a call, counted without a clock."""

import sys


def lines_run(run, *args):
    """The number of lines of Python that run(*args) runs."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run(*args)
    finally:
        sys.settrace(before)
    return count
