"""Binary cross-entropy of logits, the mean being over all entries.

Forward      L = −1/(N M) · Σₙₘ (T log σ(Z) + (1 − T) log(1 − σ(Z)))       Z, T (N, M), or any one shape
               = 1/(N M) · Σₙₘ (max(Z, 0) − T Z + log(1 + e^−|Z|))         in which nothing overflows

Backward     dZ = 1/(N M) · (σ(Z) − T)

Z are logits: what goes into a sigmoid σ, not what comes out of it. T are probabilities, 0 and 1 among them.

This is PyTorch's `BCEWithLogitsLoss` and Keras' `BinaryCrossentropy(from_logits=True)`.

Cox (1958), J. R. Stat. Soc. B 20, doi:10.1111/j.2517-6161.1958.tb00292.x.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.activations.stable import sigmoid
from gradschool.nn.losses.shapes import matched
from gradschool.nn.types import Array


class BinaryCrossEntropy:
    """The surprise at yes-or-no targets, by predicted logits; averaged over all entries.

    A logit is what goes into a sigmoid: the network ends without one.
    """

    def forward(self, prediction: Array, target: Array) -> float:
        """Return the mean over all entries, for logits and for targets from 0 to 1.

        Raise ValueError unless both have one shape.
        """
        self._z, self._t = z, t = matched("BinaryCrossEntropy", prediction, target)
        if not (t.min() >= 0 and t.max() <= 1):
            raise ValueError(f"BinaryCrossEntropy takes targets from 0 to 1, got {t.min():g} to {t.max():g}")
        return float(np.mean(np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))))

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss with respect to the logits, of their shape."""
        z, t = self._z, self._t
        return (sigmoid(z) - t) / z.size

    def __call__(self, prediction: Array, target: Array) -> float:
        """Return `forward(prediction, target)`."""
        return self.forward(prediction, target)
