"""Leaky rectified linear unit, of slope a between 0 and 1.

Forward      Y = max(X, a X)                X, Y of any one shape

Backward     dX = dY · (1 if X > 0 else a)  a at the kink X = 0, as in PyTorch

Maas, Hannun & Ng (2013), ICML workshop on deep learning for audio, speech and language processing.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class LeakyReLU(Layer):
    """What is negative is multiplied by `slope`, and the rest stays."""

    def __init__(self, slope: float = 0.01) -> None:
        """Keep the slope, which is between 0 and 1; raise ValueError if it is not."""
        if not 0 <= slope <= 1:
            raise ValueError(f"LeakyReLU(slope={slope}) takes a slope from 0 to 1")
        self.slope = float(slope)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        y: Array = np.maximum(x, self.slope * x)
        return y

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at x = 0 the derivative is the slope."""
        x = self._x
        derivative: Array = np.maximum(x > 0, self.slope, dtype=dy.dtype)
        return dy * derivative
