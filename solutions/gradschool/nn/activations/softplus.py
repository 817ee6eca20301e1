"""Softplus: a smooth ReLU.

Forward      Y = log(1 + e^(β X)) / β         X, Y of any one shape

Backward     dX = dY · σ(β X)                 σ the sigmoid

The formula holds for every X. (PyTorch goes over to Y = X where β X > 20; the two differ by 2.1e-9 / β at most.)

Dugas, Bengio, Bélisle, Nadeau & Garcia (2001), NeurIPS 13, 472-478.
"""

from __future__ import annotations

from gradschool.nn.activations.stable import sigmoid, softplus
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Softplus(Layer):
    """A smooth ReLU, the sharper the larger `beta`."""

    def __init__(self, beta: float = 1.0) -> None:
        """Keep beta; raise ValueError unless it is above 0."""
        if not beta > 0:
            raise ValueError(f"Softplus(beta={beta}) takes a beta above 0")
        self.beta = float(beta)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x
        return softplus(self.beta * x) / self.beta

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x = self._x
        return dy * sigmoid(self.beta * x)
