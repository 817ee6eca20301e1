"""Examples held out from training: the last share of the data, as Keras takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy.typing as npt

from gradschool.nn.training.axes import count_examples

__all__ = ["hold_out"]

Pair: TypeAlias = tuple[npt.NDArray[Any], npt.NDArray[Any]]


def hold_out(x: npt.NDArray[Any], y: npt.NDArray[Any], *, share: float, axes: Sequence[int]) -> tuple[Pair, Pair]:
    """Return the first examples for training and the last `share` of them for validation, as slices.

    Raise ValueError unless `share` lies between 0 and 1 and leaves examples on both sides.
    """
    if not 0 < share < 1:
        raise ValueError(f"validation_split={share}: a share lies between 0 and 1")
    count = count_examples([x, y], axes)
    kept = int(count * (1 - share) + 1e-9)  # 10 · (1 − 0.9) is 1, and a little less in floating point
    if kept in (0, count):
        raise ValueError(f"validation_split={share} of {count} examples leaves {kept} to train on")
    first, last = slice(None, kept), slice(kept, None)
    training, validation = (
        [array[(slice(None),) * along + (part,)] for array, along in zip((x, y), axes, strict=True)]
        for part in (first, last)
    )
    return (training[0], training[1]), (validation[0], validation[1])
