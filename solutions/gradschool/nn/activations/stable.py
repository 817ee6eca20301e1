"""The logistic function and the softplus, where a bare exponential would overflow.

sigmoid      σ(x) = 1 / (1 + e⁻ˣ)                        σ' = σ (1 − σ)
softplus     ζ(x) = log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|)       ζ' = σ

Both keep their relative precision as x → −∞, where they are nearly eˣ, until eˣ itself is 0.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(−x)), for x of any size, in the dtype of x."""
    with np.errstate(over="ignore"):  # an infinite exponential gives 1 / ∞ = 0, which is right
        return 1 / (1 + np.exp(-x))


def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)), for x of any size, in the dtype of x."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
