"""Reductions: many numbers in, one out, along one axis, several, or all.

y = Σᵢ aᵢ           ∂y/∂aᵢ = 1
y = Σᵢ aᵢ / n       ∂y/∂aᵢ = 1/n
y = maxᵢ aᵢ         ∂y/∂aᵢ = 1 for the largest, else 0          of several the first, row by row
y = minᵢ aᵢ         ∂y/∂aᵢ = 1 for the smallest, else 0         of several the first

(PyTorch's amax and amin share the gradient among ties; its max along an axis takes one, as here.)
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.autograd.axes import first_along, kept
from gradschool.nn.autograd.table import Row, Rows
from gradschool.nn.types import Array


def reductions() -> Rows:
    """Return the rows of sum, mean, max and min, whose options are `axis` and `keepdims`."""

    def back(dy: Array, a: Array, axis: int | tuple[int, ...] | None) -> Array:
        return np.broadcast_to(dy.reshape(kept(a.shape, axis)), a.shape)

    def pick(dy: Array, y: Array, a: Array, axis: int | tuple[int, ...] | None, keepdims: bool) -> Array:
        return back(dy, a, axis) * first_along(a == y.reshape(kept(a.shape, axis)), axis)

    return {
        "sum": Row(np.sum, lambda dy, y, a, axis, keepdims: back(dy, a, axis)),
        "mean": Row(np.mean, lambda dy, y, a, axis, keepdims: back(dy, a, axis) * (y.size / max(a.size, 1))),
        "max": Row(np.max, pick),
        "min": Row(np.min, pick),
    }
