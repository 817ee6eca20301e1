"""Mish.

Forward      Y = X · tanh ζ(X)                X, Y of any one shape; ζ the softplus

Backward     dX = dY · (t + X σ(X) (1 − t²))  t = tanh ζ(X); σ the sigmoid, which is the derivative of ζ

Misra (2020), BMVC, arXiv:1908.08681.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.activations.stable import sigmoid, softplus
from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Mish(Layer):
    """x times the hyperbolic tangent of the softplus of x."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        self._t: Array = np.tanh(softplus(x))
        return x * self._t

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x, t = self._x, self._t
        return dy * (t + x * sigmoid(x) * (1 - t * t))
