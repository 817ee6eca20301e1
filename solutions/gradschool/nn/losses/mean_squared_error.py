"""Mean squared error, the mean being over all entries: over the batch and over the outputs.

Forward      L = 1/(N M) · Σₙₘ (Pₙₘ − Tₙₘ)²       P, T (N, M), or any one shape

Backward     dP = 2/(N M) · (P − T)

This is PyTorch's `MSELoss` and Keras' `mean_squared_error`.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array


class MeanSquaredError:
    """The squared difference between prediction and target, averaged over all entries."""

    def forward(self, prediction: Array, target: Array) -> float:
        """Return the mean over all entries; raise ValueError unless both have one shape."""
        if prediction.shape != target.shape:
            shapes = f"{prediction.shape} and {target.shape}"
            raise ValueError(f"MeanSquaredError takes a prediction and a target of one shape, got {shapes}")
        self._difference = np.subtract(prediction, target, dtype=np.result_type(prediction, np.float32))
        return float(np.mean(self._difference**2))

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss, of the shape of the prediction."""
        difference = self._difference
        return 2 * difference / difference.size

    def __call__(self, prediction: Array, target: Array) -> float:
        """Return `forward(prediction, target)`."""
        return self.forward(prediction, target)
