"""Layers of features: Dense, the normalisations, Embedding, Dropout; and those that only arrange or check.

Dense        Y = X W + b
BatchNorm    C = X − mean(X)       Y = γ C / √(mean(C²) + ε) + β       over the batch, or with the running statistics
LayerNorm    the same over the features of each example
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from gradschool.nn.autograd import functions as f
from gradschool.nn.autograd.faces import Taped, average
from gradschool.nn.autograd.recorded import plain
from gradschool.nn.autograd.tensor import Tensor
from gradschool.nn.layers import batch_norm, dense, dropout, embedding, flatten, input, layer_norm
from gradschool.nn.layers.features import per_feature

if TYPE_CHECKING:
    from gradschool.nn.types import Array


class Dense(Taped, dense.Dense):
    """Every output is a weighted sum of every input, plus a bias."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return X W + b, of shape (N, outputs), for `x` of shape (N, inputs)."""
        self.require_shape(x.data)
        return x @ self.W + self.b


class BatchNorm(Taped, batch_norm.BatchNorm):
    """Features normalised over the batch, then scaled and shifted."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return y for `x` of shape (N, features) or (N, features, H, W); in training, move the running statistics."""
        self.require_shape(x.data, train)
        axes = (0, 2, 3)[: x.ndim - 1]
        if train:
            mean = average(x, axes, keepdims=True)
            centred = x - mean
            variance = average(f.square(centred), axes, keepdims=True)
            self.follow(mean.data.ravel(), variance.data.ravel(), x.size // x.shape[1])
        else:
            centred = x - Tensor(per_feature(self.running_mean, x.data)[None])
            variance = Tensor(per_feature(self.running_var, x.data)[None])
        gamma, beta = (f.reshape(p, (1, -1) + (1,) * (x.ndim - 2)) for p in (self.gamma, self.beta))
        return gamma * (centred / f.sqrt(variance + self.epsilon)) + beta


class LayerNorm(Taped, layer_norm.LayerNorm):
    """Examples normalised over their own features, then scaled and shifted."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return y of the shape of `x`, whose last axes are the features."""
        self.require_shape(x.data)
        axes = tuple(range(-len(self.gamma.shape), 0))
        centred = x - average(x, axes, keepdims=True)
        variance = average(f.square(centred), axes, keepdims=True)
        return centred / f.sqrt(variance + self.epsilon) * self.gamma + self.beta


class Embedding(Taped, embedding.Embedding):
    """A table with a row of features for every token, in which x is looked up."""

    def compute(self, x: Any, *, train: bool) -> Tensor:
        """Return the rows of W, of shape (*x.shape, features), for whole numbers `x`."""
        self.require_tokens(x)
        return Tensor.of(self.W)[x.astype(np.intp)]

    @property
    def tokens(self) -> bool:
        """It takes whole numbers."""
        return True


class Dropout(Taped, dropout.Dropout):
    """In training, entries of x set to zero at random and the others scaled up."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return x with entries dropped and the others divided by 1 − rate; without `train`, x itself."""
        if not train:
            return x
        kept: Array = (self.rng.random(x.shape, dtype=np.float32) >= self.rate).astype(x.dtype)
        return x * kept / (1 - self.rate)


class Flatten(Taped, flatten.Flatten):
    """All axes but the first become one."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return `x`, of shape (N, …), in the shape (N, D)."""
        if not x.ndim:
            flatten.Flatten.forward(self, x.data)  # which refuses it
        return x.reshape(x.shape[0], prod(x.shape[1:]))


class Input(Taped, input.Input):
    """What begins a network: it lets through what has the right shape, and refuses the rest."""

    @property
    def tokens(self) -> None:
        """Whatever comes is passed on."""

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return `x`."""
        input.Input.forward(self, plain(x))  # which refuses what is wrong
        return x
