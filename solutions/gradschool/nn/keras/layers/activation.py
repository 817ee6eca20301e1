"""Activations as layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradschool import nn
from gradschool.nn.keras import activations
from gradschool.nn.keras.conversions import PLAIN, Order, Shape
from gradschool.nn.keras.layers.layer import Layer


class Activation(Layer):
    """An activation by its name: `Activation("relu")`."""

    def __init__(self, activation: Any, **common: Any) -> None:
        """Take a name, a function of `keras.activations` or a layer of `gradschool.nn`."""
        super().__init__(**common)
        activations.get(activation)
        self.function = activation

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return the activation; nothing if it is linear."""
        layer = activations.get(self.function)
        return [] if layer is None else [layer]

    def order_for(self, shape: Shape) -> Order | None:
        """Return Keras' order for what works along the last axis, and None for what works entry by entry."""
        return PLAIN if hasattr(activations.get(self.function), "axis") else None


class ReLU(Activation):
    """max(0, x), or with a slope below 0, or with 6 as the largest value."""

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **common: Any
    ) -> None:
        """Keep the options; raise ValueError for a combination that there is not."""
        if threshold or max_value not in (None, 6) or (max_value is not None and negative_slope):
            options = f"max_value={max_value}, negative_slope={negative_slope}, threshold={threshold}"
            raise ValueError(f"ReLU({options}) is not here; there are ReLU(), ReLU(6) and ReLU(negative_slope=a)")
        leaky = nn.LeakyReLU(negative_slope) if negative_slope else "relu"
        super().__init__("relu6" if max_value else leaky, **common)


class LeakyReLU(Activation):
    """x where it is positive, and `negative_slope` times x where not."""

    def __init__(self, negative_slope: float = 0.3, **common: Any) -> None:
        """Keep the slope; `alpha` is its older name."""
        slope = common.pop("alpha", negative_slope)
        super().__init__(nn.LeakyReLU(slope), **common)


class ELU(Activation):
    """x where it is positive, and alpha (eˣ − 1) where not."""

    def __init__(self, alpha: float = 1.0, **common: Any) -> None:
        """Keep alpha."""
        super().__init__(nn.ELU(alpha), **common)


class Softmax(Activation):
    """Probabilities along an axis."""

    def __init__(self, axis: int = -1, **common: Any) -> None:
        """Keep the axis."""
        super().__init__(nn.Softmax(axis), **common)


def as_layer(activation: Any) -> Layer:
    """Return a new layer for what the `activation=` of a layer means: several layers may be given one object."""
    if isinstance(activation, type) and issubclass(activation, Layer):
        return activation()
    if isinstance(activation, Layer) and not isinstance(activation, Activation):
        raise ValueError(f"activation= takes a name or a layer that is an activation, got {activation!r}")
    return Activation(activation.function if isinstance(activation, Activation) else activation)
