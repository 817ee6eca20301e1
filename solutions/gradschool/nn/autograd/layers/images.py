"""Layers of images: what a window sees at each place, as columns, and then a product, a maximum or a mean.

Conv2d       Y = W · columns + b        columns (N, C kh kw, OH OW)   W (O, C kh kw)
MaxPool2d    Y = max of each column     columns (N, C, kh kw, OH OW), channel by channel; the padding is −∞
AvgPool2d    Y = mean of each column    the padding counts as zeros

Columns are rearranged pixels, each as often as a window sees it; their gradient adds up at the pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradschool.nn.autograd import functions as f
from gradschool.nn.autograd.faces import Taped, average
from gradschool.nn.autograd.own_operations import operation
from gradschool.nn.layers import avg_pool2d, conv2d, global_avg_pool2d, max_pool2d, zero_pad2d
from gradschool.nn.layers.correlation import im2col
from gradschool.nn.layers.images import require_images
from gradschool.nn.layers.places import places
from gradschool.nn.layers.pooling import max_pool

if TYPE_CHECKING:
    from gradschool.nn.autograd.tensor import Tensor
    from gradschool.nn.layers.window import Window
    from gradschool.nn.types import Array


def _to_pixels(dcolumns: Array, y: Array, x: Array, *, window: Window) -> Array:
    """Return the gradient of x (N, C, H, W): each pixel gets the sum over all places where a window saw it."""
    n, channels, h, w = x.shape
    (kh, kw), (sh, sw), (dh, dw), _ = window
    oh, ow = places((h, w), window)
    seen = dcolumns.reshape(n, channels, kh, kw, oh, ow)
    dx = np.zeros_like(x)
    for i, j in np.ndindex(kh, kw):
        dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += seen[:, :, i, j]
    return dx


@operation(_to_pixels)
def columns(x: Array, *, window: Window) -> Array:
    """Return (N, C·kh·kw, OH·OW): for each image of x (N, C, H, W), what the window sees at each place."""
    return im2col(x, window)


def _padded(x: Tensor, window: Window) -> Tensor:
    """Return the images with the window's padding of zeros around them."""
    top, bottom, left, right = window.padding
    return f.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right))) if any(window.padding) else x


class Conv2d(Taped, conv2d.Conv2d):
    """Every output channel is a filter's answer at every place of the image."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of shape (N, outputs, OH, OW), for `x` of shape (N, inputs, H, W)."""
        self.require_shape(x.data)
        outputs, inputs, kh, kw = self.W.shape
        seen = columns(_padded(x, self.window), window=self.window.within())
        y = f.reshape(self.W, (outputs, inputs * kh * kw)) @ seen + f.reshape(self.b, (outputs, 1))
        return y.reshape(len(x), outputs, *places(x.shape[2:], self.window))


class MaxPool2d(Taped, max_pool2d.MaxPool2d):
    """The largest pixel of every window of every channel; of several, the first, row by row."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the maxima, (N, C, OH, OW), of `x` of shape (N, C, H, W)."""
        require_images(f"MaxPool2d({self.kernel})", x.data)
        if not all(x.shape[2:]):
            max_pool2d.MaxPool2d.forward(self, x.data)  # which refuses it
        _, winners = max_pool(x.data, self.window)
        seen = _by_window(x, self.window)
        chosen = winners[:, :, None] == np.arange(seen.shape[2])[:, None, None]
        return f.where(chosen, seen, 0.0).sum(axis=2)


class AvgPool2d(Taped, avg_pool2d.AvgPool2d):
    """The mean of every window of every channel."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the means, (N, C, OH, OW), of `x` of shape (N, C, H, W)."""
        require_images(f"AvgPool2d({self.kernel})", x.data)
        if not all(x.shape[2:]):
            avg_pool2d.AvgPool2d.forward(self, x.data)  # which refuses it
        return average(_by_window(x, self.window), (2,))


def _by_window(x: Tensor, window: Window) -> Tensor:
    """Return (N, C, kh·kw, OH, OW): what each window sees, channel by channel, with zeros for the padding."""
    n, channels, *size = x.shape
    kh, kw = window.kernel
    seen = columns(_padded(x, window), window=window.within())
    return seen.reshape(n, channels, kh * kw, *places(tuple(size), window))


class GlobalAvgPool2d(Taped, global_avg_pool2d.GlobalAvgPool2d):
    """The mean of every channel over all of its pixels."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the means, of shape (N, C), of `x` of shape (N, C, H, W)."""
        require_images("GlobalAvgPool2d()", x.data)
        if 0 in x.shape[2:]:
            global_avg_pool2d.GlobalAvgPool2d.forward(self, x.data)  # which refuses it
        return average(x, (2, 3))


class ZeroPad2d(Taped, zero_pad2d.ZeroPad2d):
    """Every image gets rows and columns of zeros around it."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return x of shape (N, C, H, W) with zeros around: (N, C, top + H + bottom, left + W + right)."""
        require_images(f"ZeroPad2d({self.padding})", x.data)
        top, bottom, left, right = self.sides
        return f.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
