"""Zeros around images, and the way back.

pad      y[n, c, top + i, left + j] = x[n, c, i, j], and 0 elsewhere
         x (N, C, H, W)   y (N, C, top + H + bottom, left + W + right)

crop     x[n, c, i, j] = y[n, c, top + i, left + j]      the transpose of pad, and so its backward pass
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array


def pad(x: Array, sides: tuple[int, int, int, int]) -> Array:
    """Return x (N, C, H, W) with zeros around every image.

    `sides` are (top, bottom, left, right): rows above and below, columns to the left and to the right.
    """
    top, bottom, left, right = sides
    n, channels, h, w = x.shape
    y = np.zeros((n, channels, top + h + bottom, left + w + right), dtype=x.dtype)
    y[:, :, top : top + h, left : left + w] = x
    return y


def crop(y: Array, sides: tuple[int, int, int, int]) -> Array:
    """Return a copy of y (N, C, H, W) without its outer rows and columns: (top, bottom, left, right)."""
    top, bottom, left, right = sides
    h, w = y.shape[2:]
    return y[:, :, top : h - bottom, left : w - right].copy()
