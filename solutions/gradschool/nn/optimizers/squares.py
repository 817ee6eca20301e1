"""The sum of squares of an array, where float32 can hold it and where it can't."""

from __future__ import annotations

from math import isinf

import numpy as np

from gradschool.nn.types import Array


def sum_of_squares(array: Array) -> float:
    """Return Σ a² over all entries, in float64 where float32 overflows."""
    total = float(np.vdot(array, array))
    if isinf(total):
        with np.errstate(over="ignore"):
            total = float(np.square(array, dtype=np.float64).sum())
    return total
