"""Embedding: a table of vectors, indexed by integers."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd import Tensor
from autograd.support.deprecated import renamed_arguments
from nn._validation import check_integer
from nn.modules.init import Seed, random_generator
from nn.modules.module import Module


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
    def __init__(self, num_embeddings: int, embedding_dim: int, *, seed: Seed = None, dtype: DTypeLike = np.float32) -> None:
        shape = check_integer("num_embeddings", num_embeddings, least=1), check_integer("embedding_dim", embedding_dim, least=1)
        self.weight = Tensor(random_generator(seed).standard_normal(shape), requires_grad=True, dtype=dtype)

    def forward(self, i: Any) -> Any:
        numbers = np.asarray(i)
        if numbers.dtype.kind not in "iu":
            raise TypeError(f"{self!r} takes integers; got dtype {numbers.dtype}: convert them with .astype(int)")
        count = self.weight.shape[0]
        wrong = (numbers < 0) | (numbers >= count)
        if wrong.any():
            raise ValueError(f"{self!r} takes integers from 0 to {count - 1}; got {numbers[wrong][0]}")
        return self.weight[numbers]

    def __repr__(self) -> str:
        return f"Embedding({', '.join(map(str, self.weight.shape))})"
