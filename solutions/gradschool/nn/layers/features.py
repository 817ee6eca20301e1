"""Sums for each feature of a batch, and the way back: what normalisation over the batch is made of.

The features are the second axis: columns of (N, D), channels of (N, C, H, W). What is summed are all other axes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from gradschool.nn.dtypes import floating
from gradschool.nn.types import Array


def feature_sum(values: Array) -> Array:
    """Return the sum of `values` for each feature, of shape (features,): over all axes but the second."""
    values = floating(values)
    if values.ndim == 2:  # where a product with ones is the fastest
        return _ones(len(values), values.dtype) @ values
    total: Array = np.einsum("nchw->c", values)
    return total


def feature_dot(one: Array, other: Array) -> Array:
    """Return the sum of `one` times `other` for each feature, of shape (features,); no products are stored."""
    axes = "nchw"[: one.ndim]
    total: Array = np.einsum(f"{axes},{axes}->c", one, other)
    return total


def per_feature(numbers: Array, batch: Array) -> Array:
    """Return `numbers`, one for each feature, in a shape that broadcasts along the second axis of `batch`."""
    return numbers.reshape(numbers.shape + (1,) * (batch.ndim - 2))


@lru_cache(maxsize=8)
def _ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return n ones, made once for each size of batch."""
    return np.ones(n, dtype=dtype)
