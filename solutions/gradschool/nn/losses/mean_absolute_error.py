"""Mean absolute error, the mean being over all entries: over the batch and over the outputs.

Forward      L = 1/(N M) · Σₙₘ |Pₙₘ − Tₙₘ|        P, T (N, M), or any one shape

Backward     dP = 1/(N M) · sign(P − T)           sign(0) = 0, as in PyTorch

This is PyTorch's `L1Loss` and Keras' `mean_absolute_error`. Its least value is at the median.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.losses.shapes import matched
from gradschool.nn.types import Array


class MeanAbsoluteError:
    """The distance between prediction and target, averaged over all entries."""

    def forward(self, prediction: Array, target: Array) -> float:
        """Return the mean over all entries; raise ValueError unless both have one shape."""
        prediction, target = matched("MeanAbsoluteError", prediction, target)
        self._difference = prediction - target
        return float(np.mean(np.abs(self._difference)))

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss, of the shape of the prediction; 0 where both are equal."""
        difference = self._difference
        return np.sign(difference) / difference.size

    def __call__(self, prediction: Array, target: Array) -> float:
        """Return `forward(prediction, target)`."""
        return self.forward(prediction, target)
