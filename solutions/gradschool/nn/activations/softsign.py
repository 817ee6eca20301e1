"""Softsign.

Forward      Y = X / (1 + |X|)             X, Y of any one shape

Backward     dX = dY / (1 + |X|)²

Turian, Bergstra & Bengio (2009), NAACL-HLT, 245-248.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Softsign(Layer):
    """Any number becomes one between −1 and 1, more slowly than by tanh."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        x = floating(x)
        self._scale: Array = 1 + np.abs(x)
        return x / self._scale

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        scale = self._scale
        return dy / scale / scale  # the square could overflow
