"""Prediction of a whole set, batch by batch, so that memory need not hold what the layers make of all of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.training.axes import cut, laid_out
from gradschool.nn.types import Array

__all__ = ["predict"]


def predict(model: Layer, x: npt.ArrayLike, *, batch_size: int = 1024, batch_axis: int | Sequence[int] = 0) -> Array:
    """Return the model's output for every example of `x`, in evaluation mode.

    `batch_axis` is the axis of the batch, or a pair: that of `x` and that of the output. (1, 0) is a model that takes
    sequences (T, N, D) and returns (N, C). Raise ValueError if the output has no such axis.
    """
    x = np.asarray(x)
    inward, outward = batch_axis if isinstance(batch_axis, Sequence) else (batch_axis, batch_axis)
    _, (along,), count = laid_out([x], size=batch_size, axis=[inward])
    if not count:
        return model.forward(x)
    parts = []
    for start in range(0, count, batch_size):
        rows = cut(x, slice(start, start + batch_size), along)
        part = model.forward(rows)
        if not outward < part.ndim or part.shape[outward] != rows.shape[along]:
            raise ValueError(
                f"the batch, axis {inward} of x {rows.shape}, is not axis {outward} of the output {part.shape}; "
                f"say where it is: batch_axis=({inward}, the axis of the output)"
            )
        parts.append(part)
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=outward)
