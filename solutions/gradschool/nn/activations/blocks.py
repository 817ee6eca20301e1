"""Elementwise work in blocks: the arrays between one step and the next stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradschool.nn.types import Array

BLOCK = 1 << 14
"""The number of entries that are worked on at once."""


def blockwise(f: Callable[..., Array], *arrays: Array) -> Array:
    """Return f of arrays of one shape, in that shape; f works entry by entry and gets parts with one axis."""
    flat = [array.reshape(-1) for array in arrays]
    y = np.empty_like(flat[0])
    for start in range(0, y.size, BLOCK):
        block = slice(start, start + BLOCK)
        y[block] = f(*(array[block] for array in flat))
    return y.reshape(arrays[0].shape)
