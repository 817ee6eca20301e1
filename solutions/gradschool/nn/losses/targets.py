"""What a cross-entropy asks of its target, and how much each example counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array


def require_target(prediction: Array, target: npt.NDArray[Any], ignore: int | None = None) -> None:
    """Raise ValueError unless the target is labels or probabilities for the logits, and some example counts."""
    if prediction.ndim and target.shape == prediction.shape:
        counted = target
        _require_probabilities(target)
    elif prediction.ndim and target.shape == prediction.shape[:-1] and target.dtype.kind in "iu":
        counted = target if ignore is None else target[target != ignore]
        _require_labels(counted, prediction.shape[-1])
    else:
        raise ValueError(_refusal(prediction, target))
    if not counted.size:
        raise ValueError("SoftmaxCrossEntropy takes one example or more, got none, or only ignored ones")


def example_weights(prediction: Array, target: npt.NDArray[Any], ignore: int | None = None) -> Array | float:
    """Return the weight of the examples in the mean: 1/N, or an array of it with 0 where a label is `ignore`.

    N is the number of examples that count. The array has one entry for each example, and a last axis of 1.
    """
    if ignore is None or target.ndim == prediction.ndim:
        return float(prediction.shape[-1] / prediction.size)
    counted = (target != ignore)[..., None]
    weights: Array = counted.astype(prediction.dtype) / int(np.count_nonzero(counted))
    return weights


def _require_probabilities(target: npt.NDArray[Any]) -> None:
    """Raise ValueError unless the last axis holds probabilities."""
    if target.size and not (target.min() >= 0 and np.abs(target.sum(axis=-1) - 1).max() < 1e-3):
        raise ValueError(
            "SoftmaxCrossEntropy takes probabilities, of sum 1 over the classes; "
            "BinaryCrossEntropy is for several classes at once"
        )


def _require_labels(labels: npt.NDArray[Any], classes: int) -> None:
    """Raise ValueError unless the labels are those of the classes."""
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(f"SoftmaxCrossEntropy takes labels from 0 to {classes - 1}, got {wrong}")


def _refusal(prediction: Array, target: npt.NDArray[Any]) -> str:
    """Return the text of the error for a target that does not fit the logits."""
    if not prediction.ndim:
        return "SoftmaxCrossEntropy takes logits with the classes on the last axis, got a single number"
    shape, advice = prediction.shape, ""
    if target.shape == shape[:-1]:
        advice = "; target.astype(int) are labels, if the numbers are whole"
    elif target.shape == (*shape[:-1], 1):
        advice = "; target[..., 0] is of that shape"
    return (
        f"SoftmaxCrossEntropy takes, for logits of shape {shape}, whole labels of shape {shape[:-1]} or probabilities "
        f"of shape {shape}, got {target.dtype} of shape {target.shape}{advice}"
    )
