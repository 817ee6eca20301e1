"""What stands between Keras' order of axes and the library's: layers that only arrange and check.

Keras            images (N, H, W, C)     sequences (N, T, D)
gradschool.nn    images (N, C, H, W)     sequences (T, N, D)

The order of an array is that of its axes: those of Keras' array, as the array at hand has them. A conversion is a
view, and the next layer copies it or not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

Shape = tuple[int | None, ...]
"""The shape of one example, as Keras has it: without the axis of the batch; None is a size that may vary."""

Order = tuple[int, ...]

PLAIN: Order = ()
IMAGES: Order = (0, 3, 1, 2)
SEQUENCES: Order = (1, 0, 2)


class Transposed(Layer):
    """The same array with its axes in another order."""

    def __init__(self, axes: Order) -> None:
        """Keep the order."""
        self.axes = axes

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return x with its axes in this order."""
        return x.transpose(self.axes)

    def backward(self, dy: Array) -> Array:
        """Return dy with its axes in the order of x."""
        return dy.transpose(np.argsort(self.axes))


class Reshaped(Layer):
    """Every example in another shape."""

    def __init__(self, shape: Shape) -> None:
        """Keep the shape of an example; one entry may be -1."""
        self.shape = tuple(-1 if size is None else size for size in shape)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the examples of x in this shape."""
        self._shape = x.shape
        return x.reshape(len(x), *self.shape)

    def backward(self, dy: Array) -> Array:
        """Return dy in the shape of x."""
        return dy.reshape(self._shape)


class Entry(Layer):
    """The first layer of a model: it checks the shape, and converts the dtype batch by batch."""

    def __init__(self, shape: Shape, dtype: npt.DTypeLike, owner: str) -> None:
        """Take examples of `shape`, and make them `dtype`."""
        self.shape, self.dtype, self.owner = shape, dtype, owner

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return x in the dtype of the model; raise ValueError if its examples have another shape."""
        require_shape(self.owner, x.shape, self.shape)
        return x.astype(self.dtype, copy=False)

    def backward(self, dy: Array) -> Array:
        """Return dy."""
        return dy


def conversion(have: Order, want: Order, rank: int) -> list[Layer]:
    """Return the layer that brings an array of `rank` axes from one order into another, if there is anything to do."""
    have, want = have or tuple(range(rank)), want or tuple(range(rank))
    return [] if have == want else [Transposed(tuple(have.index(axis) for axis in want))]


def require_shape(owner: str, got: tuple[int, ...], shape: Shape) -> None:
    """Raise ValueError unless `got` is the shape of a batch of examples of `shape`."""
    if len(got) == len(shape) + 1 and all(want in (None, size) for want, size in zip(shape, got[1:], strict=True)):
        return
    batch = f"(N, {', '.join('any' if size is None else str(size) for size in shape)})"
    raise ValueError(f"{owner} takes x of shape {batch}, got {got}{_advice(got, shape)}")


def _advice(got: tuple[int, ...], shape: Shape) -> str:
    """Return what to do with an x of the wrong shape, if there is something."""
    if len(shape) == 3 and got[1:] == shape[:2] and shape[2] == 1:
        return "; x[..., None] gives grey images their channel"
    if len(shape) == 3 and len(got) == 4 and got[1:] == (shape[2], *shape[:2]):
        return "; x.transpose(0, 2, 3, 1) puts the channels last"
    if got == shape:
        return "; x[None] is a batch of one"
    if len(got) > 2 and len(shape) == 1 and int(np.prod(got[1:])) == shape[0]:
        return (
            f"; x.reshape(len(x), -1) makes rows of {shape[0]}, or begin the model with Flatten(input_shape={got[1:]})"
        )
    if len(got) == 2 and len(shape) > 1 and all(shape) and got[1] == int(np.prod([size or 1 for size in shape])):
        return f"; x.reshape(-1, {', '.join(map(str, shape))}) makes them"
    return "; the first axis is that of the examples"


def as_batch(x: Any, shape: Shape | None) -> npt.NDArray[Any]:
    """Return x as an array of numbers; one number an example, (N,), becomes (N, 1)."""
    try:
        array: npt.NDArray[Any] = np.asarray(x)
    except ValueError:
        raise ValueError("x holds examples of one shape, got rows of several lengths") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"x is made of numbers, got an array of {array.dtype}")
    return array[:, None] if array.ndim == 1 and shape in (None, (1,), (None,)) else array
