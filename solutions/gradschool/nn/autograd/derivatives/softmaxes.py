"""Exponentials that compete, along one axis; nothing overflows.

L = log Σⱼ e^aⱼ         ∂L/∂aᵢ = pᵢ                         log_sum_exp;  p = softmax(a) = e^(a − L)
pᵢ = e^(aᵢ − L)         ∂pⱼ/∂aᵢ = pⱼ (δᵢⱼ − pᵢ)             softmax;      da = p · (dy − Σⱼ dyⱼ pⱼ)
lᵢ = aᵢ − L             ∂lⱼ/∂aᵢ = δᵢⱼ − pᵢ                  log_softmax;  da = dy − p · Σⱼ dyⱼ
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.activations.log_sum_exp import log_sum_exp
from gradschool.nn.autograd.table import Row, Rows
from gradschool.nn.types import Array


def softmaxes() -> Rows:
    """Return the rows of log_sum_exp (options `axis`, `keepdims`), softmax and log_softmax (option `axis`)."""

    def log_sum(a: Array, axis: int, keepdims: bool) -> Array:
        y = log_sum_exp(a, axis=axis)
        return np.expand_dims(y, axis) if keepdims else y

    def log_softmax(a: Array, axis: int) -> Array:
        shifted = a - a.max(axis=axis, keepdims=True)
        result: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return result

    def total(dy: Array, axis: int) -> Array:
        result: Array = dy.sum(axis=axis, keepdims=True)
        return result

    def unreduced(y: Array, axis: int, keepdims: bool) -> Array:
        return y if keepdims else np.expand_dims(y, axis)

    return {
        "log_sum_exp": Row(
            log_sum,
            lambda dy, y, a, axis, keepdims: unreduced(dy, axis, keepdims) * np.exp(a - unreduced(y, axis, keepdims)),
        ),
        "softmax": Row(
            lambda a, axis: np.exp(log_softmax(a, axis)),
            lambda dy, y, a, axis: y * (dy - total(dy * y, axis)),
        ),
        "log_softmax": Row(log_softmax, lambda dy, y, a, axis: dy - np.exp(y) * total(dy, axis)),
    }
