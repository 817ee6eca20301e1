"""Penalties on the size of the weights.

L2   R(w) = λ Σ w²     ∂R/∂w = 2 λ w          Hoerl & Kennard (1970), doi:10.1080/00401706.1970.10488634
L1   R(w) = λ Σ |w|    ∂R/∂w = λ sign(w)      Tibshirani (1996), doi:10.1111/j.2517-6161.1996.tb02080.x

The sums run over all entries. |w| has no derivative at 0; sign(0) = 0 is the subgradient taken there.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array

__all__ = ["L1", "L2"]


class L2:
    """The L2 penalty (ridge, weight decay) of a given strength on an array of weights."""

    def __init__(self, strength: float) -> None:
        """Keep the strength, a number that is not negative."""
        self.strength = float(strength)

    def value(self, w: Array) -> float:
        """Return the penalty on w, a float."""
        return float(self.strength * np.sum(w**2))

    def gradient(self, w: Array) -> Array:
        """Return the gradient of the penalty, of the shape of w."""
        return 2 * self.strength * w


class L1:
    """The L1 penalty (lasso) of a given strength on an array of weights."""

    def __init__(self, strength: float) -> None:
        """Keep the strength, a number that is not negative."""
        self.strength = float(strength)

    def value(self, w: Array) -> float:
        """Return the penalty on w, a float."""
        return float(self.strength * np.sum(np.abs(w)))

    def gradient(self, w: Array) -> Array:
        """Return the gradient of the penalty, of the shape of w; its entry is 0 where w is 0."""
        return self.strength * np.sign(w)
