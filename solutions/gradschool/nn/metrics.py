"""Metrics: one number that says how good predictions are.

accuracy       1/N · Σₙ [argmaxᶜ Pₙ = tₙ]                 the first of tied scores is the largest
top-k          1/N · Σₙ [tₙ is among the k largest of Pₙ]
R²             mean over m of 1 − Σₙ (Pₙₘ − Tₙₘ)² / Σₙ (Tₙₘ − T̄ₘ)²
MAE, MSE       mean of |P − T|, of (P − T)²;  RMSE = √MSE

The classes are on the last axis of the scores P: (N, C), or (T, N, C) for sequences, whose every step counts as an
example; those whose label is `ignore` do not count. R² is the coefficient of determination as scikit-learn averages it
over the M outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "accuracy",
    "binary_accuracy",
    "confusion_matrix",
    "mean_absolute_error",
    "mean_squared_error",
    "r2_score",
    "root_mean_squared_error",
    "top_k",
]

Numbers: TypeAlias = npt.NDArray[Any]


def accuracy(prediction: npt.ArrayLike, target: npt.ArrayLike, *, ignore: int | None = None) -> float:
    """Return the share of examples whose class has the largest score; the first of tied scores is the largest.

    prediction   scores (…, C), floats: logits or probabilities; or classes, whole numbers of the target's shape
    target       classes, whole numbers (…); or probabilities (…, C), one-hot rows for example
    ignore       a class of the target whose examples do not count, such as 0 or -100 for the padding of sequences;
                 in `fit`, metrics={"accuracy": functools.partial(nn.metrics.accuracy, ignore=0)}

    Scores of which one is NaN are never right.
    """
    predicted, true, scores = _classes("accuracy", prediction, target, ignore)
    right = predicted == true
    if scores is not None:
        right &= ~np.isnan(scores.max(axis=-1))
    return float(np.mean(right))


def binary_accuracy(prediction: npt.ArrayLike, target: npt.ArrayLike, *, threshold: float = 0.0) -> float:
    """Return the share of entries on the right side of `threshold`: 0 for logits, 0.5 for probabilities.

    `prediction` and `target` are of one shape. The target is 0 or 1, or true or false; an entry above the threshold
    predicts 1.
    """
    predicted, true = _alike("binary_accuracy", prediction, target)
    if not np.all((true == 0) | (true == 1)):
        raise ValueError(f"binary_accuracy takes targets of 0 and 1, got {true[(true != 0) & (true != 1)][0]}")
    return float(np.mean((predicted > threshold) == (true == 1)))


def top_k(k: int, *, ignore: int | None = None) -> Callable[[npt.ArrayLike, npt.ArrayLike], float]:
    """Return the metric `top_k`, for example `top_5`: the share of examples whose class is among the `k` best.

    It takes scores (…, C) and targets as `accuracy` does; examples of the class `ignore` do not count. Tied scores
    rank in the order of their classes, so `top_k(1)` is the accuracy.
    """
    if k < 1:
        raise ValueError(f"top_k({k}): k is at least 1")

    def metric(prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
        _, true, scores = _classes(f"top_k({k})", prediction, target, ignore)
        if scores is None or scores.shape[-1] < k:
            shape = np.shape(prediction)
            raise ValueError(f"top_k({k}) takes scores of shape (…, C) with C of {k} or more, got {shape}")
        own = np.take_along_axis(scores, true[..., None], axis=-1)
        earlier = np.arange(scores.shape[-1]) < true[..., None]
        ahead = ~(scores <= own) | ((scores == own) & earlier)  # ~ so that NaN is ahead of all, and never right
        return float(np.mean(ahead.sum(axis=-1) < k))

    metric.__name__ = metric.__qualname__ = f"top_{k}"
    return metric


def r2_score(prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
    """Return R², the mean over the outputs: 1 is perfect, 0 as good as the mean of the targets, and less is worse.

    Shapes (N,), or (…, M) with the outputs last. For an output whose target is constant R² is 1 if the prediction
    is perfect, and else 0. Raise ValueError for fewer than two examples.
    """
    predicted, true = _alike("r2_score", prediction, target)
    outputs = true.shape[-1] if true.ndim > 1 else 1
    predicted, true = (array.astype(np.float64).reshape(-1, outputs) for array in (predicted, true))
    if len(true) < 2:
        raise ValueError("r2_score takes at least two examples: one has no spread")
    residual = np.sum((predicted - true) ** 2, axis=0)
    total = np.sum((true - true.mean(axis=0)) ** 2, axis=0)
    constant = np.all(true == true[0], axis=0)
    of_constant = np.where(residual == 0, 1.0, np.where(np.isnan(residual), np.nan, 0.0))
    return float(np.mean(np.where(constant, of_constant, 1 - residual / np.where(constant, 1, total))))


def mean_absolute_error(prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
    """Return the mean over all entries of |prediction − target|, which are of one shape."""
    predicted, true = _alike("mean_absolute_error", prediction, target)
    return float(np.mean(np.abs(predicted - true)))


def mean_squared_error(prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
    """Return the mean over all entries of (prediction − target)², which are of one shape."""
    predicted, true = _alike("mean_squared_error", prediction, target)
    return float(np.mean((predicted - true) ** 2))


def root_mean_squared_error(prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
    """Return the root of the mean over all entries of (prediction − target)², which are of one shape."""
    predicted, true = _alike("root_mean_squared_error", prediction, target)
    return float(np.sqrt(np.mean((predicted - true) ** 2)))


def confusion_matrix(
    prediction: npt.ArrayLike, target: npt.ArrayLike, classes: int | None = None, *, ignore: int | None = None
) -> npt.NDArray[np.int64]:
    """Return how many examples of class i were taken for class j, of shape (C, C): row i is the truth.

    It takes what `accuracy` takes; examples whose true class is `ignore` are left out. `classes` is C; by default that
    of the scores, or one more than the largest class.
    """
    predicted, true, scores = _classes("confusion_matrix", prediction, target, ignore)
    if classes is None:
        classes = int(max(predicted.max(), true.max())) + 1 if scores is None else scores.shape[-1]
    for labels in (predicted, true):
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(
                f"confusion_matrix takes classes from 0 to {classes - 1}, got {labels.min()} to {labels.max()}"
            )
    return count_pairs(predicted, true, classes)


def count_pairs(predicted: npt.NDArray[Any], true: npt.NDArray[Any], classes: int) -> npt.NDArray[np.int64]:
    """Return how many examples of class i were taken for class j: row i is the truth, column j the answer.

    `predicted` and `true` hold whole numbers from 0 to classes - 1, one for each example. The result has the shape
    (classes, classes).
    """
    pairs = true.astype(np.int64) * classes + predicted
    return np.bincount(pairs.ravel(), minlength=classes**2).reshape(classes, classes)


def _alike(name: str, prediction: npt.ArrayLike, target: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    """Return both as arrays that can be subtracted; raise ValueError unless they are of one shape, and not empty."""
    predicted, true = np.asarray(prediction), np.asarray(target)
    if predicted.shape != true.shape:
        shapes = f"{predicted.shape} and {true.shape}"
        raise ValueError(f"{name} takes a prediction and a target of one shape, got {shapes}")
    _require_some(name, true)
    floating = np.result_type(predicted, true, np.float32)
    return predicted.astype(floating, copy=False), true.astype(floating, copy=False)


def _classes(
    name: str, prediction: npt.ArrayLike, target: npt.ArrayLike, ignore: int | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Numbers | None]:
    """Return the predicted and the true classes, and the scores if there are any, of the examples that count."""
    predicted, true = np.asarray(prediction), np.asarray(target)
    _require_some(name, true)
    whole = all(np.issubdtype(array.dtype, np.integer) for array in (predicted, true))
    if ignore is not None and (whole or predicted.shape != true.shape):
        predicted, true = _counted(name, predicted, true, ignore)
    if whole and predicted.shape == true.shape:
        return predicted.astype(np.int64), true.astype(np.int64), None
    if predicted.ndim < 2 or predicted.shape[-1] < 2:
        raise ValueError(
            f"{name} takes scores of shape (…, C) for C > 1 classes, got {predicted.shape}; "
            "binary_accuracy is for one score an example"
        )
    if predicted.shape == true.shape:
        return predicted.argmax(axis=-1), true.argmax(axis=-1), predicted
    if predicted.shape[:-1] != true.shape:
        shapes = f"{predicted.shape} and {true.shape}"
        raise ValueError(f"{name} takes scores (…, C) and classes (…) or probabilities (…, C), got {shapes}")
    if not np.issubdtype(true.dtype, np.integer):
        raise ValueError(f"{name} takes classes that are whole numbers, got {true.dtype}; y.astype(int) makes them so")
    if true.min() < 0 or true.max() >= predicted.shape[-1]:
        raise ValueError(
            f"{name} takes classes from 0 to {predicted.shape[-1] - 1} for scores of shape {predicted.shape}, "
            f"got {true.min()} to {true.max()}"
        )
    return predicted.argmax(axis=-1), true.astype(np.int64), predicted


def _counted(name: str, predicted: Numbers, true: Numbers, ignore: int) -> tuple[Numbers, Numbers]:
    """Return the examples, one a row, whose true class is not `ignore`; all as they are if the shapes do not match."""
    if true.shape not in (predicted.shape, predicted.shape[:-1]):
        return predicted, true
    counted = true != ignore
    if not counted.any():
        raise ValueError(f"{name}(ignore={ignore}) takes at least one example that counts, got only ignored ones")
    return predicted[counted], true[counted]


def _require_some(name: str, true: Numbers) -> None:
    """Raise ValueError if there is no example."""
    if not true.size:
        raise ValueError(f"{name} takes at least one example, got a target of shape {true.shape}")
