"""Embedding: a table of vectors, indexed by integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import Tensor, custom_op
from autograd.support.deprecated import renamed_arguments
from autograd.support.lazy_numpy import DTypeLike, np
from nn._validation import check_integer
from nn.modules.init import random_generator
from nn.modules.module import Module

if TYPE_CHECKING:
    from nn.modules.init import Seed


class Embedding(Module):
    """Table of `num_embeddings` vectors, indexed by integers.

        y = W[i]

    Shapes:
        i (…) integers -> y (…, embedding_dim)
    Raises:
        TypeError: If i does not hold integers
        ValueError: If an index is not between 0 and num_embeddings − 1; names the first

    >>> Embedding(10, 3, seed=0)([[1, 2], [1, 9]]).shape
    (2, 2, 3)
    """

    @renamed_arguments(count="num_embeddings", features="embedding_dim")
    def __init__(self, num_embeddings: int, embedding_dim: int, *, seed: Seed = None, dtype: DTypeLike = "float32") -> None:
        shape = check_integer("num_embeddings", num_embeddings, least=1), check_integer("embedding_dim", embedding_dim, least=1)
        self.weight = Tensor(random_generator(seed).standard_normal(shape), requires_grad=True, dtype=dtype)

    def forward(self, i: Any) -> Tensor:
        numbers = i if isinstance(i, Tensor) else np.asarray(i)
        if numbers.dtype.kind not in "iu":
            raise TypeError(f"{self!r} takes integers; got dtype {numbers.dtype}: convert them with .astype(int)")
        return self.weight[known_rows(numbers, table=repr(self), count=self.weight.shape[0])]

    def __repr__(self) -> str:
        return f"Embedding({', '.join(map(str, self.weight.shape))})"


@custom_op(None, kind="elementwise", checked=False)
def known_rows(xp: Any, i: Any, *, table: str, count: int) -> Any:
    """Identity op that checks that all entries of i are integers from 0 to count − 1."""
    if not xp.abstract:  # the compiler of the rule checks integers instead
        wrong = (i < 0) | (i >= count)
        if np.any(wrong):
            raise ValueError(f"{table} takes integers from 0 to {count - 1}; got {np.asarray(i)[wrong].flat[0]}")
    return i
