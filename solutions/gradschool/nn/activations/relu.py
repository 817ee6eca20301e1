"""Rectified linear unit.

Forward      Y = max(X, 0)          X, Y of any one shape

Backward     dX = dY · [X > 0]      0 at the kink X = 0, as in PyTorch

Nair & Hinton (2010), ICML, 807-814; Glorot, Bordes & Bengio (2011), AISTATS, PMLR 15:315-323.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class ReLU(Layer):
    """What is negative becomes 0, and the rest stays."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        return np.maximum(x, 0)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at x = 0 it is 0."""
        x = self._x
        return dy * (x > 0)
