"""Pooling and padding of images under Keras' names."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradschool import nn
from gradschool.nn.keras.conversions import Shape
from gradschool.nn.keras.layers.images import ImageLayer, Padded, padding_mode, pair, places, same_sides


class Pooling2D(ImageLayer):
    """What the two sorts of pooling share."""

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **common: Any,
    ) -> None:
        """Keep the windows; without `strides` they stand side by side."""
        super().__init__(data_format=data_format, **common)
        name = type(self).__name__
        self.kernel = pair(name, "pool_size", pool_size)
        self.strides = self.kernel if strides is None else pair(name, "strides", strides)
        self.padding = padding_mode(name, padding)

    def shape_after(self, shape: Shape) -> Shape:
        """Return the shape of what is left; raise ValueError if that is nothing."""
        *size, channels = self.split(shape)
        h, w = (places(n, k, s, self.padding) for n, k, s in zip(size, self.kernel, self.strides, strict=True))
        if any(n is not None and n < 1 for n in (h, w)):
            name = type(self).__name__
            raise ValueError(f"{name}(pool_size={self.kernel}) is larger than images {shape}; padding='same' pads them")
        return self.join(h, w, channels)

    def sides(self, shape: Shape) -> tuple[int, int, int, int]:
        """Return how many rows and columns of padding there are: (above, below, left, right)."""
        if self.padding == "valid":
            return 0, 0, 0, 0
        *size, _ = self.split(shape)
        rows, columns = (same_sides(n, k, s) for n, k, s in zip(size, self.kernel, self.strides, strict=True))
        return (*rows, *columns)


class MaxPooling2D(Pooling2D):
    """The largest pixel of every window of every channel."""

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.MaxPool2d`, after padding that is never the largest."""
        self.shape_after(shape)
        sides = self.sides(shape)
        before: list[nn.Layer] = [Padded(sides, -np.inf)] if any(sides) else []
        return [*before, nn.MaxPool2d(self.kernel, stride=self.strides)]


class AveragePooling2D(Pooling2D):
    """The mean of every window of every channel."""

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.AvgPool2d`; raise ValueError if it would have to pad."""
        self.shape_after(shape)
        if any(self.sides(shape)):
            raise ValueError(f"AveragePooling2D(padding='same') has to pad images {shape}, which it cannot; crop them")
        return [nn.AvgPool2d(self.kernel, stride=self.strides)]


class GlobalAveragePooling2D(ImageLayer):
    """The mean of every channel."""

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.GlobalAvgPool2d`."""
        return [nn.GlobalAvgPool2d()]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the number of channels."""
        return (self.split(shape)[2],)


class ZeroPadding2D(ImageLayer):
    """Images with rows and columns of zeros around them."""

    def __init__(self, padding: Any = 1, data_format: str | None = None, **common: Any) -> None:
        """Keep how many: a number, (h, w), or ((above, below), (left, right))."""
        super().__init__(data_format=data_format, **common)
        try:
            rows, columns = padding if isinstance(padding, list | tuple) else (padding, padding)
            (top, bottom), (left, right) = (
                two if isinstance(two, list | tuple) else (two, two) for two in (rows, columns)
            )
            self.padding = int(top), int(bottom), int(left), int(right)
        except (TypeError, ValueError):
            forms = "a number, (h, w), or ((above, below), (left, right))"
            raise ValueError(f"ZeroPadding2D takes {forms}, got {padding!r}") from None

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.ZeroPad2d`."""
        top, bottom, left, right = self.padding
        return [nn.ZeroPad2d((left, right, top, bottom))]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the larger shape."""
        h, w, channels = self.split(shape)
        top, bottom, left, right = self.padding
        return self.join(h and h + top + bottom, w and w + left + right, channels)


MaxPool2D = MaxPooling2D
AvgPool2D = AveragePooling2D
