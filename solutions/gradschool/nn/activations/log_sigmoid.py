"""Logarithm of the sigmoid.

Forward      Y = log σ(X) = −ζ(−X)         X, Y of any one shape; σ the sigmoid, ζ the softplus

Backward     dX = dY · σ(−X)

Cox (1958), J. R. Stat. Soc. B 20, doi:10.1111/j.2517-6161.1958.tb00292.x: the log-likelihood of a binary response.
"""

from __future__ import annotations

from gradschool.nn.activations.stable import sigmoid, softplus
from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class LogSigmoid(Layer):
    """The logarithm of the sigmoid, finite for every x."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return -softplus(-x)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x = self._x
        return dy * sigmoid(-x)
