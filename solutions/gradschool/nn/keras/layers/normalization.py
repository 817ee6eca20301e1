"""Normalisation under Keras' names."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradschool import nn
from gradschool.nn.keras.conversions import IMAGES, PLAIN, Order, Shape
from gradschool.nn.keras.layers.layer import Layer
from gradschool.nn.types import Array


class ForgivingBatchNorm(nn.BatchNorm):
    """A BatchNorm that lets a last batch of one example pass: with the running statistics, and without moving them."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return y; a batch that has one value of each feature has no spread of its own."""
        return super().forward(x, train=train and x.size >= 2 * self.gamma.value.size)


class BatchNormalization(Layer):
    """Every feature with the mean and spread of its batch taken out; in prediction, those of the batches seen.

    `momentum` is the share that the running statistics *keep*: 0.99 is `nn.BatchNorm(momentum=0.01)`.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **common: Any,
    ) -> None:
        """Keep the plan; `axis` is that of the features or channels, the last, or 1 for channels-first images."""
        super().__init__(**common)
        if not 0 <= momentum <= 1:
            raise ValueError(f"BatchNormalization(momentum={momentum}) takes the share that is kept, from 0 to 1")
        self.axis, self.momentum, self.epsilon, self.center, self.scale = axis, momentum, epsilon, center, scale

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.BatchNorm`; the steps of sequences count as examples."""
        features = shape[0 if self._channels_first(shape) else -1]
        if features is None or len(shape) > 3:
            raise ValueError(
                f"BatchNormalization takes rows, sequences or images with a number of features, got {shape}"
            )
        norm = ForgivingBatchNorm(features, momentum=1 - self.momentum, epsilon=self.epsilon)
        self.unused += [one for one, used in ((norm.gamma, self.scale), (norm.beta, self.center)) if not used]
        return [nn.TimeDistributed(norm) if len(shape) == 2 else norm]

    def order_for(self, shape: Shape) -> Order | None:
        """Return the library's order for images, and Keras' for all else."""
        return IMAGES if len(shape) == 3 and not self._channels_first(shape) else PLAIN

    def _channels_first(self, shape: Shape) -> bool:
        """Return whether the features are the first axis of the image."""
        if self.axis in (-1, len(shape)):
            return False
        if self.axis == 1 and len(shape) == 3:
            return True
        raise ValueError(f"BatchNormalization takes axis=-1, or axis=1 for channels-first images, got {self.axis}")


class LayerNormalization(Layer):
    """Every example's last axis with its own mean and spread taken out."""

    def __init__(
        self, axis: int = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True, **common: Any
    ) -> None:
        """Keep the plan."""
        super().__init__(**common)
        if axis != -1:
            raise ValueError(f"LayerNormalization takes axis=-1, got {axis}")
        self.epsilon, self.center, self.scale = epsilon, center, scale

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.LayerNorm` of the last axis."""
        if shape[-1] is None:
            raise ValueError(f"LayerNormalization takes examples with a number of features, got {shape}")
        norm = nn.LayerNorm(shape[-1], epsilon=self.epsilon)
        self.unused += [one for one, used in ((norm.gamma, self.scale), (norm.beta, self.center)) if not used]
        return [norm]
