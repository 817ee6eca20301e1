"""What the layers of images share: where the channels are, and how many places a window has.

"valid"   ⌊(size − k) / s⌋ + 1 places
"same"    ⌈size / s⌉ places, with as much padding as that takes; what is odd of it goes below and to the right
"""

from __future__ import annotations

from typing import Any

from gradschool import nn
from gradschool.nn.keras.conversions import IMAGES, PLAIN, Order, Shape
from gradschool.nn.keras.layers.layer import Layer, positive
from gradschool.nn.types import Array


class ImageLayer(Layer):
    """A layer of images: channels last, as Keras has them, unless `data_format` is "channels_first"."""

    def __init__(self, *, data_format: str | None = None, **common: Any) -> None:
        """Keep where the channels are."""
        super().__init__(**common)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(f"data_format is 'channels_last' or 'channels_first', got {data_format!r}")
        self.channels_first = data_format == "channels_first"

    def order_for(self, shape: Shape) -> Order | None:
        """Return the library's order, (N, C, H, W), which channels-first images have already."""
        self.split(shape)
        return PLAIN if self.channels_first else IMAGES

    def split(self, shape: Shape) -> tuple[int | None, int | None, int]:
        """Return height, width and channels of an image; raise ValueError if it is none."""
        example = "(C, H, W)" if self.channels_first else "(H, W, C)"
        channels = shape[0 if self.channels_first else -1] if len(shape) == 3 else None
        if channels is None:
            advice = "; images without an axis of channels get one by Reshape((H, W, 1))" if len(shape) == 2 else ""
            raise ValueError(f"{type(self).__name__} takes images {example} as examples, got {shape}{advice}")
        h, w = (size for i, size in enumerate(shape) if i != (0 if self.channels_first else 2))
        return h, w, channels

    def join(self, h: int | None, w: int | None, channels: int) -> Shape:
        """Return the shape of an image."""
        return (channels, h, w) if self.channels_first else (h, w, channels)


class Padded(nn.Layer):
    """Images with rows and columns of one value around them."""

    def __init__(self, sides: tuple[int, int, int, int], value: float) -> None:
        """Keep how many: (above, below, left, right)."""
        self.sides, self.value = sides, value

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the larger images."""
        import numpy as np

        top, bottom, left, right = self.sides
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=self.value)

    def backward(self, dy: Array) -> Array:
        """Return the part of dy that belongs to x."""
        top, bottom, left, right = self.sides
        return dy[:, :, top : dy.shape[2] - bottom, left : dy.shape[3] - right]


def pair(owner: str, argument: str, value: Any) -> tuple[int, int]:
    """Return (h, w) for a whole number above 0, or for two of them."""
    both = tuple(value) if isinstance(value, list | tuple) else (value, value)
    if len(both) != 2:
        raise ValueError(f"{owner}({argument}={value!r}) takes a whole number or two of them, (h, w)")
    return positive(owner, argument, both[0]), positive(owner, argument, both[1])


def padding_mode(owner: str, padding: str) -> str:
    """Return the padding, "valid" or "same"."""
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f"{owner}(padding={padding!r}) takes 'valid' or 'same'; ZeroPadding2D pads by numbers")
    return padding.lower()


def places(size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    """Return how many places a window has along an axis."""
    if size is None:
        return None
    return -(-size // stride) if padding == "same" else (size - dilation * (kernel - 1) - 1) // stride + 1


def same_sides(size: int | None, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return the padding before and after an axis that "same" takes."""
    if size is None:
        raise ValueError("padding='same' with strides above 1 takes images of a fixed size")
    total = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2
