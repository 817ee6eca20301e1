"""Global average pooling: the mean of every channel.

Forward      Yₙ꜀ = 1/(H W) · Σᵢⱼ Xₙ꜀ᵢⱼ        X (N, C, H, W)   Y (N, C)

Backward     dXₙ꜀ᵢⱼ = dYₙ꜀ / (H W)            (N, C, H, W)

Lin, Chen & Yan (2014), ICLR, arXiv:1312.4400.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.images import require_images
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class GlobalAvgPool2d(Layer):
    """The mean of every channel over all of its pixels: images in, features for a Dense layer out."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the means, of shape (N, C), of `x` of shape (N, C, H, W)."""
        require_images("GlobalAvgPool2d()", x)
        if 0 in x.shape[2:]:
            raise ValueError(f"GlobalAvgPool2d() takes images with pixels, got x of shape {x.shape}")
        self._shape = x.shape
        y: Array = x.mean(axis=(2, 3))
        return y

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, C, H, W)."""
        _, _, h, w = shape = self._shape
        return np.tile((dy / (h * w))[:, :, None, None], (h, w)).reshape(shape)
