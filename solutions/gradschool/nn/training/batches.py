"""Batches: all examples once, `size` at a time, in their own order or in one drawn at random.

π = a permutation of 0 … N − 1, drawn once a call        or 0, 1, …, N − 1
batch k = the examples π[k·size : (k + 1)·size]           the last one may be smaller

Every array is cut along the axis of its batch: the first of (N, D), (N, C, H, W) and (N,), and the second of sequences
(T, N, D).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["axes_of", "batches", "count_examples"]


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
    if size < 1:
        raise ValueError(f"batches(size={size}): a batch has at least one example")
    data = [np.asarray(array) for array in arrays]
    axes = axes_of(data, axis)
    count = count_examples(data, axes)
    order = None if rng is None else rng.permutation(count)
    stop = count - count % size if drop_last else count
    return (
        tuple(_cut(array, along, start, start + size, order) for array, along in zip(data, axes, strict=True))
        for start in range(0, stop, size)
    )


def axes_of(arrays: Sequence[npt.NDArray[Any]], axis: int | Sequence[int]) -> list[int]:
    """Return the axis of the batch of each array, none negative; raise ValueError if an array lacks it."""
    if isinstance(axis, Sequence):
        if len(axis) != len(arrays):
            raise ValueError(f"there are {len(arrays)} arrays and {len(axis)} axes of the batch: {tuple(axis)}")
        wanted = list(axis)
    else:
        wanted = [min(axis, array.ndim - 1) if array.ndim else axis for array in arrays]
    for array, along in zip(arrays, wanted, strict=True):
        if not -array.ndim <= along < array.ndim:
            raise ValueError(f"an array of shape {array.shape} has no axis {along} to be cut along into batches")
    return [along % array.ndim for array, along in zip(arrays, wanted, strict=True)]


def count_examples(arrays: Sequence[npt.NDArray[Any]], axes: Sequence[int]) -> int:
    """Return how many examples the arrays hold; raise ValueError unless all hold the same number."""
    if not arrays:
        raise ValueError("batches() takes at least one array")
    lengths = [array.shape[along] for array, along in zip(arrays, axes, strict=True)]
    if len(set(lengths)) > 1:
        shapes = ", ".join(f"{array.shape} along axis {along}" for array, along in zip(arrays, axes, strict=True))
        raise ValueError(
            f"the arrays hold {' and '.join(map(str, lengths))} examples, of shapes {shapes}; "
            "the axis may be given for each array"
        )
    return int(lengths[0])


def _cut(
    array: npt.NDArray[Any], axis: int, start: int, stop: int, order: npt.NDArray[np.int64] | None
) -> npt.NDArray[Any]:
    """Return one batch of one array."""
    if order is not None:
        return array.take(order[start:stop], axis)
    return array[(slice(None),) * axis + (slice(start, stop),)]
