"""Cross-entropies of probabilities, for outputs that are no softmax or sigmoid of this library.

categorical   Q = P / Σ꜀ P꜀, between ε and 1 − ε       L = −1/N Σₙ꜀ T log Q
              dQ = −T / (N Q), 0 where Q is at a bound    dP = (dQ − Σ꜀ dQ Q) / Σ꜀ P꜀

binary        Q = P, between ε and 1 − ε                 L = −1/(N M) Σₙₘ (T log Q + (1 − T) log(1 − Q))
              dP = (Q − T) / (Q (1 − Q)) / (N M), 0 where Q is at a bound

ε is 1e-7, as in Keras. The classes are on the last axis; T are labels or probabilities.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array

EPSILON = 1e-7


class CategoricalOfProbabilities:
    """The surprise at the true classes, by their probabilities."""

    def forward(self, prediction: Array, target: npt.NDArray[Any]) -> float:
        """Return the mean over the examples, for outputs (N, C) and labels (N,) or probabilities (N, C)."""
        if target.ndim < prediction.ndim:
            target = target[..., None] == np.arange(prediction.shape[-1])
        self._sum = total = prediction.sum(axis=-1, keepdims=True)
        self._p = p = prediction / np.where(total == 0, EPSILON, total)
        self._t = t = target.astype(prediction.dtype)
        return float(-np.sum(t * np.log(np.clip(p, EPSILON, 1 - EPSILON))) / max(t[..., 0].size, 1))

    def backward(self) -> Array:
        """Return the gradient with respect to the output, of its shape."""
        t, p, total = self._t, self._p, self._sum
        inside = (p >= EPSILON) & (p <= 1 - EPSILON)
        dp = np.where(inside, -t / np.clip(p, EPSILON, 1), 0) / max(t[..., 0].size, 1)
        dy: Array = (dp - (dp * p).sum(axis=-1, keepdims=True)) / np.where(total == 0, EPSILON, total)
        return dy.astype(t.dtype, copy=False)


class BinaryOfProbabilities:
    """The surprise at targets of yes or no, by the probability of yes."""

    def forward(self, prediction: Array, target: Array) -> float:
        """Return the mean over all entries."""
        self._p, self._t = prediction, target.astype(prediction.dtype, copy=False)
        q = np.clip(prediction, EPSILON, 1 - EPSILON)
        return float(-np.mean(target * np.log(q) + (1 - target) * np.log(1 - q)))

    def backward(self) -> Array:
        """Return the gradient with respect to the output, of its shape."""
        p, t = self._p, self._t
        q = np.clip(p, EPSILON, 1 - EPSILON)
        inside = (p >= EPSILON) & (p <= 1 - EPSILON)
        dy: Array = np.where(inside, (q - t) / (q * (1 - q)) / t.size, 0).astype(t.dtype, copy=False)
        return dy


class Smoothed:
    """Another loss of smoothed targets: (1 − s) T + s/C."""

    def __init__(self, loss: Any, smoothing: float, classes: int | None = None) -> None:
        """Keep the loss and s; C is the number of outputs unless given."""
        self.loss, self.smoothing, self.classes = loss, smoothing, classes

    def forward(self, prediction: Array, target: Array) -> float:
        """Return the loss of the smoothed targets."""
        share = self.smoothing / (self.classes or prediction.shape[-1])
        smoothed: float = self.loss.forward(prediction, (1 - self.smoothing) * target + share)
        return smoothed

    def backward(self) -> Array:
        """Return that loss's gradient."""
        gradient: Array = self.loss.backward()
        return gradient


class Penalised:
    """Another loss plus the penalties on the weights; their gradient is added where the optimizer steps."""

    def __init__(self, loss: Any, penalties: list[Any]) -> None:
        """Keep the loss, and pairs of a parameter and its penalty."""
        self.loss, self.penalties = loss, penalties

    def forward(self, prediction: Array, target: Any) -> float:
        """Return the loss with the penalties."""
        total = sum(penalty.value(parameter.value) for parameter, penalty in self.penalties)
        return float(self.loss.forward(prediction, target) + total)

    def backward(self) -> Array:
        """Return the loss's gradient with respect to the prediction."""
        gradient: Array = self.loss.backward()
        return gradient
