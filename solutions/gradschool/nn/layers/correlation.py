"""Cross-correlation of images with filters, and its two gradients, plain: each as it is derived.

x (N, C, H, W)   W (O, C, kh, kw)   b (O,)   y (N, O, OH, OW)   P = OH·OW places

correlate_by_loops     y[n,o,u,v] = Σ_cij W[o,c,i,j] · x[n, c, s·u + i, s·v + j] + b[o]
im2col                 X[n] (C·kh·kw, P)      column p is what the window sees at the place p of image n
correlate              Y[n] = W X[n] + b      W (O, C·kh·kw)   Y[n] (O, P)
filter_gradient        dW = Σₙ dY[n] X[n]ᵀ
image_gradient         dX[n] = Wᵀ dY[n], and each entry is added to the pixel that it was copied from

`fast_correlation.py` has the last three under the same names, several times as fast: that is what `Conv2d` computes
with, and these are what its tests compare it with.

Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.padding import crop, pad
from gradschool.nn.layers.places import output_size
from gradschool.nn.layers.window import Window
from gradschool.nn.types import Array


def correlate_by_loops(x: Array, W: Array, b: Array, stride: tuple[int, int] = (1, 1)) -> Array:
    """Return y (N, O, OH, OW): a filter's weighted sum of a window, plus its bias, one by one."""
    n, _, h, w = x.shape
    outputs, _, kh, kw = W.shape
    sh, sw = stride
    oh, ow = output_size(h, kh, sh, 0), output_size(w, kw, sw, 0)
    y = np.empty((n, outputs, oh, ow), dtype=np.result_type(x, W))
    for image, o, u, v in np.ndindex(y.shape):
        seen = x[image, :, sh * u : sh * u + kh, sw * v : sw * v + kw]
        y[image, o, u, v] = np.sum(W[o] * seen) + b[o]
    return y


def im2col(x: Array, window: Window) -> Array:
    """Return (N, C·kh·kw, OH·OW): for each image, what the window sees at each place, as columns.

    x (N, C, H, W) has its padding already.
    """
    n, channels, h, w = x.shape
    (kh, kw), (sh, sw), (dh, dw), _ = window
    oh, ow = output_size(h, kh, sh, 0, dh), output_size(w, kw, sw, 0, dw)
    columns = np.empty((n, channels, kh, kw, oh, ow), dtype=x.dtype)
    for i, j in np.ndindex(kh, kw):
        top, left = dh * i, dw * j
        columns[:, :, i, j] = x[:, :, top : top + sh * oh : sh, left : left + sw * ow : sw]
    return columns.reshape(n, channels * kh * kw, oh * ow)


def correlate(x: Array, W: Array, b: Array, window: Window) -> Array:
    """Return y (N, O, OH, OW), for images x (N, C, H, W) that get the window's padding here."""
    x = pad(x, window.padding)
    (kh, kw), (sh, sw), (dh, dw), _ = window
    oh, ow = output_size(x.shape[2], kh, sh, 0, dh), output_size(x.shape[3], kw, sw, 0, dw)
    y = W.reshape(len(W), -1) @ im2col(x, window) + b[:, None]
    return y.reshape(len(x), len(W), oh, ow)


def filter_gradient(x: Array, dy: Array, window: Window) -> Array:
    """Return dW (O, C, kh, kw), for images x (N, C, H, W) that get the window's padding here."""
    n, outputs = dy.shape[:2]
    columns = im2col(pad(x, window.padding), window)
    shares = dy.reshape(n, outputs, columns.shape[2]) @ columns.transpose(0, 2, 1)
    dW: Array = shares.sum(axis=0)
    return dW.reshape(outputs, x.shape[1], *window.kernel)


def image_gradient(dy: Array, W: Array, size: tuple[int, int], window: Window) -> Array:
    """Return dx (N, C, H, W), for images of `size` (H, W), to which the window's padding was added."""
    n, outputs, oh, ow = dy.shape
    _, channels, kh, kw = W.shape
    _, (sh, sw), (dh, dw), (top, bottom, left, right) = window
    columns = W.reshape(outputs, -1).T @ dy.reshape(n, outputs, oh * ow)
    columns = columns.reshape(n, channels, kh, kw, oh, ow)
    dx = np.zeros((n, channels, top + size[0] + bottom, left + size[1] + right), dtype=columns.dtype)
    for i, j in np.ndindex(kh, kw):
        u, v = dh * i, dw * j
        dx[:, :, u : u + sh * oh : sh, v : v + sw * ow : sw] += columns[:, :, i, j]
    return crop(dx, window.padding)
