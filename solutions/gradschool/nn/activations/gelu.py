"""Gaussian error linear unit.

Forward      Y = X Φ(X)                          X, Y of any one shape

Backward     dX = dY · (Φ(X) + X φ(X))           φ = Φ′

exact        Φ(x) = ½ (1 + erf(x/√2))            φ(x) = e^(−x²/2) / √(2π)
approximate  Φ(x) = ½ (1 + tanh u)               φ(x) = ½ (1 − tanh² u) u′
             u = √(2/π) (x + 0.044715 x³)        u′ = √(2/π) (1 + 3 · 0.044715 x²)

Hendrycks & Gimpel (2016), arXiv:1606.08415.
"""

from __future__ import annotations

import math

import numpy as np

from gradschool.nn.activations.blocks import blockwise
from gradschool.nn.activations.erf import erf
from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

FAR = 10.0
"""Where |x| is larger, the approximate Φ is 0 or 1 to the last bit; the cube of a larger x could overflow."""


class GELU(Layer):
    """x times the probability that a standard normal number is below x.

    The probability is exact, or `approximate`: by tanh.
    """

    def __init__(self, approximate: bool = False) -> None:
        """Keep whether the probability is approximate."""
        self.approximate = approximate

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        self._probability = blockwise(_approximate if self.approximate else _exact, x)
        return x * self._probability

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x, probability = self._x, self._probability
        density = blockwise(_approximate_density if self.approximate else _exact_density, x, probability)
        return dy * (probability + x * density)


def _exact(x: Array) -> Array:
    """Return Φ(x) of the normal distribution."""
    y = erf(x * math.sqrt(0.5))
    y += 1
    y *= 0.5
    return y


def _exact_density(x: Array, probability: Array) -> Array:
    """Return φ(x) of the normal distribution."""
    y = np.minimum(np.abs(x), 40)  # φ(40) is 1e-348, which is 0; the square of a larger x could overflow
    y *= y
    y *= -0.5
    np.exp(y, out=y)
    y *= 1 / math.sqrt(2 * math.pi)
    return y


def _approximate(x: Array) -> Array:
    """Return Φ(x) by tanh."""
    x = np.minimum(np.maximum(x, -FAR), FAR)
    y = x * x
    y *= 0.044715 * math.sqrt(2 / math.pi)
    y += math.sqrt(2 / math.pi)
    y *= x
    np.tanh(y, out=y)
    y += 1
    y *= 0.5
    return y


def _approximate_density(x: Array, probability: Array) -> Array:
    """Return the derivative of the Φ(x) by tanh, which is 2 Φ (1 − Φ) u′."""
    y = np.minimum(np.abs(x), FAR)
    y *= y
    y *= 6 * 0.044715 * math.sqrt(2 / math.pi)
    y += 2 * math.sqrt(2 / math.pi)
    y *= probability
    y *= 1 - probability
    return y
