"""Pooling, one axis after the other: the functions of `pooling` under the same names, and what the layers compute with.

The maximum and the sum of kh × kw pixels are those over kw columns, and then over kh rows: kh + kw slices of the images
instead of kh · kw.

The first maximum of a window is in the first row that has the maximum, and is the first in that row. So `max_pool`
looks for the winner of each row of the windows, and then for the winner among the rows. Here an image of nothing but −∞
has winners, too, and a window with a NaN gives NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.axis_windows import AxisWindows, rows_and_columns
from gradschool.nn.layers.window import Pixels, Window
from gradschool.nn.types import Array


class Winners(NamedTuple):
    """Which pixel of every window is the largest."""

    in_row: Pixels
    """For every row of every window (N, C, H, OW), which of its pixels."""
    among_rows: Pixels
    """For every window (N, C, OH, OW), which of its rows."""


def max_pool(x: Array, window: Window) -> tuple[Array, Winners]:
    """Return y (N, C, OH, OW), the largest pixel of every window, and which one: of several, the first, by rows."""
    rows, columns = rows_and_columns(window)
    of_rows, in_row = _largest(x, columns)
    y, among_rows = _largest(of_rows, rows)
    return y, Winners(in_row, among_rows)


def max_pool_gradient(dy: Array, winners: Winners, size: tuple[int, ...], window: Window) -> Array:
    """Return dx (N, C, H, W), for images of `size` (H, W): every window adds its dy to the pixel that won it."""
    rows, columns = rows_and_columns(window)
    of_rows = _to_winners(dy, winners.among_rows, rows, winners.in_row.shape)
    return _to_winners(of_rows, winners.in_row, columns, (*dy.shape[:2], *size))


def avg_pool(x: Array, window: Window) -> Array:
    """Return y (N, C, OH, OW), the mean of every window; the padding counts as zeros."""
    rows, columns = rows_and_columns(window)
    y = _sum(_sum(floating(x), columns), rows)
    y /= rows.kernel * columns.kernel
    return y


def avg_pool_gradient(dy: Array, size: tuple[int, ...], window: Window) -> Array:
    """Return dx (N, C, H, W), for images of `size` (H, W): every window adds an equal share of its dy to its pixels."""
    rows, columns = rows_and_columns(window)
    share = dy / (rows.kernel * columns.kernel)
    of_rows = _to_all(share, rows, (*dy.shape[:2], size[0], dy.shape[3]))
    return _to_all(of_rows, columns, (*dy.shape[:2], *size))


def _largest(x: Array, windows: AxisWindows) -> tuple[Array, Pixels]:
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


def _to_winners(dy: Array, winners: Pixels, windows: AxisWindows, shape: tuple[int, ...]) -> Array:
    """Return an array of `shape`, in which every window has added its dy to the pixel that won it."""
    dx = np.zeros(shape, dtype=dy.dtype)
    for pixel, (places, pixels) in enumerate(windows.slices(dy.shape[windows.axis], shape[windows.axis])):
        if windows.stride >= windows.kernel:  # no pixel is in two windows
            np.multiply(dy[places], winners[places] == pixel, out=dx[pixels])
        else:
            dx[pixels] += dy[places] * (winners[places] == pixel)
    return dx


def _sum(x: Array, windows: AxisWindows) -> Array:
    """Return the sum of every window along one axis."""
    y = np.zeros(windows.places(x), dtype=x.dtype)
    for places, pixels in windows.slices(y.shape[windows.axis], x.shape[windows.axis]):
        y[places] += x[pixels]
    return y


def _to_all(dy: Array, windows: AxisWindows, shape: tuple[int, ...]) -> Array:
    """Return an array of `shape`, in which every window has added its dy to each of its pixels."""
    dx = np.zeros(shape, dtype=dy.dtype)
    for places, pixels in windows.slices(dy.shape[windows.axis], shape[windows.axis]):
        dx[pixels] += dy[places]
    return dx
