"""Cross-entropy of the softmax of logits, the mean being over all examples.

Forward      L = −1/N · Σₙ Σ꜀ Tₙ꜀ log softmax(Z)ₙ꜀           Z, T (N, C), or any shape with the classes last
               = 1/N · Σₙ Σ꜀ Tₙ꜀ (log Σₖ e^(Zₙₖ − mₙ) − (Zₙ꜀ − mₙ))       mₙ = max꜀ Zₙ꜀, so that nothing overflows

Backward     dZ = 1/N · (softmax(Z) − T)

T are probabilities. A label y stands for 1 at the class y and 0 elsewhere. Smoothing by s makes of T

             (1 − s) T + s/C

and an ignored label counts for nothing: its row of dZ is 0, and it is not one of the N.

This is PyTorch's `CrossEntropyLoss` (there the classes are on axis 1), and Keras' `CategoricalCrossentropy` and
`SparseCategoricalCrossentropy`, both with `from_logits=True`.

Bridle (1990), Neurocomputing, NATO ASI Series 68, doi:10.1007/978-3-642-76153-9_28; smoothing: Szegedy, Vanhoucke,
Ioffe, Shlens & Wojna (2016), CVPR, arXiv:1512.00567.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.dtypes import floating
from gradschool.nn.losses.soft_targets import soft_targets
from gradschool.nn.losses.targets import example_weights, require_target
from gradschool.nn.types import Array


class SoftmaxCrossEntropy:
    """The surprise at the true classes, by predicted logits; averaged over all examples.

    Logits are what goes into a softmax: the network ends without one. `smoothing` is the share of each target that is
    spread evenly over the classes. Examples whose label is `ignore` do not count.
    """

    def __init__(self, *, smoothing: float = 0.0, ignore: int | None = None) -> None:
        """Keep the options; raise ValueError unless `smoothing` is from 0 to 1."""
        if not 0 <= smoothing <= 1:
            raise ValueError(f"SoftmaxCrossEntropy(smoothing={smoothing}) takes a smoothing from 0 to 1")
        self.smoothing = float(smoothing)
        self.ignore = ignore

    def forward(self, prediction: Array, target: npt.NDArray[Any]) -> float:
        """Return the mean over the examples that count, for logits of shape (N, C) or (T, N, C).

        The target is labels from 0 to C − 1, of shape (N,) or (T, N); or probabilities of the shape of the logits.
        Raise ValueError for any other shape, for other labels, and if no example counts.
        """
        prediction, target = floating(prediction), np.asarray(target)
        require_target(prediction, target, self.ignore)
        t = soft_targets(target, prediction.shape, smoothing=self.smoothing, dtype=prediction.dtype)
        weight = example_weights(prediction, target, self.ignore)
        shifted = prediction - prediction.max(axis=-1, keepdims=True)
        p: Array = np.exp(shifted)
        total = p.sum(axis=-1, keepdims=True)
        p /= total
        self._p, self._t, self._weight = p, t, weight
        surprise = np.log(total) - shifted
        surprise[t == 0] = 0  # it is ∞ at a logit of −∞, and 0 · ∞ is not a number
        surprise *= t
        surprise *= weight
        return float(surprise.sum())

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss with respect to the logits, of their shape."""
        p, t, weight = self._p, self._t, self._weight
        return weight * (p - t)

    def __call__(self, prediction: Array, target: npt.NDArray[Any]) -> float:
        """Return `forward(prediction, target)`."""
        return self.forward(prediction, target)
