"""What a window is, and where it goes on an image: the geometry that convolution's functions share."""

from __future__ import annotations

from typing import NamedTuple


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
