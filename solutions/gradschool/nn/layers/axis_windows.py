"""Windows along one axis of images: what pooling over both axes is made of.

A window of k pixels at place o begins at pixel o s − p. Its pixel j, for all places at once, is a strided slice of x:

    X[o s − p + j],   o = first, …, last − 1      the places where it lies inside of the image

so a pass over k slices does for all windows what k pixels would do for one. The maximum and the mean over k_h × k_w
pixels are those over k_w columns and then over k_h rows: k_h + k_w slices instead of k_h · k_w.
"""

from __future__ import annotations

from dataclasses import dataclass

from gradschool.nn.layers.places import output_size
from gradschool.nn.layers.window import Window
from gradschool.nn.types import Array

Index = tuple[slice, ...]


@dataclass(frozen=True)
class AxisWindows:
    """Windows of `kernel` pixels along `axis`, `stride` pixels apart, with `padding` pixels on either side."""

    axis: int
    kernel: int
    stride: int
    padding: int

    def places(self, x: Array) -> tuple[int, ...]:
        """Return the shape of x with the number of places for the number of pixels."""
        pixels = x.shape[self.axis]
        count = output_size(pixels, self.kernel, self.stride, self.padding)
        if not pixels:  # the windows see nothing but padding
            raise ValueError(f"pooling takes images with pixels, got none along axis {self.axis}")
        return (*x.shape[: self.axis], count, *x.shape[self.axis + 1 :])

    def slices(self, places: int, pixels: int) -> list[tuple[Index, Index]]:
        """Return for each pixel of a window the places where it is inside of the image, and where it is in x there."""
        found = []
        for begin in range(-self.padding, self.kernel - self.padding):
            first = max(0, -(begin // self.stride))
            last = max(first, min(places, (pixels - 1 - begin) // self.stride + 1))
            start = begin + first * self.stride
            stop = max(start, begin + (last - 1) * self.stride + 1)
            found.append((self.index(slice(first, last)), self.index(slice(start, stop, self.stride))))
        return found

    def index(self, along: slice) -> Index:
        """Return the index of `along` on the axis, and of everything on those before it."""
        return (*(slice(None),) * self.axis, along)


def rows_and_columns(window: Window) -> tuple[AxisWindows, AxisWindows]:
    """Return the windows along the rows' axis and along the columns'; the padding of both sides of an axis is equal."""
    (kh, kw), (sh, sw), _, (top, _, left, _) = window
    return AxisWindows(2, kh, sh, top), AxisWindows(3, kw, sw, left)
