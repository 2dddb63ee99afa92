"""A training step on JAX devices in a separate process, because their number is fixed when JAX starts."""

import pickle
import sys
import time

import numpy as np

import nn
from benchmarks.mnist_step import RATE


def main(platform, devices, x, labels, hidden):
    from nn.run.run import Run
    from nn.training.jax_engine import JaxEngine

    def say(what):
        pickle.dump(what, sys.stdout.buffer)
        sys.stdout.buffer.flush()

    try:
        import jax
    except ImportError:
        say("JAX is not installed: pip install 'glassgrad[bench]'")
        return
    try:
        found = jax.devices(platform)[:devices]
    except RuntimeError:
        say(f"JAX finds no {platform.upper()} here")
        return
    if len(found) < devices:
        say(f"JAX has {len(found)} of {devices} devices")
        return
    model = nn.MLP(x.shape[1], [hidden], 10, seed=0)
    run = Run(model, nn.SGD(model.parameters(), lr=RATE), 1, {})
    engine = JaxEngine(model, nn.cross_entropy, run, found, answers=False)
    engine.begin_epoch()
    say("")
    for line in iter(sys.stdin.buffer.readline, b""):
        start, busy = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            loss, _ = engine.compute_gradients((x, labels), "in a benchmark")
            engine.apply_update()
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        say((seconds, [loss, *map(np.asarray, engine.parameters)], busy))


if __name__ == "__main__":
    main(*pickle.load(sys.stdin.buffer))
