"""What the losses of a prediction and a target of one shape share: the check of the two."""

from __future__ import annotations

from gradschool.nn.dtypes import floating
from gradschool.nn.types import Array


def matched(loss: str, prediction: Array, target: Array) -> tuple[Array, Array]:
    """Return the prediction, floating, and the target in its dtype.

    Raise ValueError, with the name of the loss, unless both have one shape and at least one entry.
    """
    if prediction.shape != target.shape:
        advice = ""
        if prediction.size == target.size:
            advice = f"; target.reshape{prediction.shape} if its entries are in the order of the prediction's"
        shapes = f"{prediction.shape} and {target.shape}"
        raise ValueError(f"{loss} takes a prediction and a target of one shape, got {shapes}{advice}")
    if not prediction.size:
        raise ValueError(f"{loss} takes the mean of one entry or more, got an empty batch, of shape {prediction.shape}")
    prediction = floating(prediction)
    return prediction, target.astype(prediction.dtype, copy=False)
