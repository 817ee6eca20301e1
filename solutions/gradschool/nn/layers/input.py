"""Input: says what shape an example has.

Forward      Y = X        X, Y (N, *shape)

Backward     dX = dY
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Input(Layer):
    """What begins a network: it lets through what has the right shape, and refuses the rest."""

    def __init__(self, *shape: int | Sequence[int]) -> None:
        """Keep the shape of one example: `Input(1, 28, 28)` or `Input((1, 28, 28))`, without the axis of the batch."""
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
        try:
            self.shape = tuple(index(size) for size in sizes)  # type: ignore[arg-type]
        except TypeError:
            raise ValueError(f"Input takes whole numbers, or one tuple of them, got {shape}") from None
        if any(size < 1 for size in self.shape):
            raise ValueError(f"Input takes sizes of 1 or more, without the axis of the batch, got {self.shape}")

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return `x`; raise ValueError unless its shape is (N, *shape)."""
        if x.shape[1:] == self.shape and x.ndim:
            return x
        sizes = ", ".join(map(str, self.shape))
        batch = f"(N, {sizes})" if sizes else "(N,)"
        advice = ""
        if x.shape == self.shape:
            advice = "; x[None] is a batch of one"
        elif x.ndim and x[:1].reshape(-1).shape == (prod(self.shape),):
            advice = f"; x.reshape(-1, {sizes}) if its rows are examples"
        raise ValueError(f"Input({sizes}) takes x of shape {batch}, got {x.shape}{advice}")

    def backward(self, dy: Array) -> Array:
        """Return dX, which is dY."""
        return dy
