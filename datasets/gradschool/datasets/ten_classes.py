"""Ten classes: overlapping clouds with 128 features of falling variance. They are made, and stand for nothing real.

x_k = s_k (μ_ck + ν_cjk + ε_k)      k = 1 … 128      s_k = k^-0.65 / S      ε normal, of variance 1
                                    c: the class     μ normal, of standard deviation 0.4 exp(-(k - 1)/8)
                                    j: its kind      ν normal, of standard deviation 1.2 exp(-(k - 1)/8)

Each class has three kinds, equally probable, and S makes the mean square of all features about 1. The centers μ + ν are
drawn once for each `problem`. The mean of a class tells little, as μ is small; what its kinds tell is more, and
lies in the first few dozen features. The spread s_k falls as that of the principal components of photographs does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_count, need_generator
from gradschool.datasets.labels import shuffled_labels

CLASSES, KINDS, FEATURES = 10, 3, 128
OF_CLASSES, OF_KINDS, REACH = 0.4, 1.2, 8.0
"""The spread of the classes' means, that of their kinds around these, and how many features they reach over."""

FALL = 0.65
"""The power by which the features' spread falls."""

SIZE = 0.21
"""1/S: the spread of the first feature that makes the mean square of all of them 1, and more for the noise alone."""


def make_ten_classes(
    n: int, *, problem: int = 0, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return X (n, 128), float64, and y (n,), int64 from 0 to 9: made data, in random order.

    The classes overlap, and each consists of three clouds. Their centers belong to the `problem`, a number from 0 on:
    examples to learn from and examples to judge by are two draws with the same one. Each class gets as many of the n
    examples as the next, or one more. The spread of the features falls from the first to the last. Raises TypeError or
    ValueError if n is not an integer of at least 1, `problem` not one of at least 0, or `rng` is not a generator.

    >>> X, y = make_ten_classes(20, rng=np.random.default_rng(0))
    >>> X.shape, np.bincount(y).tolist()
    ((20, 128), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    """
    need_count("make_ten_classes", "n", n)
    need_count("make_ten_classes", "problem", problem, least=0)
    need_generator("make_ten_classes", rng)
    at, s = centers(problem), spreads()
    y = shuffled_labels(n, CLASSES, rng)
    kinds = rng.integers(KINDS, size=n)
    return (at[y, kinds] + rng.normal(size=(n, FEATURES))) * s, y


def class_probabilities(X: npt.NDArray[np.floating], *, problem: int = 0) -> npt.NDArray[np.float64]:
    """Return how probable each class is for each row of X, (N, 10), X of shape (N, 128): rows sum to 1.

    It is Bayes' rule with the centers of the `problem`, which whoever learns from examples does not know. No rule is
    right more often than the one that names the most probable class.
    """
    z, at = np.asarray(X, dtype=np.float64) / spreads(), centers(problem).reshape(-1, FEATURES)
    log_density = (z @ at.T - 0.5 * np.sum(at**2, axis=1)).reshape(-1, CLASSES, KINDS)
    density = np.exp(log_density - log_density.max(axis=(1, 2), keepdims=True)).sum(axis=2)
    probabilities: npt.NDArray[np.float64] = density / density.sum(axis=1, keepdims=True)
    return probabilities


def centers(problem: int) -> npt.NDArray[np.float64]:
    """Return the centers of the clouds, (10, 3, 128), in units of each feature's spread."""
    draw = np.random.default_rng(problem)
    reach = np.exp(-np.arange(FEATURES) / REACH)
    of_classes = OF_CLASSES * reach * draw.normal(size=(CLASSES, 1, FEATURES))
    return of_classes + OF_KINDS * reach * draw.normal(size=(CLASSES, KINDS, FEATURES))


def spreads() -> npt.NDArray[np.float64]:
    """Return the spread of each feature within a cloud, (128,)."""
    falling: npt.NDArray[np.float64] = np.arange(1.0, FEATURES + 1) ** -FALL
    return falling / SIZE
