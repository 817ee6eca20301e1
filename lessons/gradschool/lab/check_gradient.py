"""Compare a gradient with finite differences, in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradschool.lab.evidence import AnyArray
from gradschool.lab.names import Names


def check_gradient(f: Callable[[AnyArray], Any], x: AnyArray, dx: AnyArray, dy: Any = 1.0) -> float:
    """Return the largest relative error of `dx` as the gradient of Σ f(x)·dy with respect to x.

    The error of an entry is |a - b| / max(1, |a| + |b|), where b comes from central differences with h = 1e-5: below
    1e-6 is good, above 1e-3 is a mistake, and so is NaN: an entry of `dx` is NaN or infinite. Beyond 200 entries, 30
    are drawn.
    """
    dx = np.asarray(dx)
    if dx.shape != np.shape(x):
        raise ValueError(f"a gradient has the shape of what it is the gradient of, {np.shape(x)}; got {dx.shape}")
    numeric = Names.finite_difference(f, x, dy)
    known = ~np.isnan(numeric)
    if not known.any():
        raise ValueError(f"f(x) should return numbers of the shape of dy, {np.shape(dy)}")
    with np.errstate(invalid="ignore"):
        error = np.abs(dx - numeric) / np.maximum(1, np.abs(dx) + np.abs(numeric))
    return float(error[known].max())
