"""Losses under Keras' names.

A cross-entropy after a softmax or sigmoid is computed from the logits, what went into it, as is its gradient: it is
exact where the probability has long been rounded to 0. After any other layer, unless `from_logits`, the output is taken
for probabilities, which come no nearer to 0 and 1 than 1e-7, as in Keras.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras import config
from gradschool.nn.keras.described import Described
from gradschool.nn.keras.lookup import find
from gradschool.nn.keras.probabilities import BinaryOfProbabilities, CategoricalOfProbabilities, Smoothed
from gradschool.nn.keras.targets import binary, categorical, like_output, sparse

Target = npt.NDArray[Any]


class Loss(Described):
    """A loss, of a target and a prediction: in this order, as Keras has it."""

    head: str = ""
    """The class in `gradschool.nn` of the activation that turns its logits into probabilities."""

    from_logits = False

    def make(self, *, logits: bool) -> Any:
        """Return the loss of `gradschool.nn`; `logits` says whether it will be given logits."""
        raise NotImplementedError(f"{type(self).__name__} has no make yet")

    def targets(self, y: Target, output: tuple[int | None, ...]) -> Target:
        """Return the targets as the loss takes them; raise ValueError if they do not fit an output of that shape."""
        return like_output(type(self).__name__, y, output).astype(config.floatx(), copy=False)

    def __call__(self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
        """Return the loss, the mean over the examples."""
        prediction = np.asarray(y_pred, dtype=np.float64)
        target = self.targets(np.asarray(y_true), prediction.shape[1:])
        return float(self.make(logits=self.from_logits).forward(prediction, target))


class MeanSquaredError(Loss):
    """The mean of the squared differences."""

    def make(self, *, logits: bool) -> Any:
        """Return `nn.MeanSquaredError`."""
        return nn.MeanSquaredError()


class MeanAbsoluteError(Loss):
    """The mean of the differences' sizes."""

    def make(self, *, logits: bool) -> Any:
        """Return `nn.MeanAbsoluteError`."""
        return nn.MeanAbsoluteError()


class Huber(Loss):
    """Half the squared difference up to `delta`, and a straight line beyond."""

    def __init__(self, delta: float = 1.0) -> None:
        """Keep delta."""
        self.delta = delta

    def make(self, *, logits: bool) -> Any:
        """Return `nn.Huber`."""
        return nn.Huber(self.delta)


class BinaryCrossentropy(Loss):
    """The surprise at targets of yes or no, 1 or 0."""

    head = "Sigmoid"

    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0) -> None:
        """Keep the options; smoothing by s brings the targets s/2 nearer to each other."""
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def make(self, *, logits: bool) -> Any:
        """Return `nn.BinaryCrossEntropy`, or that of probabilities."""
        loss: Any = nn.BinaryCrossEntropy() if logits else BinaryOfProbabilities()
        return Smoothed(loss, self.label_smoothing, classes=2) if self.label_smoothing else loss

    def targets(self, y: Target, output: tuple[int | None, ...]) -> Target:
        """Return the targets, from 0 to 1, in the shape of the output."""
        return binary(y, output).astype(config.floatx(), copy=False)


class CategoricalCrossentropy(Loss):
    """The surprise at the true classes, given as one-hot rows."""

    head = "Softmax"

    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0) -> None:
        """Keep the options; smoothing by s spreads the share s of each target evenly over the classes."""
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def make(self, *, logits: bool) -> Any:
        """Return `nn.SoftmaxCrossEntropy`, or that of probabilities."""
        if logits:
            return nn.SoftmaxCrossEntropy(smoothing=self.label_smoothing)
        loss = CategoricalOfProbabilities()
        return Smoothed(loss, self.label_smoothing) if self.label_smoothing else loss

    def targets(self, y: Target, output: tuple[int | None, ...]) -> Target:
        """Return the targets, one-hot or other probabilities, in the shape of the output."""
        return categorical(y, output).astype(config.floatx(), copy=False)


class SparseCategoricalCrossentropy(Loss):
    """The surprise at the true classes, given by their numbers."""

    head = "Softmax"

    def __init__(self, from_logits: bool = False, ignore_class: int | None = None) -> None:
        """Keep the options; examples of `ignore_class` do not count."""
        self.from_logits, self.ignore_class = from_logits, ignore_class

    def make(self, *, logits: bool) -> Any:
        """Return `nn.SoftmaxCrossEntropy`, or that of probabilities."""
        if logits:
            return nn.SoftmaxCrossEntropy(ignore=self.ignore_class)
        if self.ignore_class is not None:
            raise ValueError("ignore_class takes a softmax as the last layer, or from_logits=True")
        return CategoricalOfProbabilities()

    def targets(self, y: Target, output: tuple[int | None, ...]) -> Target:
        """Return the labels, whole numbers, in the shape of the output without its last axis."""
        return sparse(y, output, self.ignore_class)


class Custom(Loss):
    """A loss of `gradschool.nn`, or another with `forward(prediction, target)` and `backward()`."""

    def __init__(self, loss: Any) -> None:
        """Keep the loss; the library's cross-entropies are of logits."""
        self.loss = loss
        self.head = {"SoftmaxCrossEntropy": "Softmax", "BinaryCrossEntropy": "Sigmoid"}.get(type(loss).__name__, "")
        self.from_logits = bool(self.head)

    def make(self, *, logits: bool) -> Any:
        """Return the loss."""
        return self.loss

    def targets(self, y: Target, output: tuple[int | None, ...]) -> Target:
        """Return labels as whole numbers, and other targets in the shape of the output, if they can be."""
        if y.dtype.kind in "iub" and (len(output) == 0 or output[-1] != 1):
            return y[..., 0] if y.ndim > len(output) and y.shape[-1] == 1 else y
        return like_output(type(self.loss).__name__, y, output).astype(config.floatx(), copy=False)


TABLE: dict[str, type[Loss]] = {
    "mse": MeanSquaredError,
    "mean_squared_error": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "huber": Huber,
    "huber_loss": Huber,
    "binary_crossentropy": BinaryCrossentropy,
    "bce": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}
"""The losses by name."""


def get(loss: Any) -> Loss:
    """Return the loss that a name, a class, a function of this module or an object means."""
    if loss is None:
        raise ValueError("compile takes a loss, such as 'mse' or 'sparse_categorical_crossentropy'")
    if isinstance(loss, str):
        return find("loss", loss, TABLE)()
    if isinstance(loss, type):
        loss = loss()
    if isinstance(loss, Loss):
        return loss
    if hasattr(loss, "forward") and hasattr(loss, "backward"):
        return Custom(loss)
    if getattr(loss, "__name__", "") in TABLE:
        return TABLE[loss.__name__]()
    raise ValueError(
        f"a loss is a name, such as 'mse', or an object with forward(prediction, target) and backward(), got {loss!r}: "
        "of a function alone the gradient is not known"
    )


def mean_squared_error(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """Return the mean of the squared differences."""
    return MeanSquaredError()(y_true, y_pred)


def mean_absolute_error(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """Return the mean of the differences' sizes."""
    return MeanAbsoluteError()(y_true, y_pred)


def huber(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, delta: float = 1.0) -> float:
    """Return the Huber loss."""
    return Huber(delta)(y_true, y_pred)


def binary_crossentropy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, from_logits: bool = False) -> float:
    """Return the cross-entropy of targets 0 and 1."""
    return BinaryCrossentropy(from_logits)(y_true, y_pred)


def categorical_crossentropy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, from_logits: bool = False) -> float:
    """Return the cross-entropy of one-hot targets."""
    return CategoricalCrossentropy(from_logits)(y_true, y_pred)


def sparse_categorical_crossentropy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, from_logits: bool = False) -> float:
    """Return the cross-entropy of labels."""
    return SparseCategoricalCrossentropy(from_logits)(y_true, y_pred)


mse = mean_squared_error
mae = mean_absolute_error
