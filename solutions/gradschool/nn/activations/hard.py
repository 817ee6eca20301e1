"""Sigmoid and SiLU in straight lines.

Hardsigmoid  h(X) = min(max(X/6 + 1/2, 0), 1)    dX = dY · [−3 < X < 3] / 6
Hardswish    Y = X · h(X)                        dX = dY · (0 if X ≤ −3, X/3 + 1/2 between, 1 if X ≥ 3)

X and Y are of any one shape. At the kinks X = ±3 the derivatives are those of the flat sides, as in PyTorch: of
Hardsigmoid 0 and 0, of Hardswish 0 at −3 and 1 at 3.

Howard et al. (2019), Searching for MobileNetV3, ICCV, arXiv:1905.02244.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

__all__ = ["Hardsigmoid", "Hardswish"]


class Hardsigmoid(Layer):
    """A straight line from 0 at −3 to 1 at 3, and constant beyond."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return np.minimum(np.maximum(x / 6 + 0.5, 0), 1)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at x = −3 and x = 3 it is 0."""
        x = self._x
        return dy * (np.abs(x) < 3) / 6


class Hardswish(Layer):
    """x times the hard sigmoid of x."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return x * np.minimum(np.maximum(x / 6 + 0.5, 0), 1)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; the derivative is 0 at x = −3 and 1 at x = 3."""
        x = self._x
        return dy * np.where(np.abs(x) < 3, x / 3 + 0.5, x > 0)
