"""Logarithm of a sum of exponentials.

Forward      L = log Σⱼ e^Xⱼ = m + log Σⱼ e^(Xⱼ − m)       m = maxⱼ Xⱼ, so that nothing overflows

Its gradient with respect to X is softmax(X). It is a smooth maximum: m ≤ L ≤ m + log C for C numbers.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.types import Array


def log_sum_exp(x: Array, *, axis: int = -1) -> Array:
    """Return log(sum(exp(x))) along an axis, which the result does not have; finite for every finite x."""
    x = floating(x)
    m = x.max(axis=axis, keepdims=True)
    y: Array = m.squeeze(axis) + np.log(np.exp(x - m).sum(axis=axis))
    return y
