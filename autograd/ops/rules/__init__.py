"""Rules of all ops: every derivative of the engine is declared in these files only."""

from autograd.ops.rules import (
    activations,
    arithmetic,
    comparisons,
    cumulative,
    einsum,
    exponential,
    indexing,
    joining,
    linalg,
    padding,
    products,
    rearranging,
    reductions,
    rounding,
    selection,
    shape,
    softmax,
    sorting,
    special,
    trigonometry,
)

__all__ = [
    "activations", "arithmetic", "comparisons", "cumulative", "einsum", "exponential", "indexing", "joining", "linalg",
    "padding", "products", "rearranging", "reductions", "rounding", "selection", "shape", "softmax", "sorting",
    "special", "trigonometry",
]  # fmt: skip
