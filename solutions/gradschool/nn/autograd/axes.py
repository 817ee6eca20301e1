"""Shapes and axes, as derivatives need them: reduced axes put back, vectors as matrices, the first of ties."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array

Axis: TypeAlias = int | tuple[int, ...] | None
"""What NumPy's reductions take: one axis, several, or None for all."""


def reduced(ndim: int, axis: Axis) -> tuple[int, ...]:
    """Return the axes that a reduction goes over, counted from 0."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def kept(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """Return the shape with a 1 at each reduced axis: what `keepdims=True` would give."""
    axes = reduced(len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def first_along(mask: npt.NDArray[np.bool_], axis: Axis) -> npt.NDArray[np.bool_]:
    """Return the mask with only the first True of each group along the axes, row by row."""
    axes = reduced(mask.ndim, axis)
    others = [i for i in range(mask.ndim) if i not in axes]
    order = [*others, *sorted(axes)]
    groups = mask.transpose(order).reshape(*(mask.shape[i] for i in others), -1)
    first = groups & (groups.cumsum(axis=-1) == 1)
    back: npt.NDArray[np.bool_] = first.reshape([mask.shape[i] for i in order]).transpose(np.argsort(order))
    return back


def as_matrices(dy: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Return dy, a and b of y = a @ b with a vector a as one row, a vector b as one column, and dy to match them."""
    if b.ndim == 1:
        b, dy = b[:, None], dy[..., None]
    if a.ndim == 1:
        a, dy = a[None, :], dy[..., None, :]
    return dy, a, b


def transposed(a: Array) -> Array:
    """Return the transpose of a matrix, or of each matrix of a stack."""
    return a.swapaxes(-1, -2)


def is_basic(index: Any) -> bool:
    """Return whether an index is made of integers, slices, None and `...`, so that it takes no entry twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is ... or isinstance(part, (int, np.integer, slice)) for part in parts)
