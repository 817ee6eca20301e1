"""Rearrangements: the same numbers in another shape; the gradient goes the way back.

y = a as shape              ∂a: dy as the shape of a                        reshape, and so squeeze and expand_dims
y = a with axes permuted    ∂a: dy with the inverse permutation             transpose; swapaxes is its own inverse
y = a stretched to shape    ∂a: dy, which is summed as for every broadcast  broadcast_to
y = a, b, … along a new axis   ∂a, ∂b, …: the slice of each                 stack
y = a with zeros around it  ∂a: the middle of dy                            pad
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.autograd.table import Row, Rows
from gradschool.nn.types import Array


def rearrangements() -> Rows:
    """Return the rows of reshape, transpose, swapaxes, broadcast_to, stack and pad."""

    def inner(a: Array, widths: tuple[tuple[int, int], ...]) -> tuple[slice, ...]:
        return tuple(slice(before, before + n) for n, (before, _) in zip(a.shape, widths, strict=True))

    return {
        "reshape": Row(lambda a, shape: a.reshape(shape), lambda dy, y, a, shape: dy.reshape(a.shape)),
        "transpose": Row(
            lambda a, axes: a.transpose(axes),
            lambda dy, y, a, axes: dy.transpose(None if axes is None else np.argsort(np.mod(axes, a.ndim))),
        ),
        "swapaxes": Row(lambda a, i, j: a.swapaxes(i, j), lambda dy, y, a, i, j: dy.swapaxes(i, j)),
        "broadcast_to": Row(lambda a, shape: np.broadcast_to(a, shape), lambda dy, y, a, shape: dy),
        "stack": Row(
            lambda *arrays, axis: np.stack(arrays, axis),
            together=lambda dy, y, *arrays, axis: np.moveaxis(dy, axis, 0),
        ),
        "pad": Row(lambda a, widths: np.pad(a, widths), lambda dy, y, a, widths: dy[inner(a, widths)]),
    }
