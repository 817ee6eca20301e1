"""Layer normalisation: every example is normalised over its own features, whatever the rest of the batch is.

Forward      μ = mean of x        σ² = mean of (x − μ)²        over the D features of one example
             x̂ = (x − μ) / √(σ² + ε)
             y = γ x̂ + β          X, Y (…, D): (N, D), or (T, N, D);   γ, β (D,);   μ, σ² one number for each example

Backward     dβ = Σ dY        dγ = Σ dY X̂        sums over the examples
             dx̂ = γ dy
             dx = (dx̂ − mean of dx̂ − x̂ · mean of (dx̂ x̂)) / √(σ² + ε)        means over the features

σ² is the biased variance, as in PyTorch. Training and evaluation are the same. With several axes of features,
(C, H, W) say, D is their product.

Ba, Kiros & Hinton (2016), arXiv:1607.06450.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class LayerNorm(Layer):
    """Examples normalised over their own features, then scaled and shifted feature by feature.

    `features` is the size of the last axis, or the sizes of the last axes, over which the mean and the biased variance
    are taken. `gamma` and `beta`, of that shape, start at one and zero and do not decay.
    """

    def __init__(self, features: int | Sequence[int], *, epsilon: float = 1e-5) -> None:
        """Make gamma and beta for `features`."""
        shape = tuple(features) if isinstance(features, Sequence) else (features,)
        if not shape or min(shape) < 1:
            raise ValueError(f"features is a number of 1 or more, or a shape of such numbers, got {features!r}")
        if not epsilon >= 0:
            raise ValueError(f"epsilon is a number of 0 or more, got {epsilon}")
        self.gamma = Parameter(np.ones(shape), decay=False)
        self.beta = Parameter(np.zeros(shape), decay=False)
        self.epsilon = float(epsilon)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return y of the shape of `x`, whose last axes are the features; any axes may come before them."""
        self.require_shape(x)
        examples = floating(x).reshape(-1, self.gamma.value.size)
        normalised = examples - _mean(examples)[:, None]
        variance = _mean_of_products(normalised, normalised)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        normalised *= inverse[:, None]
        self._saved = normalised, inverse
        y = normalised * self.gamma.value.ravel()
        y += self.beta.value.ravel()
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        """Return dX of the shape of x; add dgamma and dbeta to the gradients."""
        normalised, inverse = self._saved
        examples = dy.reshape(normalised.shape)
        self.beta.grad += examples.sum(axis=0).reshape(self.beta.shape)
        self.gamma.grad += np.einsum("nd,nd->d", examples, normalised).reshape(self.gamma.shape)
        dx = examples * self.gamma.value.ravel()
        share = _mean_of_products(dx, normalised)
        dx -= _mean(dx)[:, None]
        dx -= normalised * share[:, None]
        dx *= inverse[:, None]
        return dx.reshape(dy.shape)

    def require_shape(self, x: Array) -> None:
        """Raise ValueError unless the last axes of `x` are the features."""
        shape = self.gamma.shape
        if x.ndim > len(shape) and x.shape[-len(shape) :] == shape:
            return
        name = shape[0] if len(shape) == 1 else shape
        sizes = ", ".join(map(str, shape))
        advice = "; x[None] is a batch of one" if x.shape == shape else ""
        raise ValueError(f"LayerNorm({name}) takes x of shape (…, {sizes}), got {x.shape}{advice}")


def _mean(examples: Array) -> Array:
    """Return the mean of every row: a product with a vector, which is faster than a sum along the rows."""
    features = examples.shape[1]
    mean: Array = examples @ np.full(features, 1 / features, dtype=examples.dtype)
    return mean


def _mean_of_products(one: Array, other: Array) -> Array:
    """Return the mean of `one` times `other` for every row, without storing the products."""
    mean: Array = np.einsum("nd,nd->n", one, other)
    mean /= one.shape[1]
    return mean
