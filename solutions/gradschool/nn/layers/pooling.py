"""Pooling and its gradients: each as it is derived, and none in a hurry.

x (N, C, H, W)   y (N, C, OH, OW)   the window's dilation is 1

max_pool_by_loops      y[n,c,u,v] = max over i, j of x[n, c, s·u − p + i, s·v − p + j], where that is a pixel
max_pool               the same at all places at once; the padding counts as −∞
max_pool_gradient      dx at the pixel that is the maximum += dy[n,c,u,v]; of several, the first, row by row
avg_pool               y[n,c,u,v] = 1/(kh·kw) · Σ_ij x[n, c, s·u − p + i, s·v − p + j]; the padding counts as 0
avg_pool_gradient      dx at each pixel of the window += dy[n,c,u,v] / (kh·kw)

`gradschool.nn.layers.fast_pooling` has the last four under the same names, several times as fast: that is what the
layers compute with, and these are what its tests compare it with.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.correlation import im2col
from gradschool.nn.layers.padding import crop, pad
from gradschool.nn.layers.places import places
from gradschool.nn.layers.window import Pixels, Window
from gradschool.nn.types import Array


def max_pool_by_loops(x: Array, window: Window) -> Array:
    """Return y (N, C, OH, OW): the largest pixel of every window, one window at a time."""
    (kh, kw), (sh, sw), _, (above, _, before, _) = window
    y = np.empty((*x.shape[:2], *places(x.shape[2:], window)), dtype=x.dtype)
    for n, c, u, v in np.ndindex(y.shape):
        top, left = sh * u - above, sw * v - before
        seen = x[n, c, max(top, 0) : top + kh, max(left, 0) : left + kw]
        y[n, c, u, v] = np.max(seen)
    return y


def max_pool(x: Array, window: Window) -> tuple[Array, Pixels]:
    """Return y (N, C, OH, OW), the largest pixel of every window, and the number of that pixel in its window.

    The pixels of a window are numbered row by row, from 0 to kh·kw − 1. Of several maxima the first counts.
    """
    (kh, kw), _, _, (top, bottom, left, right) = window
    padded = np.pad(floating(x), ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=-np.inf)
    seen = im2col(padded, window).reshape(*x.shape[:2], kh * kw, *places(x.shape[2:], window))
    return seen.max(axis=2), seen.argmax(axis=2)


def max_pool_gradient(dy: Array, winners: Pixels, size: tuple[int, ...], window: Window) -> Array:
    """Return dx (N, C, H, W), for images of `size` (H, W): every window adds its dy to the pixel that won it."""
    (kh, kw), (sh, sw), _, (top, bottom, left, right) = window
    n, channels, oh, ow = dy.shape
    dx = np.zeros((n, channels, top + size[0] + bottom, left + size[1] + right), dtype=dy.dtype)
    for pixel, (i, j) in enumerate(np.ndindex(kh, kw)):
        dx[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw] += dy * (winners == pixel)
    return crop(dx, window.padding)


def avg_pool(x: Array, window: Window) -> Array:
    """Return y (N, C, OH, OW), the mean of every window; the padding counts as zeros."""
    kh, kw = window.kernel
    columns = im2col(pad(x, window.padding), window)
    seen = columns.reshape(*x.shape[:2], kh * kw, *places(x.shape[2:], window))
    y: Array = seen.mean(axis=2)
    return y


def avg_pool_gradient(dy: Array, size: tuple[int, ...], window: Window) -> Array:
    """Return dx (N, C, H, W), for images of `size` (H, W): every window adds an equal share of its dy to its pixels."""
    (kh, kw), (sh, sw), _, (top, bottom, left, right) = window
    n, channels, oh, ow = dy.shape
    dx = np.zeros((n, channels, top + size[0] + bottom, left + size[1] + right), dtype=dy.dtype)
    for i, j in np.ndindex(kh, kw):
        dx[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw] += dy / (kh * kw)
    return crop(dx, window.padding)
