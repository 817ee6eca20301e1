"""Where the examples lie: along which axis of each array, how many there are, and how some of them are taken.

The axis of the batch is the first of (N, D), (N, C, H, W) and (N,), and the second of sequences (T, N, D).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["axes_of", "count_examples", "cut", "laid_out"]


def laid_out(
    arrays: Sequence[npt.ArrayLike], *, size: int, axis: int | Sequence[int]
) -> tuple[list[npt.NDArray[Any]], list[int], int]:
    """Return the arrays, the axis of the batch of each, and how many examples they hold.

    Raise ValueError unless batches of `size` can be made of them: it is positive, and the lengths are equal.
    """
    if size < 1:
        raise ValueError(f"batches(size={size}): a batch has at least one example")
    data = [np.asarray(array) for array in arrays]
    axes = axes_of(data, axis)
    return data, axes, count_examples(data, axes)


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


def cut(array: npt.NDArray[Any], rows: slice | npt.NDArray[np.int64], axis: int) -> npt.NDArray[Any]:
    """Return some examples of an array: a copy of those that `rows` numbers, a view where it is a slice."""
    if isinstance(rows, slice):
        return array[(slice(None),) * axis + (rows,)]
    return array.take(rows, axis)
