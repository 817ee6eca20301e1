"""The losses, as their formulas.

MeanSquaredError     mean((P − T)²)
MeanAbsoluteError    mean(|P − T|)
Huber                mean(s (d − s/2)),  d = |P − T|,  s = min(d, δ)
BinaryCrossEntropy   mean(log(1 + eᶻ) − T Z)
SoftmaxCrossEntropy  −Σ w T log softmax(Z),  w = 1/N for the examples that count
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.autograd import functions as f
from gradschool.nn.autograd.faces import TapedLoss
from gradschool.nn.autograd.tensor import Tensor
from gradschool.nn.losses import binary_cross_entropy, huber, mean_absolute_error, mean_squared_error
from gradschool.nn.losses import softmax_cross_entropy as cross_entropy
from gradschool.nn.losses.shapes import matched
from gradschool.nn.losses.soft_targets import soft_targets
from gradschool.nn.losses.targets import example_weights, require_target

Target = npt.NDArray[Any]


class MeanSquaredError(TapedLoss, mean_squared_error.MeanSquaredError):  # type: ignore[misc]
    """The squared difference between prediction and target, averaged over all entries."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over all entries."""
        if prediction.shape != target.shape:
            mean_squared_error.MeanSquaredError.forward(self, prediction.data, target)  # which refuses it
        return f.square(prediction - target.astype(prediction.dtype, copy=False)).mean()


class MeanAbsoluteError(TapedLoss, mean_absolute_error.MeanAbsoluteError):  # type: ignore[misc]
    """The distance between prediction and target, averaged over all entries."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over all entries."""
        _, target = matched("MeanAbsoluteError", prediction.data, target)
        return (prediction - target).abs().mean()


class Huber(TapedLoss, huber.Huber):  # type: ignore[misc]
    """Half the squared difference up to `delta`, and beyond it a straight line; averaged over all entries."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over all entries."""
        _, target = matched(f"Huber(delta={self.delta})", prediction.data, target)
        distance = (prediction - target).abs()
        slope = f.minimum(distance, self.delta)
        return (slope * (distance - slope / 2)).mean()


class BinaryCrossEntropy(TapedLoss, binary_cross_entropy.BinaryCrossEntropy):  # type: ignore[misc]
    """The surprise at yes-or-no targets, by predicted logits; averaged over all entries."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over all entries, for logits and for targets from 0 to 1."""
        _, t = matched("BinaryCrossEntropy", prediction.data, target)
        if not (t.min() >= 0 and t.max() <= 1):
            binary_cross_entropy.BinaryCrossEntropy.forward(self, prediction.data, target)  # which refuses it
        return (f.softplus(prediction) - t * prediction).mean()


class SoftmaxCrossEntropy(TapedLoss, cross_entropy.SoftmaxCrossEntropy):  # type: ignore[misc]
    """The surprise at the true classes, by predicted logits; averaged over all examples."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over the examples that count, for logits of shape (N, C) or (T, N, C)."""
        z = prediction.data
        require_target(z, target, self.ignore)
        t = soft_targets(target, z.shape, smoothing=self.smoothing, dtype=z.dtype)
        weight = example_weights(z, target, self.ignore)
        share = np.where(t == 0, 0, weight * t).astype(z.dtype, copy=False)
        surprise = f.where(t == 0, 0.0, f.log_softmax(prediction, axis=-1))
        return -(surprise * share).sum()
