"""Layers that hold layers: in a row, or one for every step of a sequence."""

from __future__ import annotations

from typing import Any

from gradschool.nn import sequential
from gradschool.nn.autograd.faces import Taped, through
from gradschool.nn.autograd.recorded import plain
from gradschool.nn.layers import time_distributed
from gradschool.nn.layers.layer import Layer


def takes_tokens(layers: tuple[Layer, ...]) -> bool | None:
    """Return whether the first layer that minds takes whole numbers; None if none minds."""
    answers = (layer.tokens for layer in layers if isinstance(layer, Taped))
    return next((answer for answer in answers if answer is not None), None)


class Sequential(Taped, sequential.Sequential):
    """Layers in a row, which together are a layer."""

    @property
    def tokens(self) -> bool | None:
        """Whether the first layer takes whole numbers."""
        return takes_tokens(self.layers)

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return the last layer's output; every layer is told `train`."""
        for layer in self.layers:
            x = through(layer, x, train=train)
        return x


class TimeDistributed(Taped, time_distributed.TimeDistributed):
    """The layer inside, applied to each step of each sequence with the same parameters."""

    @property
    def tokens(self) -> bool | None:
        """Whether the layer takes whole numbers."""
        return takes_tokens((self.layer,))

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return the layer's output for every step, (T, N, …), for `x` of shape (T, N, …)."""
        if x.ndim < 2:
            time_distributed.TimeDistributed.forward(self, plain(x))  # which refuses it
        steps, examples, *features = x.shape
        y = through(self.layer, x.reshape(steps * examples, *features), train=train)
        return y.reshape(steps, examples, *y.shape[1:])
