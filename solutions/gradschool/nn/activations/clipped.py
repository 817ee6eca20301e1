"""Activations that are constant beyond a threshold, or two.

Hardtanh     Y = min(max(X, low), high)          dX = dY · [low < X < high]
ReLU6        Y = min(max(X, 0), 6)               dX = dY · [0 < X < 6]
Threshold    Y = X if X > t else value           dX = dY · [X > t]

X and Y are of any one shape. At each kink (low, high, 0, 6, t) the derivative is 0, as in PyTorch.

Hardtanh: Collobert et al. (2011), JMLR 12:2493-2537, arXiv:1103.0398. ReLU6: Krizhevsky (2010),
Convolutional Deep Belief Networks on CIFAR-10.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

__all__ = ["Hardtanh", "ReLU6", "Threshold"]


class Hardtanh(Layer):
    """What is below `low` becomes `low`, what is above `high` becomes `high`, and the rest stays."""

    def __init__(self, low: float = -1.0, high: float = 1.0) -> None:
        """Keep the two ends; raise ValueError unless `low` is below `high`."""
        if not low < high:
            raise ValueError(f"Hardtanh(low={low}, high={high}) takes a low end below the high end")
        self.low, self.high = float(low), float(high)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        return np.minimum(np.maximum(x, self.low), self.high)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at the two ends it is 0."""
        x = self._x
        return dy * ((x > self.low) & (x < self.high))


class ReLU6(Layer):
    """What is negative becomes 0, what is above 6 becomes 6, and the rest stays."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        return np.minimum(np.maximum(x, 0), 6)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at x = 0 and x = 6 it is 0."""
        x = self._x
        return dy * ((x > 0) & (x < 6))


class Threshold(Layer):
    """What is above `threshold` stays, and the rest becomes `value`."""

    def __init__(self, threshold: float, value: float) -> None:
        """Keep the threshold, and the value of what does not exceed it."""
        self.threshold, self.value = float(threshold), float(value)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        return np.where(x <= self.threshold, self.value, x)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at the threshold it is 0."""
        x = self._x
        return dy * (x > self.threshold)
