"""Dropout: in training, every number is dropped with the probability p, and the others make up for it.

Forward      y = x m / (1 − p)        m = 0 with probability p, else 1, drawn for every entry of x
Backward     dx = dy m / (1 − p)      with the same m

The mean of y is x, so that evaluation needs no factor: there y = x and dx = dy. This is "inverted" dropout; the paper
leaves y = x m in training and multiplies by 1 − p in evaluation.

Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014), JMLR 15:1929-1958.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Dropout(Layer):
    """In training, entries of x set to zero at random and the others scaled up; in evaluation, x itself.

    `rate` is the probability to drop an entry. The mask is drawn from `rng` in every forward pass of training.
    """

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        """Drop entries with the probability `rate`, from 0 to below 1."""
        if not 0 <= rate < 1:
            raise ValueError(f"rate is the probability to drop an entry, from 0 to below 1, got {rate}")
        self.rate = float(rate)
        self.rng = rng

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return x with entries dropped and the others divided by 1 − rate; without `train`, x itself."""
        self._kept = self.rng.random(x.shape, dtype=np.float32) >= self.rate if train else None
        return x if self._kept is None else x * self._kept / (1 - self.rate)

    def backward(self, dy: Array) -> Array:
        """Return dX of the shape of x, with the mask of the forward pass."""
        kept = self._kept
        return dy if kept is None else dy * kept / (1 - self.rate)
