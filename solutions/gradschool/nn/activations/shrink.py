"""Activations that leave small numbers out.

Hardshrink   Y = X if |X| > t else 0                     dX = dY · [|X| > t]
Softshrink   Y = X − t if X > t, X + t if X < −t, else 0  dX = dY · [|X| > t]
Tanhshrink   Y = X − tanh(X)                             dX = dY · tanh²(X)

X and Y are of any one shape, t is the threshold. At the kinks X = ±t the derivative is 0, as in PyTorch.

Donoho & Johnstone (1994), Biometrika 81, doi:10.1093/biomet/81.3.425, for the first two.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

__all__ = ["Hardshrink", "Softshrink", "Tanhshrink"]


class Hardshrink(Layer):
    """What is within `threshold` of 0 becomes 0, and the rest stays."""

    def __init__(self, threshold: float = 0.5) -> None:
        """Keep the threshold; raise ValueError if it is negative."""
        self.threshold = _threshold("Hardshrink", threshold)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return x * (np.abs(x) > self.threshold)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at the threshold, and at minus it, it is 0."""
        x = self._x
        return dy * (np.abs(x) > self.threshold)


class Softshrink(Layer):
    """What is within `threshold` of 0 becomes 0, and the rest comes nearer to 0 by `threshold`."""

    def __init__(self, threshold: float = 0.5) -> None:
        """Keep the threshold; raise ValueError if it is negative."""
        self.threshold = _threshold("Softshrink", threshold)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return x - np.minimum(np.maximum(x, -self.threshold), self.threshold)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at the threshold, and at minus it, it is 0."""
        x = self._x
        return dy * (np.abs(x) > self.threshold)


class Tanhshrink(Layer):
    """x less its hyperbolic tangent."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        x = floating(x)
        self._tanh: Array = np.tanh(x)
        return x - self._tanh

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        tanh = self._tanh
        return dy * (tanh * tanh)


def _threshold(layer: str, threshold: float) -> float:
    """Return the threshold as a float; raise ValueError if it is negative."""
    if not threshold >= 0:
        raise ValueError(f"{layer}(threshold={threshold}) takes a threshold of 0 or more")
    return float(threshold)
