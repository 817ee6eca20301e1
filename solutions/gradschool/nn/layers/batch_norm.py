"""Batch normalisation: every feature gets the mean β and the spread γ, whatever the layers before it do.

Forward      μ = mean of X        σ² = mean of (X − μ)²        over the m values that the batch has of a feature
             X̂ = (X − μ) / √(σ² + ε)
             Y = γ X̂ + β

             X, Y (N, D): m = N, a mean for each of the D columns
             X, Y (N, C, H, W): m = N H W, a mean for each of the C channels;   γ, β, μ, σ² (D,) or (C,)

Backward     dβ = Σ dY        dγ = Σ dY X̂        sums over the m values
             dX = γ / √(σ² + ε) · (dY − dβ / m − X̂ dγ / m)

             `backward_closed` computes that. `backward_by_graph` is where it comes from, node by node, with
             C = X − μ and s = 1 / √(σ² + ε): the layer has no use for it, a reader has.

Conventions, which are PyTorch's: σ² is the biased variance, with the divisor m, and ε stands inside the root. In
training the running statistics move by the share α, `momentum`, towards the batch's,

             μ_run ← (1 − α) μ_run + α μ        σ²_run ← (1 − α) σ²_run + α σ² m / (m − 1)

the latter with the unbiased variance. In evaluation they stand for μ and σ². They are constants then: X̂ depends on X
only where it is seen, so dX = γ / √(σ²_run + ε) · dY.

Ioffe & Szegedy (2015), ICML, arXiv:1502.03167.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from gradschool.nn.layers.features import feature_dot, feature_sum, per_feature
from gradschool.nn.layers.layer import Layer
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


def centre(x: Array) -> tuple[Array, Array, Array]:
    """Return x minus its mean, of the shape of x, and the mean and the biased variance, (features,)."""
    m = x.size // x.shape[1]
    mean = feature_sum(x) / m
    centred = x - per_feature(mean, x)
    return centred, mean, feature_dot(centred, centred) / m


def normalize(centred: Array, variance: Array, gamma: Array, beta: Array, epsilon: float) -> tuple[Array, Array]:
    """Return Y, of the shape of `centred`, and what takes `centred` to X̂, of shape (features,)."""
    inverse = 1 / np.sqrt(variance + epsilon)
    y = centred * per_feature(gamma * inverse, centred)
    y += per_feature(beta, centred)
    return y, inverse


def backward_by_graph(dy: Array, centred: Array, inverse: Array, gamma: Array) -> tuple[Array, ...]:
    """Return dX̂, ds, dσ², dC, dμ and dX, for rows: `dy` and `centred` of shape (m, features)."""
    m = len(dy)
    dx_hat = gamma * dy
    ds = np.sum(dx_hat * centred, axis=0)
    dvariance = -0.5 * inverse**3 * ds
    dcentred = inverse * dx_hat + 2 / m * dvariance * centred
    dmean = -np.sum(dcentred, axis=0)
    dx = dcentred + dmean / m
    return dx_hat, ds, dvariance, dcentred, dmean, dx


def backward_closed(dy: Array, centred: Array, inverse: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """Return dX, of the shape of `dy`, and dγ and dβ, of shape (features,): all at once, in a few passes."""
    m = dy.size // dy.shape[1]
    dgamma, dbeta = inverse * feature_dot(dy, centred), feature_sum(dy)
    dx = centred * per_feature(inverse * dgamma / -m, dy)
    dx += dy
    dx -= per_feature(dbeta / m, dy)
    dx *= per_feature(gamma * inverse, dy)
    return dx, dgamma, dbeta


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
        if train:
            centred, mean, variance = centre(x)
            self.follow(mean, variance, x.size // x.shape[1])
        else:
            centred, variance = x - per_feature(self.running_mean, x), self.running_var
        y, inverse = normalize(centred, variance, self.gamma.value, self.beta.value, self.epsilon)
        self._saved = centred, inverse, train
        return y

    def backward(self, dy: Array) -> Array:
        """Return dX of the shape of x; add dgamma and dbeta to the gradients."""
        centred, inverse, train = self._saved
        if train:
            dx, dgamma, dbeta = backward_closed(dy, centred, inverse, self.gamma.value)
        else:
            dx = dy * per_feature(self.gamma.value * inverse, dy)
            dgamma, dbeta = inverse * feature_dot(dy, centred), feature_sum(dy)
        self.gamma.grad += dgamma
        self.beta.grad += dbeta
        return dx

    def follow(self, mean: Array, variance: Array, m: int) -> None:
        """Move the running statistics towards a batch's, with m values of each feature; `variance` is biased."""
        self.running_mean *= 1 - self.momentum
        self.running_mean += self.momentum * mean
        self.running_var *= 1 - self.momentum
        self.running_var += self.momentum * m / (m - 1) * variance

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
