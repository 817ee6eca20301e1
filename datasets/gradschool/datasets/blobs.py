"""Blobs: a round cloud of points for each class.

x = c_y + ε        c_y the center of class y        ε normal, of standard deviation `scale` in every direction
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_count, need_generator, need_spread
from gradschool.datasets.labels import shuffled_labels


def make_blobs(
    n: int, centers: npt.ArrayLike, *, scale: float = 1.0, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return X (n, D), float64, and y (n,), int64 from 0 to K - 1, for K `centers` of D coordinates, (K, D).

    n counts the points of all blobs together; each blob gets as many as the next, or one more, in random order.
    `scale` is the standard deviation of each coordinate. Raises TypeError or ValueError if n is not an integer of at
    least 1, `centers` is not two-dimensional and finite, `scale` is negative, or `rng` is not a generator.

    >>> X, y = make_blobs(4, [(0, 0, 0), (5, 5, 5)], rng=np.random.default_rng(0))
    >>> X.shape, sorted(y.tolist())
    ((4, 3), [0, 0, 1, 1])
    """
    c = np.asarray(centers, dtype=np.float64)
    need_count("make_blobs", "n", n)
    if c.ndim != 2 or c.size == 0:
        raise ValueError(
            f"make_blobs takes centers of shape (K, D), one row a blob, got {c.shape}; "
            "write them as a list of points: [(0, 0), (3, 3)]"
        )
    if not np.isfinite(c).all():
        raise ValueError("make_blobs takes finite centers, got NaN or infinity; replace these coordinates")
    need_spread("make_blobs", "scale", scale)
    need_generator("make_blobs", rng)
    y = shuffled_labels(n, len(c), rng)
    return c[y] + rng.normal(0, scale, size=(n, c.shape[1])), y
