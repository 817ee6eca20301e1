"""Batches: all examples once, `size` at a time, in their own order or in one drawn at random.

π = a permutation of 0 … N − 1, drawn once a call        or 0, 1, …, N − 1
batch k = the examples π[k·size : (k + 1)·size]           the last one may be smaller
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.training.axes import cut, laid_out

__all__ = ["batches"]


def batches(
    *arrays: npt.ArrayLike,
    size: int,
    rng: np.random.Generator | None = None,
    axis: int | Sequence[int] = 0,
    drop_last: bool = False,
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Return an iterator over tuples of batches, one batch of each array.

    With `rng` the order is one permutation, drawn now, and batches are copies; without it they are slices, which share
    memory with the arrays. `axis` is that of the batch, or a sequence of one for each array; an array that has too few
    axes for a single `axis` (labels (N,) beside sequences (T, N, D)) is cut along its last. `drop_last` leaves out a
    last batch of less than `size`. Raise ValueError unless `size` is positive and the lengths are equal.
    """
    data, axes, count = laid_out(arrays, size=size, axis=axis)
    order = None if rng is None else rng.permutation(count)

    def batch(start: int) -> tuple[npt.NDArray[Any], ...]:
        place = slice(start, start + size)
        rows = place if order is None else order[place]
        return tuple(cut(array, rows, along) for array, along in zip(data, axes, strict=True))

    return map(batch, range(0, count - count % size if drop_last else count, size))
