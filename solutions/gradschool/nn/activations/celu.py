"""Continuously differentiable exponential linear unit.

Forward      Y = X if X > 0 else α (e^(X/α) − 1)       X, Y of any one shape

Backward     dX = dY · (1 if X > 0 else e^(X/α))       1 at X = 0, from either side

Barron (2017), arXiv:1704.07483.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class CELU(Layer):
    """What is positive stays; the rest falls towards −`alpha`, from a slope of 1."""

    def __init__(self, alpha: float = 1.0) -> None:
        """Keep alpha; raise ValueError unless it is above 0."""
        if not alpha > 0:
            raise ValueError(f"CELU(alpha={alpha}) takes an alpha above 0")
        self.alpha = float(alpha)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        return np.maximum(x, 0) + self.alpha * np.expm1(np.minimum(x, 0) / self.alpha)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x = self._x
        return dy * np.exp(np.minimum(x, 0) / self.alpha)
