"""Cross-correlation of images with filters, and its two gradients, fast: what `Conv2d` computes with.

`correlation.py` has the same three functions as they are derived. Here all three work through a few images at a time,
on matrices that fit in the cache. Those images lie as (C, H, W, n), the batch innermost, and a window of kernel
(kh, kw), stride s and dilation d takes from each channel the pixels

    x[c, s·y + d·i, s·z + d·j, n]      i < kh,  j < kw

for the place (y, z) of the image n, and becomes one column of a matrix:

im2col             (C, H, W, n) → X (C·kh·kw, OH·OW·n)      a pixel is copied to every column whose window covers it
col2im             X (C·kh·kw, OH·OW·n) → (C, H, W, n)      the transpose of that: a pixel is the sum of its copies

correlate          Y = W X + b         W (O, C·kh·kw)   Y (O, OH·OW·n)
filter_gradient    dW = dY Xᵀ
image_gradient     dx = col2im(Wᵀ dY)

The matrix X is kh·kw times as large as the images. It is made a second time for dW rather than kept since the forward
pass: that takes half as long as the product dY Xᵀ, and no memory.

Where the stride is 1 the same dx is a convolution of dY, with flipped filters and kernel − 1 rows and columns of zeros
around it (Dumoulin & Visin 2016, arXiv:1603.07285). `image_gradient` says which is taken, and why.

Chellapilla, Puri & Simard (2006), High Performance Convolutional Neural Networks for Document Processing, IWFHR 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from gradschool.nn.layers.places import places
from gradschool.nn.layers.window import Window
from gradschool.nn.types import Array

BATCH_FIRST = (3, 0, 1, 2)
"""The axes of (C, H, W, n) that give (n, C, H, W)."""


def correlate(x: Array, W: Array, b: Array, window: Window) -> Array:
    """Return y of shape (N, O, OH, OW)."""
    counts = places(x.shape[2:], window)
    filters = W.reshape(len(W), -1)
    y = np.empty((len(x), len(W), *counts), dtype=np.result_type(x, W))
    for images in blocks(len(x), W.shape, counts):
        columns = im2col(batch_last(x[images], window.padding), window)
        outputs = filters @ columns
        outputs += b[:, None]
        y[images] = outputs.reshape(len(W), *counts, -1).transpose(BATCH_FIRST)
    return y


def filter_gradient(x: Array, dy: Array, window: Window) -> Array:
    """Return dW of shape (O, C, kh, kw), summed over the batch.

    The product is X dYᵀ and not dY Xᵀ, its transpose: OpenBLAS takes two thirds of the time for it.
    """
    shape = (dy.shape[1], x.shape[1], *window.kernel)
    dW = np.zeros((prod(shape[1:]), shape[0]), dtype=np.result_type(x, dy))
    for images in blocks(len(x), shape, dy.shape[2:]):
        columns = im2col(batch_last(x[images], window.padding), window)
        dW += columns @ batch_last(dy[images]).reshape(shape[0], -1).T
    return dW.T.reshape(shape)


def image_gradient(dy: Array, W: Array, size: tuple[int, int], window: Window) -> Array:
    """Return dx of shape (N, C, H, W), for images of `size` (H, W).

    With a horizontal stride of 1 the columns of dY are gathered, as in a convolution, and only its rows are scattered
    by col2im. For gathering copies, at 0.2 ns a number, where col2im adds, at 0.4 to 1 ns; and to gather the rows too
    would copy dY kh times as often, which mostly has more channels than x. Measured in float32, columns gathered, all
    gathered, and all scattered: 32 → 32 channels, 3×3 on 32 images of 32×32 7.3, 9.1 and 13.9 ms; 6 → 16, 5×5 on 64
    of 14×14 0.9, 4.1 and 1.6 ms. Gathering makes the product W/OW times as large: at twice, scattering is as fast.
    """
    gathered = window.stride[1] == 1 and size[1] < 2 * dy.shape[3]
    filters, rest = _without_columns(W, window) if gathered else (W, window)
    dx = np.empty((len(dy), W.shape[1], *size), dtype=np.result_type(dy, W))
    for images in blocks(len(dy), W.shape, dy.shape[2:], wide=40):
        part = _gather_columns(dy[images], size[1], window) if gathered else batch_last(dy[images])
        dx[images] = _scatter(part, filters, size, rest).transpose(BATCH_FIRST)
    return dx


def _scatter(dy: Array, W: Array, size: tuple[int, int], window: Window) -> Array:
    """Return dx (C, H, W, n) from dy (O, OH, OW, n): col2im of Wᵀ dY, without the padding."""
    top, bottom, left, right = window.padding
    h, w = size
    columns = W.reshape(len(W), -1).T @ dy.reshape(len(W), -1)
    dx = col2im(columns, (W.shape[1], top + h + bottom, left + w + right, dy.shape[-1]), window)
    return dx[:, top : top + h, left : left + w]


def _gather_columns(dy: Array, w: int, window: Window) -> Array:
    """Return (O·kw, OH, W, n) from dy (n, O, OH, OW): for each column of x, the kw columns of dy that it feeds."""
    kw, dw, left = window.kernel[1], window.dilation[1], window.padding[2]
    reach = dw * (kw - 1)
    fed = windows(batch_last(dy, (0, 0, reach, reach)), Window((1, kw), dilation=(1, dw)))[:, 0, :, :, left : left + w]
    return fed.reshape(-1, *fed.shape[2:])


def _without_columns(W: Array, window: Window) -> tuple[Array, Window]:
    """Return the filters (O·kw, C, kh, 1) that gathered columns take, flipped from left to right, and their window."""
    outputs, channels, kh, kw = W.shape
    flipped = W[..., ::-1].transpose(0, 3, 1, 2).reshape(outputs * kw, channels, kh, 1)
    top, bottom, _, _ = window.padding
    return flipped, Window((kh, 1), (window.stride[0], 1), (window.dilation[0], 1), (top, bottom, 0, 0))


def blocks(n: int, filters: tuple[int, ...], counts: tuple[int, ...], *, wide: int = 24) -> Iterator[slice]:
    """Yield slices that cut `n` images into blocks; `filters` (O, C, kh, kw), `counts` of places (OH, OW).

    A wide image goes alone: its rows are copied as they lie, and (1, C, H, W) need not be rearranged into (C, H, W, 1).
    The rows of narrow ones are too short to be copied fast, and small ones are not worth the calls of NumPy: 8 or more
    go together, at 1 ns a number for the rearrangement. Measured in float32, forward and dW, alone and by 8: 32 → 32
    channels, 3×3 on 32 images of 32×32 17.7 and 23.7 ms; 6 → 16, 5×5 on 64 of 14×14 2.8 and 1.4 ms. By 32 the first
    takes 34.7 ms: X must stay in the cache. For dX, which adds rows, images count as wide from 40 pixels: 16 → 8
    channels, 3×3 on 64 of 28×28 takes 3.5 ms alone and 2.4 ms by 8; 64 → 64, 3×3 on 8 of 56×56 16.7 and 23.1 ms.
    """
    outputs, *window = filters
    numbers = prod(window) * prod(counts)
    alone = counts[1] >= wide and outputs * numbers >= 200_000
    most = 1 if alone else min(32, max(8, 2**17 // numbers))
    count = -(-n // most)
    for i in range(count):
        yield slice(n * i // count, n * (i + 1) // count)


def batch_last(x: Array, padding: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Array:
    """Return x (N, C, H, W) as contiguous (C, H, W, N), with zeros around every image: top, bottom, left, right."""
    x = x.transpose(1, 2, 3, 0)
    if not any(padding):
        return np.ascontiguousarray(x)
    top, bottom, left, right = padding
    channels, h, w, n = x.shape
    padded = np.zeros((channels, top + h + bottom, left + w + right, n), dtype=x.dtype)
    padded[:, top : top + h, left : left + w] = x
    return padded


def windows(x: Array, window: Window) -> Array:
    """Return every window of x (C, H, W, N), contiguous and padded already, as (C, kh, kw, OH, OW, N): a view of x."""
    channels, h, w, n = x.shape
    (kh, kw), (sh, sw), (dh, dw), _ = window
    c, y, z, image = x.strides
    counts = places((h, w), window.within())
    steps = (c, dh * y, dw * z, sh * y, sw * z, image)
    # NumPy's as_strided would take eight times as long, 3.5 µs: a tenth of the time for a block of small images
    view: Array = np.ndarray((channels, kh, kw, *counts, n), x.dtype, x, strides=steps)
    view.flags.writeable = False
    return view


def im2col(x: Array, window: Window) -> Array:
    """Return the windows of x (C, H, W, N), padded already, as the columns of a matrix (C·kh·kw, OH·OW·N).

    The matrix is a copy, but for windows of one pixel.
    """
    found = windows(np.ascontiguousarray(x), window)
    channels, kh, kw, oh, ow, n = found.shape
    return found.reshape(channels * kh * kw, oh * ow * n)


def col2im(columns: Array, shape: tuple[int, int, int, int], window: Window) -> Array:
    """Return an x of `shape` (C, H, W, N): every entry of `columns` is added to the pixel that im2col takes it from."""
    channels, h, w, n = shape
    (kh, kw), (sh, sw), (dh, dw), _ = window
    oh, ow = places((h, w), window.within())
    columns = columns.reshape(channels, kh, kw, oh, ow, n)
    x = np.zeros(shape, dtype=columns.dtype)
    for i in range(kh):
        for j in range(kw):
            y, z = dh * i, dw * j
            x[:, y : y + sh * oh : sh, z : z + sw * ow : sw] += columns[:, i, j]
    return x
