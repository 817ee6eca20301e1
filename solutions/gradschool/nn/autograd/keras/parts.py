"""What `gradschool.nn.keras` makes of its own, on the tape: layers that arrange, and losses of probabilities.

categorical   Q = P / Σ꜀ P꜀, between ε and 1 − ε       L = −1/N Σₙ꜀ T log Q
binary        Q = P, between ε and 1 − ε                 L = −mean(T log Q + (1 − T) log(1 − Q))
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.autograd import functions as f
from gradschool.nn.autograd.faces import Taped, TapedLoss
from gradschool.nn.autograd.layers.features import BatchNorm
from gradschool.nn.autograd.own_operations import operation
from gradschool.nn.autograd.tensor import Tensor
from gradschool.nn.autograd.twins import put_on_tape, twin
from gradschool.nn.keras import conversions, probabilities
from gradschool.nn.keras.layers import images, normalization
from gradschool.nn.keras.probabilities import EPSILON
from gradschool.nn.types import Array

Target = npt.NDArray[Any]


@operation(lambda dy, y, x, *, dtype: dy)
def as_dtype(x: Array, *, dtype: npt.DTypeLike) -> Array:
    """Return x in another dtype; its gradient comes back in its own."""
    return x.astype(dtype, copy=False)


class Arranging(Taped):
    """A layer that passes on what it gets, tensors and tokens alike."""

    @property
    def tokens(self) -> bool | None:
        """Whatever comes is passed on."""
        return None


class Transposed(Arranging, conversions.Transposed):
    """The same array with its axes in another order."""

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return x with its axes in this order."""
        return x.transpose(self.axes)


class Reshaped(Arranging, conversions.Reshaped):
    """Every example in another shape."""

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return the examples of x in this shape."""
        return x.reshape(len(x), *self.shape)


class Entry(Taped, conversions.Entry):
    """The first layer of a model: it checks the shape, and converts the dtype batch by batch."""

    @property
    def tokens(self) -> bool:
        """Whether the model takes whole numbers."""
        return np.issubdtype(self.dtype, np.integer)

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return x in the dtype of the model; raise ValueError if its examples have another shape."""
        conversions.require_shape(self.owner, x.shape, self.shape)
        return as_dtype(x, dtype=self.dtype) if isinstance(x, Tensor) else x.astype(self.dtype, copy=False)


class Padded(Taped, images.Padded):
    """Images with rows and columns of one value around them."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the larger images."""
        top, bottom, left, right = self.sides
        widths = ((0, 0), (0, 0), (top, bottom), (left, right))
        around = np.pad(np.zeros(x.shape, dtype=bool), widths, constant_values=True)
        return f.where(around, self.value, f.pad(x, widths))


class ForgivingBatchNorm(BatchNorm, normalization.ForgivingBatchNorm):
    """A BatchNorm that lets a last batch of one example pass."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return y; a batch that has one value of each feature has no spread of its own."""
        return super().compute(x, train=train and x.size >= 2 * self.gamma.value.size)


class CategoricalOfProbabilities(TapedLoss, probabilities.CategoricalOfProbabilities):
    """The surprise at the true classes, by their probabilities."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over the examples."""
        if target.ndim < prediction.ndim:
            target = target[..., None] == np.arange(prediction.shape[-1])
        t = target.astype(prediction.dtype)
        total = prediction.sum(axis=-1, keepdims=True)
        p = prediction / f.where(total.data == 0, EPSILON, total)
        likelihood = (f.log(f.clip(p, EPSILON, 1 - EPSILON)) * t).sum()
        return -likelihood / float(max(t[..., 0].size, 1))


class BinaryOfProbabilities(TapedLoss, probabilities.BinaryOfProbabilities):
    """The surprise at targets of yes or no, by the probability of yes."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the mean over all entries."""
        t, q = target.astype(prediction.dtype, copy=False), f.clip(prediction, EPSILON, 1 - EPSILON)
        return -(f.log(q) * t + f.log(1 - q) * (1 - t)).mean()


class Smoothed(TapedLoss, probabilities.Smoothed):
    """Another loss of smoothed targets."""

    def compute(self, prediction: Tensor, target: Target) -> Tensor:
        """Return the loss of the smoothed targets."""
        share = self.smoothing / (self.classes or prediction.shape[-1])
        loss: Tensor = put_on_tape(self.loss)(prediction, (1 - self.smoothing) * target + share)
        return loss


twin(Transposed, Reshaped, Entry, Padded, ForgivingBatchNorm)
twin(CategoricalOfProbabilities, BinaryOfProbabilities, Smoothed)
