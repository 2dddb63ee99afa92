"""Every op, declared once: a derivative of this engine stands in these files and nowhere else."""

from autograd.rules import (
    activations,
    arithmetic,
    bilinear,
    choices,
    exponential,
    indexing,
    joining,
    linear,
    reductions,
    rounding,
    special,
    trigonometry,
)

__all__ = [
    "activations",
    "arithmetic",
    "bilinear",
    "choices",
    "exponential",
    "indexing",
    "joining",
    "linear",
    "reductions",
    "rounding",
    "special",
    "trigonometry",
]
