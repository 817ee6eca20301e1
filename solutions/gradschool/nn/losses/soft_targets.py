"""Targets as probabilities, of labels or of probabilities, smoothed if that is asked for.

one-hot      Tₙ꜀ = [yₙ = c]                y (N,), T (N, C), or any shape and the same with the classes last
smoothed     T ← (1 − s) T + s/C

Szegedy, Vanhoucke, Ioffe, Shlens & Wojna (2016), CVPR, arXiv:1512.00567.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array


def soft_targets(
    target: npt.NDArray[Any],
    shape: tuple[int, ...],
    *,
    smoothing: float = 0.0,
    dtype: npt.DTypeLike = np.float64,
) -> Array:
    """Return the target as probabilities of shape `shape`, in `dtype`; the C classes are on the last axis.

    The target is probabilities of that shape, or labels of that shape without its last axis.
    `smoothing` is the share of each row that is spread evenly over all C classes.
    """
    classes = shape[-1]
    t = target if target.shape == shape else target[..., None] == np.arange(classes)
    t = t.astype(dtype, copy=False)
    return (1 - smoothing) * t + smoothing / classes if smoothing else t
