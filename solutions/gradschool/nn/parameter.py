"""A parameter: a value that training changes, and the gradient of the loss with respect to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array


class Parameter:
    """An array `value` and its gradient `grad`, of one shape and one dtype.

    `backward` adds to `grad`, an optimizer changes `value`, and weight decay leaves alone what has `decay=False`.
    """

    def __init__(self, value: npt.ArrayLike, *, decay: bool = True) -> None:
        """Hold a copy of `value`, with a gradient of zeros."""
        array = np.array(value)
        self.value: Array = array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)
        self.grad: Array = np.zeros_like(self.value)
        self.decay = decay

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `value`, and of `grad`."""
        return self.value.shape

    def zero_grad(self) -> None:
        """Set the gradient to zero."""
        self.grad[...] = 0

    def __repr__(self) -> str:
        """Return the shape, the dtype and whether weight decay applies."""
        return f"Parameter(shape={self.shape}, dtype={self.value.dtype}, decay={self.decay})"
