"""A layer applied to every step of a sequence on its own.

Forward      yₜ = layer(xₜ)        x (T, N, …)   y (T, N, …)

Backward     dxₜ = the layer's backward of dyₜ; the gradients of its parameters are the sums over all steps

Steps do not depend on each other, so they are examples: the layer sees one batch of T N of them.
"""

from __future__ import annotations

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class TimeDistributed(Layer):
    """The layer inside, applied to each step of each sequence with the same parameters."""

    def __init__(self, layer: Layer) -> None:
        """Wrap `layer`, which takes batches of the shape (N, …) that one step has."""
        self.layer = layer

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the layer's output for every step, (T, N, …), for `x` of shape (T, N, …)."""
        if x.ndim < 2:
            raise ValueError(f"TimeDistributed takes x of shape (T, N, …), got {x.shape}")
        self._shape = x.shape
        y = self.layer.forward(_folded(x), train=train)
        return y.reshape(*x.shape[:2], *y.shape[1:])

    def backward(self, dy: Array) -> Array:
        """Return dX of the shape of `x`; the layer adds to its gradients."""
        return self.layer.backward(_folded(dy)).reshape(self._shape)

    def accumulate(self, dy: Array) -> None:
        """Let the layer add to its gradients."""
        self.layer.accumulate(_folded(dy))


def _folded(x: Array) -> Array:
    """Return `x`, of shape (T, N, …), as (T N, …)."""
    steps, examples, *features = x.shape
    return x.reshape(steps * examples, *features)
