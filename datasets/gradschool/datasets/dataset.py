"""What a loader returns."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Label = TypeVar("Label", bound=np.generic)


class Dataset(NamedTuple, Generic[Label]):
    """A data set of N examples, which unpacks: `X, y, *_ = load_digits()`."""

    X: npt.NDArray[np.floating[Any]]
    """The inputs, (N, ...): one example a row; float64, or float32 where a loader says so."""

    y: npt.NDArray[Label]
    """What is to be predicted, (N,): float64 numbers in a regression, int64 class numbers in a classification."""

    features: tuple[str, ...]
    """The names of the columns of X; empty for images."""

    targets: tuple[str, ...]
    """The names of the classes, in the order of their numbers; empty for a regression."""
