"""Sigmoid linear unit, also called swish.

Forward      Y = X σ(X)                       X, Y of any one shape; σ the sigmoid

Backward     dX = dY · σ(X) (1 + X (1 − σ(X)))

Hendrycks & Gimpel (2016), arXiv:1606.08415; Elfwing, Uchibe & Doya (2018), Neural Networks 107, arXiv:1702.03118;
Ramachandran, Zoph & Le (2017), arXiv:1710.05941.
"""

from __future__ import annotations

from gradschool.nn.activations.stable import sigmoid
from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class SiLU(Layer):
    """x times the sigmoid of x."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        self._s = sigmoid(x)
        return x * self._s

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x, s = self._x, self._s
        return dy * (s * (1 + x * (1 - s)))
