"""Max pooling: the largest pixel of every window of an image.

Forward      Yₙ꜀ₒᵤ = max over i, j of Xₙ꜀ at (o s_h − p_h + i, u s_w − p_w + j)       0 ≤ i < k_h, 0 ≤ j < k_w

             X (N, C, H, W)   Y (N, C, ⌊(H + 2p_h − k_h)/s_h⌋ + 1, ⌊(W + 2p_w − k_w)/s_w⌋ + 1)

Backward     dX at the pixel that is the maximum += dYₙ꜀ₒᵤ,   for every window; a pixel may win several that overlap

The padding counts as −∞. Of several maxima in a window the first one, row by row, gets the gradient, as in PyTorch. A
window with a NaN gives NaN. Rows and columns that the last window does not reach are ignored: their gradient is 0.

The first maximum of a window is in the first row that has the maximum, and is the first in that row. So we look for the
winner of each row of the windows, and then for the winner among the rows.

Ranzato, Huang, Boureau & LeCun (2007), CVPR, doi:10.1109/CVPR.2007.383157.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.images import require_images
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.windows import Windows, rows_and_columns
from gradschool.nn.types import Array

Winners = npt.NDArray[np.unsignedinteger[Any]]
"""For every window, which of its pixels is the largest: 0 for the first."""


class MaxPool2d(Layer):
    """The largest pixel of every window of every channel.

    `kernel`, `stride` and `padding` are whole numbers or pairs (h, w). The stride is the kernel unless it is given:
    windows side by side. The padding, on all sides, is at most half of the kernel and never the maximum. Of several
    maxima in one window, the first, row by row, gets the gradient.
    """

    def __init__(
        self,
        kernel: int | Sequence[int],
        *,
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
    ) -> None:
        """Put windows of `kernel` pixels, `stride` apart, on images with `padding` around them."""
        self.kernel, self.stride, self.padding = kernel, kernel if stride is None else stride, padding
        self._rows, self._columns = rows_and_columns(kernel, stride, padding)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the maxima, (N, C, H', W'), of `x` of shape (N, C, H, W)."""
        require_images(f"MaxPool2d({self.kernel})", x)
        of_rows, row_winners = _largest(x, self._columns)
        y, winners = _largest(of_rows, self._rows)
        self._saved = x.shape, row_winners, of_rows.shape, winners
        return y

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, C, H, W)."""
        shape, row_winners, of_rows_shape, winners = self._saved
        of_rows = _to_winners(dy, winners, self._rows, of_rows_shape)
        return _to_winners(of_rows, row_winners, self._columns, shape)


def _largest(x: Array, windows: Windows) -> tuple[Array, Winners]:
    """Return the maximum of every window along one axis, and which of the window's pixels it is."""
    shape = windows.places(x)
    y = np.empty(shape, dtype=x.dtype)
    winners = np.zeros(shape, dtype=np.min_scalar_type(windows.kernel))
    (places, pixels), *others = windows.slices(shape[windows.axis], x.shape[windows.axis])
    y[places] = x[pixels]
    for place in range(-(-windows.padding // windows.stride)):  # the windows that begin in the padding
        at = windows.index(slice(place, place + 1))
        y[at], winners[at] = x[windows.index(slice(0, 1))], windows.padding - place * windows.stride
    for pixel, (places, pixels) in enumerate(others, start=1):
        candidate, best, winner = x[pixels], y[places], winners[places]
        np.maximum(winner, np.multiply(candidate > best, pixel, dtype=winner.dtype), out=winner)
        np.maximum(best, candidate, out=best)
    return y, winners


def _to_winners(dy: Array, winners: Winners, windows: Windows, shape: tuple[int, ...]) -> Array:
    """Return an array of `shape`, in which every window has added its dy to the pixel that won it."""
    dx = np.zeros(shape, dtype=dy.dtype)
    for pixel, (places, pixels) in enumerate(windows.slices(dy.shape[windows.axis], shape[windows.axis])):
        if windows.stride >= windows.kernel:  # no pixel is in two windows
            np.multiply(dy[places], winners[places] == pixel, out=dx[pixels])
        else:
            dx[pixels] += dy[places] * (winners[places] == pixel)
    return dx
