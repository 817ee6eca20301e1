"""Convolution under Keras' name."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradschool import nn
from gradschool.nn.keras import initializers, regularizers
from gradschool.nn.keras.conversions import Shape
from gradschool.nn.keras.layers.images import ImageLayer, padding_mode, pair, places, same_sides
from gradschool.nn.keras.layers.layer import positive


class Conv2D(ImageLayer):
    """Every one of `filters` output channels is a filter's answer at every place of the image."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        **common: Any,
    ) -> None:
        """Keep the plan; W of shape (filters, channels, kh, kw) and b are made once the channels are known."""
        super().__init__(data_format=data_format, activation=activation, **common)
        self.filters = positive("Conv2D", "filters", filters)
        self.kernel = pair("Conv2D", "kernel_size", kernel_size)
        self.strides = pair("Conv2D", "strides", strides)
        self.dilation = pair("Conv2D", "dilation_rate", dilation_rate)
        self.padding = padding_mode("Conv2D", padding)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = initializers.get(kernel_initializer), bias_initializer
        self.penalty = regularizers.get(kernel_regularizer)

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.Conv2d`, after the padding that "same" with strides takes."""
        h, w, channels = self.split(shape)
        self.shape_after(shape)
        before: list[nn.Layer] = []
        padding = self.padding
        if padding == "same" and self.strides != (1, 1):
            sizes = zip((h, w), self.kernel, self.strides, self.dilation, strict=True)
            (top, bottom), (left, right) = (same_sides(*one) for one in sizes)
            before, padding = [nn.ZeroPad2d((left, right, top, bottom))], "valid"
        conv = nn.Conv2d(
            channels,
            self.filters,
            self.kernel,
            stride=self.strides,
            padding=padding,
            dilation=self.dilation,
            init=self.kernel_initializer,
            rng=rng,
        )
        self._settle(conv, self.penalty, self.use_bias, self.bias_initializer, rng)
        return [*before, conv]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the shape of the filters' answers; raise ValueError if the kernel is larger than the image."""
        *size, _ = self.split(shape)
        windows = zip(size, self.kernel, self.strides, self.dilation, strict=True)
        h, w = (places(n, k, s, self.padding, d) for n, k, s, d in windows)
        if any(n is not None and n < 1 for n in (h, w)):
            raise ValueError(
                f"Conv2D(kernel_size={self.kernel}) is larger than images {shape}; padding='same' pads them"
            )
        return self.join(h, w, self.filters)


Convolution2D = Conv2D
