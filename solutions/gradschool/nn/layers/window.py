"""What a window is, and where it goes on an image: the geometry that the layers of images share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.images import pair

Pixels = npt.NDArray[np.integer[Any]]
"""For every place of a window, the number of one of its pixels: 0 for the first."""


class Window(NamedTuple):
    """What a window is, and where it goes: pairs (h, w), and the pixels of padding on the four sides."""

    kernel: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Above, below, to the left and to the right of the image."""

    def within(self) -> Window:
        """Return the window without its padding, for images that have theirs."""
        return self._replace(padding=(0, 0, 0, 0))


def pool_window(
    kernel: int | Sequence[int], stride: int | Sequence[int] | None = None, padding: int | Sequence[int] = 0
) -> Window:
    """Return the window of a pooling layer, for numbers or pairs (h, w); the stride is the kernel unless it is given.

    Raises ValueError for sizes that make no sense.
    """
    kernels, paddings = pair(kernel, "kernel"), pair(padding, "padding", least=0)
    strides = kernels if stride is None else pair(stride, "stride")
    if any(2 * p > k for k, p in zip(kernels, paddings, strict=True)):
        raise ValueError(
            f"padding is half of the kernel or less, got {padding!r} for a kernel of {kernel!r}; "
            "a window of nothing but padding has no value"
        )
    return Window(kernels, strides, padding=(paddings[0], paddings[0], paddings[1], paddings[1]))
