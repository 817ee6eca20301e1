"""Spirals: one arm a class, wound into each other, so that no straight line parts them.

x = r (cos φ, sin φ) + ε        φ = 2π (turns · r + y / classes)        r uniform on [0.1, 1)        ε normal

Along a ray from the origin, neighbouring arms are 1 / (turns · classes) apart.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_count, need_generator, need_spread
from gradschool.datasets.labels import shuffled_labels

INNER = 0.1
"""The radius at which the arms begin: at 0 they would all meet."""


def make_spirals(
    n: int, *, classes: int = 2, turns: float = 1.0, noise: float = 0.03, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return X (n, 2), float64, within about the unit circle, and y (n,), int64: the arm, from 0 to classes - 1.

    n counts the points of all arms together; each arm gets as many as the next, or one more, in random order. An arm
    winds anticlockwise at `turns` turns for each unit of its radius; a negative number winds it clockwise. `noise` is
    the standard deviation of each coordinate around the arm. Raises TypeError or ValueError if n or `classes` is not
    an integer of at least 1, `turns` is not finite, `noise` is negative, or `rng` is not a generator.

    >>> X, y = make_spirals(6, classes=3, rng=np.random.default_rng(0))
    >>> X.shape, sorted(y.tolist())
    ((6, 2), [0, 0, 1, 1, 2, 2])
    """
    need_count("make_spirals", "n", n)
    need_count("make_spirals", "classes", classes)
    if not math.isfinite(turns):
        raise ValueError(f"make_spirals takes a finite number of turns, got {turns}; pass turns=1.0 for one turn")
    need_spread("make_spirals", "noise", noise)
    need_generator("make_spirals", rng)
    y = shuffled_labels(n, classes, rng)
    r = rng.uniform(INNER, 1, size=n)
    angle = 2 * np.pi * (turns * r + y / classes)
    X = np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)
    return X + rng.normal(0, noise, size=(n, 2)), y
