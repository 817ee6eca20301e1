"""Examples to learn from, and examples to judge by."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gradschool.datasets.arguments import need_generator

Input = TypeVar("Input", bound=np.generic)
Label = TypeVar("Label", bound=np.generic)


def split(
    X: npt.NDArray[Input], y: npt.NDArray[Label], *, test: float = 0.25, rng: np.random.Generator
) -> tuple[npt.NDArray[Input], npt.NDArray[Input], npt.NDArray[Label], npt.NDArray[Label]]:
    """Return X_train, X_test, y_train, y_test: copies of the rows of X and y, shuffled together.

    X is (N, ...) and y is (N, ...); the test set gets round(test * N) of the N rows, the training set the rest. Raises
    ValueError if X and y differ in rows, `test` is not between 0 and 1, or a set would be empty, and TypeError if
    `rng` is not a generator.

    >>> X_train, X_test, y_train, y_test = split(np.eye(8), np.arange(8), rng=np.random.default_rng(0))
    >>> X_train.shape, X_test.shape, y_train.shape, y_test.shape
    ((6, 8), (2, 8), (6,), (2,))
    """
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y):
        raise ValueError(
            f"split takes X and y with a row for each example, got shapes {X.shape} and {y.shape}; "
            "check that both come from the same data set"
        )
    n = len(X)
    if not 0 < test < 1:
        raise ValueError(f"split takes test between 0 and 1, got {test}; for 100 examples pass test=100 / len(X)")
    held_out = round(test * n)
    if not 0 < held_out < n:
        raise ValueError(
            f"split with test={test} makes {n - held_out} training and {held_out} test examples of {n}; "
            "pass more examples or another test"
        )
    need_generator("split", rng)
    order = rng.permutation(n)
    for_test, for_training = order[:held_out], order[held_out:]
    return X[for_training], X[for_test], y[for_training], y[for_test]
