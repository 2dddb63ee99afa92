"""Every op, declared once: a derivative of this engine stands in these files and nowhere else."""

from autograd.rules import activations, arithmetic, bilinear, exponential, linear, reductions, trigonometry

__all__ = ["activations", "arithmetic", "bilinear", "exponential", "linear", "reductions", "trigonometry"]
