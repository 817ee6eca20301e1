"""Flatten: every example becomes one row.

Forward      Y = X, reshaped       X (N, …)   Y (N, D), where D is the product of the other axes

Backward     dX = dY, reshaped     (N, …)
"""

from __future__ import annotations

from math import prod

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Flatten(Layer):
    """All axes but the first become one."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return `x`, of shape (N, …), in the shape (N, D)."""
        if not x.ndim:
            raise ValueError(f"Flatten() takes x of shape (N, …), got {x.shape}")
        self._shape = shape = x.shape
        return x.reshape(shape[0], prod(shape[1:]))

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of x."""
        shape = self._shape
        return dy.reshape(shape)
