"""Class numbers, and the rows of zeros and a one that stand for them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_count


def one_hot(y: npt.ArrayLike, classes: int) -> npt.NDArray[np.float64]:
    """Return an array of shape (N, classes), float64: row n is 1 in column y[n], and 0 elsewhere.

    y is (N,), integers from 0 to classes - 1. Raises TypeError if y or `classes` is not of integers, and ValueError if
    y is not one-dimensional or holds a label that is out of range.

    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    labels = np.asarray(y)
    need_count("one_hot", "classes", classes)
    if labels.ndim != 1:
        raise ValueError(f"one_hot takes y of shape (N,), got {labels.shape}; flatten it with np.ravel(y)")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"one_hot takes y of integers, got {labels.dtype}; "
            "if they are whole numbers, convert them with np.asarray(y, dtype=int)"
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        n = wrong[0]
        raise ValueError(
            f"one_hot takes labels from 0 to {classes - 1} for {classes} classes, got y[{n}] = {labels[n]}; "
            "pass more classes, or number the labels from 0 with np.unique(y, return_inverse=True)[1]"
        )
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows


def shuffled_labels(n: int, classes: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return n labels in random order, each class as often as the next or once more."""
    return rng.permutation(np.arange(n, dtype=np.int64) % classes)
