"""Scaled exponential linear unit.

Forward      Y = λ · (X if X > 0 else α (eˣ − 1))       X, Y of any one shape

Backward     dX = dY · λ · (1 if X > 0 else α eˣ)       λ α at the kink X = 0, as in PyTorch

λ and α are such that weights of mean 0 and variance 1/fan_in, which `lecun_normal` draws, keep a signal of mean 0 and
variance 1 as it is.

Klambauer, Unterthiner, Mayr & Hochreiter (2017), NeurIPS, arXiv:1706.02515.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

SCALE = 1.0507009873554805
ALPHA = 1.6732632423543772


class SELU(Layer):
    """The exponential linear unit that keeps a signal's mean at 0 and its variance at 1."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        return SCALE * np.maximum(x, 0) + SCALE * ALPHA * np.expm1(np.minimum(x, 0))

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`; at x = 0 the derivative is that of the exponential, 1.758."""
        x = self._x
        return dy * np.where(x > 0, SCALE, SCALE * ALPHA * np.exp(np.minimum(x, 0)))
