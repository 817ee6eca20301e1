"""Exponential linear unit.

Forward      Y = X if X > 0 else α (eˣ − 1)       X, Y of any one shape

Backward     dX = dY · (1 if X > 0 else α eˣ)     α at X = 0, which is a kink unless α is 1, as in PyTorch

Clevert, Unterthiner & Hochreiter (2016), ICLR, arXiv:1511.07289.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class ELU(Layer):
    """What is positive stays; the rest falls towards −`alpha` as an exponential does."""

    def __init__(self, alpha: float = 1.0) -> None:
        """Keep alpha."""
        self.alpha = float(alpha)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return np.maximum(x, 0) + self.alpha * np.expm1(np.minimum(x, 0))

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at x = 0 the derivative is alpha."""
        x = self._x
        return dy * np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))
