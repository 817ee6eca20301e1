"""Digits: 1,797 handwritten digits, as images of 8x8 pixels.

Alpaydin & Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
doi:10.24432/C50P49. The card, `data/digits.md`, has the rest.
"""

from __future__ import annotations

import numpy as np

from gradschool.datasets.dataset import Dataset
from gradschool.datasets.shipped import arrays

LEVELS = 16
"""The darkest pixel of the source: each counts the dark pixels of a 4x4 block of a larger image."""


def load_digits() -> Dataset[np.int64]:
    """Return the digits: X (1797, 8, 8) float64 in [0, 1] and y (1797,) int64 from 0 to 9; a classification.

    X[n] is an image, rows from top to bottom; a pixel is the share of ink in its part of the paper: 0 is blank paper,
    1 is full of ink, in steps of 1/16. y[n] is the digit that was meant. `targets` names the classes "0" to "9";
    `features` is empty.

    Source: Alpaydin & Kaynak (1998), UCI Machine Learning Repository, doi:10.24432/C50P49, its test set, in
    scikit-learn's copy.

    >>> X, y, *_ = load_digits()
    >>> X.shape, y.shape
    ((1797, 8, 8), (1797,))
    """
    data = arrays("digits")
    return Dataset(
        X=data["X"].astype(np.float64) / LEVELS,
        y=data["y"].astype(np.int64),
        features=(),
        targets=tuple("0123456789"),
    )
