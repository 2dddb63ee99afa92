"""Datasets: synthetic points and curves; real digits, clothes and names."""

from autograd.support.public import publish
from nn.datasets._fashion_mnist import fashion_mnist
from nn.datasets._mnist import MNIST, mnist
from nn.datasets.bundled import digits, names
from nn.datasets.synthetic import blobs, circles, curve, gaussians, moons, spirals

__all__ = ["MNIST", "blobs", "circles", "curve", "digits", "fashion_mnist", "gaussians", "mnist", "moons", "names", "spirals"]

publish(globals())
