"""Huber's loss: the squared error of small differences, the absolute one of large, the mean being over all entries.

Forward      D = P − T                                      P, T (N, M), or any one shape
             L = 1/(N M) · Σₙₘ (½ D²           where |D| ≤ δ
                                δ (|D| − ½ δ)  elsewhere)

Backward     dP = 1/(N M) · min(max(D, −δ), δ)

This is PyTorch's `HuberLoss` and Keras' `Huber`.

Huber (1964), Annals of Mathematical Statistics 35, doi:10.1214/aoms/1177703732.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.losses.shapes import matched
from gradschool.nn.types import Array


class Huber:
    """Half the squared difference up to `delta`, and beyond it a straight line; averaged over all entries."""

    def __init__(self, delta: float = 1.0) -> None:
        """Keep delta; raise ValueError unless it is above 0."""
        if not delta > 0:
            raise ValueError(f"Huber(delta={delta}) takes a delta above 0")
        self.delta = float(delta)

    def forward(self, prediction: Array, target: Array) -> float:
        """Return the mean over all entries; raise ValueError unless both have one shape."""
        prediction, target = matched(f"Huber(delta={self.delta})", prediction, target)
        self._difference = prediction - target
        distance = np.abs(self._difference)
        slope = np.minimum(distance, self.delta)
        return float(np.mean(slope * (distance - slope / 2)))

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss, of the shape of the prediction."""
        difference = self._difference
        return np.minimum(np.maximum(difference, -self.delta), self.delta) / difference.size

    def __call__(self, prediction: Array, target: Array) -> float:
        """Return `forward(prediction, target)`."""
        return self.forward(prediction, target)
