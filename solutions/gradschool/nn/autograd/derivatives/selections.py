"""Selections: entries are taken out of an array, or arrays are joined; what moves is given back to where it came from.

y = a[index]            ∂a: zeros, and dy added at the index: once for each time that an entry was taken
y = [a | b | …]         ∂a, ∂b, …: the stretch of dy that came from each
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gradschool.nn.autograd.axes import is_basic
from gradschool.nn.autograd.table import Row, Rows
from gradschool.nn.types import Array


def selections() -> Rows:
    """Return the rows of getitem (option `index`) and of concatenate (any number of arrays, option `axis`)."""

    def scatter(dy: Array, y: Array, a: Array, index: Any) -> Array:
        da = np.zeros_like(a)
        if is_basic(index):
            da[index] = dy
        else:
            np.add.at(da, index, dy)
        return da

    def split(dy: Array, y: Array, *arrays: Array, axis: int) -> list[Array]:
        ends = np.cumsum([array.shape[axis] for array in arrays])
        return np.split(dy, ends[:-1], axis)

    return {
        "getitem": Row(lambda a, index: a[index], scatter),
        "concatenate": Row(lambda *arrays, axis: np.concatenate(arrays, axis), together=split),
    }
