"""Helpers: one-hot labels, and the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.keras.randomness import set_random_seed as set_random_seed
from gradschool.nn.types import Array


def to_categorical(x: npt.ArrayLike, num_classes: int | None = None) -> Array:
    """Return labels as one-hot rows: (N,) or (N, 1) gives (N, num_classes), in the face's dtype.

    Without `num_classes` there are as many as the largest label asks for. Raises ValueError for a label that is not a
    whole number from 0 to num_classes - 1.
    """
    from gradschool.nn.keras.config import floatx

    labels: npt.NDArray[Any] = np.asarray(x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    whole = labels.astype(np.int64)
    if np.any(whole != labels) or np.any(whole < 0):
        raise ValueError(f"to_categorical takes labels that are whole numbers from 0, got {labels.min()}")
    classes = int(whole.max(initial=-1)) + 1 if num_classes is None else num_classes
    if whole.max(initial=-1) >= classes:
        raise ValueError(f"to_categorical(num_classes={num_classes}) got the label {whole.max()}")
    return np.eye(classes, dtype=floatx())[whole]
