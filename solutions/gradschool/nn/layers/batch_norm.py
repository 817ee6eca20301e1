"""Batch normalisation: every feature gets the mean β and the spread γ, whatever the layers before it do.

Forward      μ = mean of X        σ² = mean of (X − μ)²        over the m values that the batch has of a feature
             X̂ = (X − μ) / √(σ² + ε)
             Y = γ X̂ + β

             X, Y (N, D): m = N, a mean for each of the D columns
             X, Y (N, C, H, W): m = N H W, a mean for each of the C channels;   γ, β, μ, σ² (D,) or (C,)

Backward     dβ = Σ dY        dγ = Σ dY X̂        sums over the m values
             dX = γ / √(σ² + ε) · (dY − dβ / m − X̂ dγ / m)

Conventions, which are PyTorch's: σ² is the biased variance, with the divisor m, and ε stands inside the root. In
training the running statistics move by the share α, `momentum`, towards the batch's,

             μ_run ← (1 − α) μ_run + α μ        σ²_run ← (1 − α) σ²_run + α σ² m / (m − 1)

the latter with the unbiased variance. In evaluation they stand for μ and σ². They are constants then: X̂ depends on X
only where it is seen, so dX = γ / √(σ²_run + ε) · dY.

Ioffe & Szegedy (2015), ICML, arXiv:1502.03167.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any, ClassVar

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class BatchNorm(Layer):
    """Features normalised over the batch, or channels over the batch and its pixels, then scaled and shifted.

    `gamma` and `beta`, of shape (features,), start at one and zero and do not decay. `running_mean` and `running_var`,
    which start at zero and one, follow the batches' mean and unbiased variance: in training each moves by the share
    `momentum` towards the batch's. A batch in training is normalised by its own mean and biased variance, one in
    evaluation by the running ones.
    """

    buffers: ClassVar[tuple[str, ...]] = ("running_mean", "running_var")

    def __init__(self, features: int, *, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        """Make gamma, beta and the running statistics for `features` columns or channels."""
        if features < 1:
            raise ValueError(f"features is a number of 1 or more, got {features}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum is a share from 0 to 1 of the batch in the running statistics, got {momentum}")
        if not epsilon >= 0:
            raise ValueError(f"epsilon is a number of 0 or more, got {epsilon}")
        self.gamma = Parameter(np.ones(features), decay=False)
        self.beta = Parameter(np.zeros(features), decay=False)
        self.running_mean, self.running_var = np.zeros(features), np.ones(features)
        self.momentum, self.epsilon = float(momentum), float(epsilon)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return y for `x` of shape (N, features) or (N, features, H, W); in training, move the running statistics."""
        self.require_shape(x, train)
        values = floating(x).reshape(*x.shape[:2], prod(x.shape[2:]))
        m = values.size // x.shape[1]
        mean = _sum(values) / m if train else self.running_mean
        centred = values - mean[:, None]
        variance = _sum_of_products(centred, centred) / m if train else self.running_var
        if train:
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * m / (m - 1) * variance
        inverse = 1 / np.sqrt(variance + self.epsilon)
        self._saved = centred, inverse, train
        y = centred * (self.gamma.value * inverse)[:, None]
        y += self.beta.value[:, None]
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        """Return dX of the shape of x; add dgamma and dbeta to the gradients."""
        centred, inverse, train = self._saved
        values = dy.reshape(centred.shape)
        dbeta, dgamma = _sum(values), _sum_of_products(values, centred) * inverse
        self.beta.grad += dbeta
        self.gamma.grad += dgamma
        scale = (self.gamma.value * inverse)[:, None]
        if not train:
            return (scale * values).reshape(dy.shape)
        m = centred.size // len(inverse)
        dx = centred * (inverse * dgamma / -m)[:, None]
        dx += values
        dx -= (dbeta / m)[:, None]
        dx *= scale
        return dx.reshape(dy.shape)

    def require_shape(self, x: Array, train: bool) -> None:
        """Raise ValueError unless `x` is (N, features) or (N, features, H, W), with two values of each in training."""
        (features,) = self.gamma.shape
        if x.ndim not in (2, 4) or x.shape[1] != features:
            advice = ""
            if x.ndim == 4 and x.shape[3] == features:
                advice = "; x.transpose(0, 3, 1, 2) if the channels come last"
            takes = f"x of shape (N, {features}) or (N, {features}, H, W)"
            raise ValueError(f"BatchNorm({features}) takes {takes}, got {x.shape}{advice}")
        if train and x.size < 2 * features:
            got = f"got one in x of shape {x.shape}" if x.size else f"got an empty batch of shape {x.shape}"
            advice = "take larger batches, and leave out a last one that is too small: fit(drop_last=True)"
            raise ValueError(f"BatchNorm({features}) needs two values of every feature in training, {got}; {advice}")


def _sum(values: Array) -> Array:
    """Return the sums of `values`, of shape (N, C, L), for each of the C."""
    if values.shape[2] == 1:  # where a product with ones is the fastest
        return _ones(len(values), values.dtype) @ values[:, :, 0]
    total: Array = np.einsum("ncl->c", values)
    return total


@lru_cache(maxsize=8)
def _ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return n ones, made once for each size of batch."""
    return np.ones(n, dtype=dtype)


def _sum_of_products(one: Array, other: Array) -> Array:
    """Return the sums of `one` times `other`, both of shape (N, C, L), for each of the C; store no products."""
    total: Array = np.einsum("ncl,ncl->c", one, other)
    return total
