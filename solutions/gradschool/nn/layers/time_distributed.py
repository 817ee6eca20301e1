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
        steps, examples, *features = x.shape
        y = self.layer.forward(x.reshape(steps * examples, *features), train=train)
        return y.reshape(steps, examples, *y.shape[1:])

    def backward(self, dy: Array) -> Array:
        """Return dX of the shape of `x`; the layer adds to its gradients."""
        steps, examples, *features = dy.shape
        dx = self.layer.backward(dy.reshape(steps * examples, *features))
        return dx.reshape(self._shape)

    def accumulate(self, dy: Array) -> None:
        """Let the layer add to its gradients."""
        steps, examples, *features = dy.shape
        self.layer.accumulate(dy.reshape(steps * examples, *features))
