"""The 140 points: two overlapping clouds of unequal size, for a classifier whose labels are signs.

100 points    y = +1    x ~ N((1, 1), I)
40 points     y = -1    x ~ N((-1, -1), I)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_generator


def make_140_points(*, rng: np.random.Generator) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return X (140, 2), float64, and y (140,), int64, in random order.

    y is +1 for 100 points around (1, 1) and -1 for 40 points around (-1, -1); both clouds are normal with variance 1
    in each coordinate. Raises TypeError if `rng` is not a generator.

    >>> X, y = make_140_points(rng=np.random.default_rng(0))
    >>> X.shape, int(y.sum())
    ((140, 2), 60)
    """
    need_generator("make_140_points", rng)
    y = rng.permutation(np.repeat(np.array([1, -1], dtype=np.int64), [100, 40]))
    return y[:, None] + rng.normal(size=(140, 2)), y
