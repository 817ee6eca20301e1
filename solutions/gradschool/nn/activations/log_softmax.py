"""Logarithm of the softmax.

Forward      Yᵢ = (Xᵢ − m) − log Σⱼ e^(Xⱼ − m)       m = maxⱼ Xⱼ, which changes nothing and keeps e finite

Backward     dXᵢ = dYᵢ − e^(Yᵢ) · Σⱼ dYⱼ

X and Y are of any one shape; i and j run along one axis of it, the last unless another is named.

Bridle (1990), Neurocomputing, NATO ASI Series 68, doi:10.1007/978-3-642-76153-9_28.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class LogSoftmax(Layer):
    """The logarithms of the softmax along an axis, finite for every finite x."""

    def __init__(self, axis: int = -1) -> None:
        """Keep the axis."""
        self.axis = axis

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        x = floating(x)
        shifted = x - x.max(axis=self.axis, keepdims=True)
        y: Array = shifted - np.log(np.exp(shifted).sum(axis=self.axis, keepdims=True))
        self._y = y
        return y

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        y = self._y
        dx: Array = dy - np.exp(y) * dy.sum(axis=self.axis, keepdims=True)
        return dx
