"""Zeros around every image.

Forward      y[n, c, top + i, left + j] = x[n, c, i, j], and 0 elsewhere
             x (N, C, H, W)   y (N, C, top + H + bottom, left + W + right)

Backward     dx[n, c, i, j] = dy[n, c, top + i, left + j]

The four numbers come in the order of PyTorch's `ZeroPad2d`: left, right, top, bottom.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradschool.nn.layers.images import pair, require_images
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.padding import crop, pad
from gradschool.nn.types import Array


class ZeroPad2d(Layer):
    """Every image gets rows and columns of zeros around it."""

    def __init__(self, padding: int | Sequence[int]) -> None:
        """Take a number for all sides, a pair (h, w), or all four: (left, right, top, bottom), in PyTorch's order."""
        self.padding = padding
        if isinstance(padding, Sequence) and len(padding) == 4:
            left, right = pair(padding[:2], "padding", least=0)
            top, bottom = pair(padding[2:], "padding", least=0)
        else:
            (top, left) = (bottom, right) = pair(padding, "padding", least=0)
        self.sides = (top, bottom, left, right)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return x of shape (N, C, H, W) with zeros around: (N, C, top + H + bottom, left + W + right)."""
        require_images(f"ZeroPad2d({self.padding})", x)
        return pad(x, self.sides)

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, C, H, W)."""
        return crop(dy, self.sides)
