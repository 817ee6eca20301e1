"""Sigmoid (logistic function).

Forward      Y = 1 / (1 + e⁻ˣ)          X, Y of any one shape

Backward     dX = dY · Y (1 − Y)

Rumelhart, Hinton & Williams (1986), Nature 323, doi:10.1038/323533a0.
"""

from __future__ import annotations

from gradschool.nn.activations.stable import sigmoid
from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Sigmoid(Layer):
    """Any number becomes one between 0 and 1."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._y = sigmoid(floating(x))
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        y = self._y
        return dy * (y * (1 - y))
