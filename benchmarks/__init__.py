"""The same computation by several engines, timed in turn in one run: `python -m benchmarks`."""
