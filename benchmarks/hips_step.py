"""The MNIST step with HIPS autograd, in a separate environment because it has our import name (benchmarks.outside)."""

import pickle
import sys
import time

import autograd.numpy as np

from autograd import value_and_grad


def main(x, labels, weights, rate):
    def loss(p):
        w1, b1, w2, b2 = p
        z = np.dot(np.maximum(np.dot(x, w1) + b1, 0.0), w2) + b2
        z = z - np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(labels)), labels])

    both, state = value_and_grad(loss), [w.copy() for w in weights]

    def step():
        value, gradients = both(state)
        for w, g in zip(state, gradients, strict=True):
            w -= rate * g
        return [float(value), *state]

    pickle.dump("", sys.stdout.buffer)
    sys.stdout.buffer.flush()
    for line in iter(sys.stdin.buffer.readline, b""):
        start = time.perf_counter()
        for _ in range(int(line)):
            result = step()
        pickle.dump((time.perf_counter() - start, result), sys.stdout.buffer)
        sys.stdout.buffer.flush()


main(*pickle.load(sys.stdin.buffer))
