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
        self.require_target(prediction, target)
        self._t, self._weight = self._probabilities(prediction, target), self._weights(prediction, target)
        shifted = prediction - prediction.max(axis=-1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(axis=-1, keepdims=True)
        surprise = np.subtract(np.log(total), shifted, out=shifted)
        surprise[self._t == 0] = 0  # it is ∞ at a logit of −∞, and 0 · ∞ is not a number
        self._p: Array = np.divide(e, total, out=e)
        surprise *= self._t
        surprise *= self._weight
        return float(surprise.sum())

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss with respect to the logits, of their shape."""
        p, t, weight = self._p, self._t, self._weight
        return weight * (p - t)

    def __call__(self, prediction: Array, target: npt.NDArray[Any]) -> float:
        """Return `forward(prediction, target)`."""
        return self.forward(prediction, target)

    def require_target(self, prediction: Array, target: npt.NDArray[Any]) -> None:
        """Raise ValueError unless the target is labels or probabilities for the logits, and some example counts."""
        if prediction.ndim and target.shape == prediction.shape:
            counted = target
            _require_probabilities(target)
        elif prediction.ndim and target.shape == prediction.shape[:-1] and target.dtype.kind in "iu":
            counted = target if self.ignore is None else target[target != self.ignore]
            _require_labels(counted, prediction.shape[-1])
        else:
            raise ValueError(_refusal(prediction, target))
        if not counted.size:
            raise ValueError("SoftmaxCrossEntropy takes one example or more, got none, or only ignored ones")

    def _probabilities(self, prediction: Array, target: npt.NDArray[Any]) -> Array:
        """Return the probabilities, smoothed, of the shape and the dtype of the logits."""
        classes = prediction.shape[-1]
        t = target if target.ndim == prediction.ndim else target[..., None] == np.arange(classes)
        t = t.astype(prediction.dtype, copy=False)
        return (1 - self.smoothing) * t + self.smoothing / classes if self.smoothing else t

    def _weights(self, prediction: Array, target: npt.NDArray[Any]) -> Array | float:
        """Return the weight of the examples in the mean: 1/N, or an array of it with 0 where one is ignored."""
        if self.ignore is None or target.ndim == prediction.ndim:
            return float(prediction.shape[-1] / prediction.size)
        counted = (target != self.ignore)[..., None]
        weights: Array = counted.astype(prediction.dtype) / int(np.count_nonzero(counted))
        return weights


def _require_probabilities(target: npt.NDArray[Any]) -> None:
    """Raise ValueError unless the last axis holds probabilities."""
    if target.size and not (target.min() >= 0 and np.abs(target.sum(axis=-1) - 1).max() < 1e-3):
        raise ValueError(
            "SoftmaxCrossEntropy takes probabilities, of sum 1 over the classes; "
            "BinaryCrossEntropy is for several classes at once"
        )


def _require_labels(labels: npt.NDArray[Any], classes: int) -> None:
    """Raise ValueError unless the labels are those of the classes."""
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(f"SoftmaxCrossEntropy takes labels from 0 to {classes - 1}, got {wrong}")


def _refusal(prediction: Array, target: npt.NDArray[Any]) -> str:
    """Return the text of the error for a target that does not fit the logits."""
    if not prediction.ndim:
        return "SoftmaxCrossEntropy takes logits with the classes on the last axis, got a single number"
    shape, advice = prediction.shape, ""
    if target.shape == shape[:-1]:
        advice = "; target.astype(int) are labels, if the numbers are whole"
    elif target.shape == (*shape[:-1], 1):
        advice = "; target[..., 0] is of that shape"
    return (
        f"SoftmaxCrossEntropy takes, for logits of shape {shape}, whole labels of shape {shape[:-1]} or probabilities "
        f"of shape {shape}, got {target.dtype} of shape {target.shape}{advice}"
    )
