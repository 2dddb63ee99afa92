"""Rules of all ops: every derivative of the engine is declared in these files only."""

from autograd.ops.rules import (  # noqa: F401, I001  (imports declare the ops)
    activations, arithmetic, comparisons, cumulative, decompositions, einsum, exponential, indexing, joining, linalg, norms,
    padding, products, rearranging, reductions, rounding, selection, shape, softmax, sorting, special, trigonometry,
)  # fmt: skip
