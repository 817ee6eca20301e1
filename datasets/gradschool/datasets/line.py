"""A noisy line: the smallest regression.

y = slope · x + intercept + ε        x uniform on [-1, 1)        ε normal, of standard deviation `noise`
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_count, need_generator, need_spread


def make_noisy_line(
    n: int = 50, *, slope: float = 2.0, intercept: float = 1.0, noise: float = 0.5, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return x (n,), uniform on [-1, 1), and y (n,) = slope x + intercept + noise; both float64.

    `noise` is the standard deviation of the normal noise. Raises TypeError or ValueError if n is not an integer of at
    least 1, `noise` is negative, or `rng` is not a generator.

    >>> x, y = make_noisy_line(3, noise=0, rng=np.random.default_rng(0))
    >>> bool(np.all(y == 2 * x + 1))
    True
    """
    need_count("make_noisy_line", "n", n)
    need_spread("make_noisy_line", "noise", noise)
    need_generator("make_noisy_line", rng)
    x = rng.uniform(-1, 1, size=n)
    y = slope * x + intercept + rng.normal(0, noise, size=n)
    return x, y
