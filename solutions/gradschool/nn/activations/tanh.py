"""Hyperbolic tangent.

Forward      Y = tanh(X)              X, Y of any one shape

Backward     dX = dY · (1 − Y²)

LeCun, Bottou, Orr & Müller (1998), Efficient BackProp, doi:10.1007/3-540-49430-8_2.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Tanh(Layer):
    """Any number becomes one between −1 and 1."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._y: Array = np.tanh(floating(x))
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        y = self._y
        return dy * (1 - y * y)
