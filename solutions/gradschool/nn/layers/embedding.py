"""Embedding: a row of features for every token.

Forward      yₙ = W[xₙ]                            x (…) whole numbers from 0 to V − 1   W (V, D)   y (…, D)

Backward     dW[v] = Σ dyₙ over all n with xₙ = v       (V, D)

It is a Dense layer without bias on one-hot rows, of which no product needs to be taken. An index has no gradient.

Bengio, Ducharme, Vincent & Jauvin (2003), JMLR 3:1137-1155.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.initializers import Initializer, normal
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.sizes import require_sizes
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array

STANDARD_NORMAL = normal(1.0)


class Embedding(Layer):
    """A table with a row of features for every token, in which x is looked up.

    `W`, of shape (tokens, features), starts as `init` draws it: standard normal, unless another is given.
    """

    def __init__(
        self, tokens: int, features: int, *, init: Initializer = STANDARD_NORMAL, rng: np.random.Generator
    ) -> None:
        """Make W for `tokens` tokens of `features` features each."""
        require_sizes("Embedding", tokens, features)
        self.W = Parameter(np.ascontiguousarray(init((tokens, features), rng=rng)))

    def forward(self, x: npt.NDArray[Any], *, train: bool = False) -> Array:
        """Return the rows of W, an array of shape (*x.shape, features), for whole numbers `x` of any shape."""
        self.require_tokens(x)
        self._x = x.astype(np.intp)
        return self.W.value.take(self._x, axis=0)

    def backward(self, dy: Array) -> Array:
        """Return zeros of the shape of x, as an index has no gradient; add dW to the gradient."""
        x = self._x
        _add_to_rows(self.W.grad, x.ravel(), dy)
        return np.zeros(x.shape, dtype=self.W.value.dtype)

    def accumulate(self, dy: Array) -> None:
        """Add dW to the gradient."""
        x = self._x
        _add_to_rows(self.W.grad, x.ravel(), dy)

    def require_tokens(self, x: npt.NDArray[Any]) -> None:
        """Raise ValueError unless `x` holds whole numbers from 0 to tokens − 1."""
        tokens, features = self.W.shape
        takes = f"Embedding({tokens}, {features}) takes x of whole numbers from 0 to {tokens - 1}"
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"{takes}, got {x.dtype}; x.astype(int) if they are whole")
        if x.size and (x.min() < 0 or x.max() >= tokens):
            wrong = x.min() if x.min() < 0 else x.max()
            raise ValueError(f"{takes}, got {wrong}; is every token in the vocabulary?")


def _add_to_rows(table: Array, rows: npt.NDArray[np.intp], values: Array) -> None:
    """Add each of `values` to its row of `table`, and all of those that have one row in common."""
    features = table.shape[1]
    # `np.add.at` has a fast loop for arrays of one axis only: so the table is one, a view of all its entries.
    entries = rows[:, None] * features + np.arange(features)
    np.add.at(table.reshape(-1), entries.ravel(), values.ravel())
