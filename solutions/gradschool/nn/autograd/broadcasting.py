"""Broadcasting undone.

Where an array of shape (3, 1) meets one of (2, 3, 4), NumPy reads each of its numbers 2 · 4 times. A number that is
used 8 times gets 8 shares of the gradient, and their sum is its gradient.
"""

from __future__ import annotations

from gradschool.nn.types import Array


def unbroadcast(dy: Array, shape: tuple[int, ...]) -> Array:
    """Return `dy` summed to `shape`, which is broadcast to the shape of `dy`."""
    if dy.shape == shape:
        return dy
    new = dy.ndim - len(shape)
    axes = [i for i in range(dy.ndim) if i < new or shape[i - new] == 1]
    total: Array = dy.sum(axis=tuple(axes)).reshape(shape)
    return total
