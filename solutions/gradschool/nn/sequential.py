"""Layers in a row: the chain rule, as a loop.

Forward      x → layer 1 → layer 2 → … → y
Backward     dx ← layer 1 ← layer 2 ← … ← dy
"""

from __future__ import annotations

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Sequential(Layer):
    """Layers in a row, which together are a layer."""

    def __init__(self, *layers: Layer) -> None:
        """Put the layers in a row, in the order in which x meets them."""
        self.layers = layers
        self.require_layers()

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the last layer's output; every layer is told `train`."""
        for layer in self.layers:
            x = layer.forward(x, train=train)
        return x

    def backward(self, dy: Array) -> Array:
        """Return the gradient with respect to x; every layer adds to its gradients."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def accumulate(self, dy: Array) -> None:
        """Let every layer add to its gradients; nothing is computed below the first layer that has any."""
        first = next((i for i, layer in enumerate(self.layers) if layer.parameters()), len(self.layers))
        for layer in reversed(self.layers[first + 1 :]):
            dy = layer.backward(dy)
        for layer in self.layers[first : first + 1]:
            layer.accumulate(dy)

    def require_layers(self) -> None:
        """Raise ValueError unless all are layers, and no two are one: a layer remembers a single forward pass."""
        for i, layer in enumerate(self.layers):
            if isinstance(layer, type) or not hasattr(layer, "forward"):
                advice = "Sequential(*layers)" if isinstance(layer, list | tuple) else "an object, such as Dense(2, 3)"
                raise ValueError(f"Sequential takes layers, got {layer!r} at place {i}; write {advice}")
            if any(layer is other for other in self.layers[:i]):
                raise ValueError(
                    f"Sequential has one layer twice, the second time at place {i}; make one for each place"
                )
