"""Metrics under Keras' names, over those of `gradschool.nn.metrics`.

A metric of one's own is a function of (y_true, y_pred) that returns a number, or an array, whose mean counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn import metrics
from gradschool.nn.keras.described import Described
from gradschool.nn.keras.lookup import find

Function = Callable[[Any, Any], float]
"""A function of prediction and target, as `gradschool.nn` has it."""


class Metric(Described):
    """A metric with a name; called with (y_true, y_pred), in this order."""

    label = ""

    def __init__(self, name: str | None = None) -> None:
        """Keep the name."""
        self.name = name or self.label

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value, as `gradschool.nn` computes it."""
        raise NotImplementedError(f"{type(self).__name__} has no value yet")

    def __call__(self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
        """Return the value."""
        prediction, target = np.asarray(y_pred), np.asarray(y_true)
        return self.value(prediction, as_prediction(target, prediction))


class MeanSquaredError(Metric):
    """The mean of the squared differences."""

    label = "mean_squared_error"

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        return metrics.mean_squared_error(prediction, target)


class RootMeanSquaredError(Metric):
    """The root of the mean of the squared differences."""

    label = "root_mean_squared_error"

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        return metrics.root_mean_squared_error(prediction, target)


class MeanAbsoluteError(Metric):
    """The mean of the differences' sizes."""

    label = "mean_absolute_error"

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        return metrics.mean_absolute_error(prediction, target)


class R2Score(Metric):
    """The share of the targets' variance that is explained."""

    label = "r2_score"

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        return metrics.r2_score(prediction, target)


class BinaryAccuracy(Metric):
    """The share of entries on the right side of the threshold; for targets of -1 and 1 that is 0."""

    label = "binary_accuracy"

    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        """Keep the threshold."""
        super().__init__(name)
        self.threshold = threshold

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        if np.any(target == -1) and np.all((target == 1) | (target == -1)):
            return metrics.binary_accuracy(prediction, target > 0, threshold=0.0)
        return metrics.binary_accuracy(prediction, target, threshold=self.threshold)


class CategoricalAccuracy(Metric):
    """The share of examples whose true class, given as a one-hot row, has the largest output."""

    label = "categorical_accuracy"

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        return metrics.accuracy(prediction, target)


class SparseCategoricalAccuracy(CategoricalAccuracy):
    """The share of examples whose true class, given by its number, has the largest output."""

    label = "sparse_categorical_accuracy"


class Accuracy(Metric):
    """Binary, categorical or sparse accuracy, whichever the shapes ask for."""

    label = "accuracy"

    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        """Keep the threshold of the binary one."""
        super().__init__(name)
        self.threshold = threshold

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value."""
        binary = prediction.shape == target.shape and prediction.shape[-1:] in ((), (1,))
        return (BinaryAccuracy(threshold=self.threshold) if binary else CategoricalAccuracy()).value(prediction, target)


class TopKCategoricalAccuracy(Metric):
    """The share of examples whose true class, given as a one-hot row, is among the `k` largest outputs."""

    label = "top_k_categorical_accuracy"

    def __init__(self, k: int = 5, name: str | None = None) -> None:
        """Keep k."""
        super().__init__(name)
        self.k = k

    def value(self, prediction: Any, target: Any) -> float:
        """Return the value; where there are fewer classes than `k`, every one of them is among the largest."""
        return metrics.top_k(min(self.k, prediction.shape[-1]))(prediction, target)


class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    """The share of examples whose true class, given by its number, is among the `k` largest outputs."""

    label = "sparse_top_k_categorical_accuracy"


TABLE: dict[str, Callable[..., Metric]] = {
    "accuracy": Accuracy,
    "acc": Accuracy,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    "top_k_categorical_accuracy": TopKCategoricalAccuracy,
    "sparse_top_k_categorical_accuracy": SparseTopKCategoricalAccuracy,
    "r2_score": R2Score,
    "mse": MeanSquaredError,
    "mean_squared_error": MeanSquaredError,
    "rmse": RootMeanSquaredError,
    "root_mean_squared_error": RootMeanSquaredError,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
}
"""The metrics by name."""


def get(metric: Any, *, logits: bool = False, binary: bool = False) -> tuple[str, Function]:
    """Return a name, and a function of prediction and target, for a name, a class, an object or a function.

    `logits` says that the output is logits, whose binary threshold is 0; `binary` that the loss is the binary one.
    """
    if isinstance(metric, str):
        kind = find("metric", metric, TABLE)
        if kind is Accuracy:
            kind = partial(BinaryAccuracy if binary else Accuracy, threshold=0.0 if logits else 0.5)
        return metric, kind(name=metric).value
    if isinstance(metric, type) and issubclass(metric, Metric):
        metric = metric()
    if isinstance(metric, Metric):
        return metric.name, metric.value
    if not callable(metric):
        raise ValueError(f"a metric is a name, such as 'accuracy', or a function of (y_true, y_pred), got {metric!r}")
    name = getattr(metric, "__name__", type(metric).__name__)
    if getattr(metric, "__module__", None) == metrics.__name__:
        return name, metric
    return name.strip("<>"), partial(_in_our_order, metric)


def named(chosen: Any, *, logits: bool, binary: bool) -> dict[str, Function]:
    """Return all metrics by name; a name that comes again gets a number."""
    if chosen is not None and not isinstance(chosen, list | tuple):
        chosen = [chosen]
    functions: dict[str, Function] = {}
    for metric in chosen or ():
        name, function = get(metric, logits=logits, binary=binary)
        number = sum(one == name or one.rpartition("_")[0] == name for one in functions)
        functions[f"{name}_{number}" if name in functions else name] = function
    if "loss" in functions:
        raise ValueError("a metric is called 'loss', as the loss is; give it another name")
    return functions


def as_prediction(target: Any, prediction: Any) -> Any:
    """Return a target with the axis of size 1 that the prediction has, or without the one that it lacks."""
    if target.shape == prediction.shape[:-1] and prediction.shape[-1:] == (1,):
        return target[..., None]
    if target.ndim == prediction.ndim and target.shape[-1:] == (1,) and prediction.shape[-1:] != (1,):
        return target[..., 0]
    return target


def __getattr__(name: str) -> Metric:
    """Return the metric that is called `name` in the table."""
    if name not in TABLE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return TABLE[name](name=name)


def _in_our_order(function: Callable[..., Any], prediction: Any, target: Any) -> float:
    """Return the value of a function of (y_true, y_pred)."""
    return float(np.mean(function(target, prediction)))
