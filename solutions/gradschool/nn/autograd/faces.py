"""Layers and losses that are forward passes alone: the tape has their gradients.

A layer of the library is a forward and a backward pass, derived by hand. Its twin on the tape has the same parameters,
options and errors, and one method, `compute`, that takes and returns tensors. It has both faces:

    y = layer(x)                        a tensor, in PyTorch's manner; y.backward() is reverse mode
    layer.forward(x), layer.backward(dy)    arrays, as everywhere in the library, so it serves wherever a layer does

and of a loss likewise: `loss(prediction, target)` is a tensor of one number, `forward` a float, `backward` an array.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.autograd.recorded import plain
from gradschool.nn.autograd.table import Row
from gradschool.nn.autograd.tensor import Tensor
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class Taped(Layer):
    """A layer that is written on the tape: a subclass defines `compute`, and has no backward of its own."""

    @property
    def tokens(self) -> bool | None:
        """Whether the layer takes whole numbers, which have no gradient; None if that is for the next one to say."""
        return False

    def compute(self, x: Any, *, train: bool) -> Any:
        """Return the layer's output, a tensor, for the batch `x`: a tensor, or an array of tokens."""
        raise NotImplementedError(f"{type(self).__name__} has no compute yet")

    def __call__(self, x: Any, *, train: bool = False) -> Tensor:  # type: ignore[override]
        """Return the layer's output for a tensor or an array, as a tensor."""
        return Tensor.of(through(self, plain(x) if self.tokens else Tensor.of(x), train=train))

    def forward(self, x: npt.NDArray[Any], *, train: bool = False) -> Array:
        """Return the layer's output for the batch `x`, an array; it is recorded for `backward`."""
        self._leaf = leaf = x if self.tokens else Tensor(x, requires_grad=True)
        self._end = end = Tensor.of(self.compute(leaf, train=train))
        return end.data

    def backward(self, dy: Array) -> Array:
        """Return the gradient with respect to `x`, which the tape has; add to the gradients of the parameters."""
        leaf, end = self._leaf, self._end
        if not isinstance(leaf, Tensor):
            end.backward(dy)
            return np.zeros(leaf.shape, dtype=end.dtype)
        leaf.grad = None
        end.backward(dy)
        gradient, leaf.grad = leaf.grad, None
        return np.zeros_like(leaf.data) if gradient is None else gradient

    def accumulate(self, dy: Array) -> None:
        """Add to the gradients of the parameters."""
        leaf, end = self._leaf, self._end
        if not isinstance(leaf, Tensor):
            end.backward(dy)
        elif self.parameters():
            leaf.requires_grad = False
            try:
                end.backward(dy)
            finally:
                leaf.requires_grad = True

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: all but the tape of the last forward pass."""
        return {name: value for name, value in vars(self).items() if name not in ("_leaf", "_end")}


def through(layer: Layer, x: Any, *, train: bool) -> Any:
    """Return the output of a layer inside of another one for what `compute` was given."""
    if not isinstance(layer, Taped):
        raise TypeError(f"{type(layer).__name__} is not on the tape; autograd.taped(model) puts a whole model there")
    if "forward" in vars(layer):  # somebody listens to what the layer puts out: see `gradschool.nn.recording`
        return Tensor(layer.forward(plain(x), train=train))
    return layer.compute(x, train=train)


def average(x: Tensor, axis: tuple[int, ...], *, keepdims: bool = False) -> Tensor:
    """Return the mean along axes that have entries; of an empty batch too, which gives nothing."""
    return x.sum(axis=axis, keepdims=keepdims) / float(prod(x.shape[one] for one in axis))


class ByHand(Taped):
    """A layer with a backward of its own, as one operation of the tape."""

    def __init__(self, layer: Layer) -> None:
        """Keep the layer, and use its backward."""
        self.layer = layer

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the layer's output."""
        layer = self.layer
        row = Row(
            lambda x, anchor: layer.forward(x, train=train), together=lambda dy, *_: [layer.backward(dy), np.zeros(())]
        )
        # The anchor wants a gradient, so that the parameters get theirs where x wants none.
        return Tensor.apply(row, x, Tensor(np.zeros(()), requires_grad=True))


class TapedLoss:
    """A loss that is written on the tape: a subclass defines `compute`, and has no backward of its own."""

    def compute(self, prediction: Tensor, target: npt.NDArray[Any]) -> Tensor:
        """Return the loss, a tensor of one number."""
        raise NotImplementedError(f"{type(self).__name__} has no compute yet")

    def __call__(self, prediction: Any, target: Any) -> Tensor:
        """Return the loss as a tensor, whose `backward` adds to the gradients of the parameters."""
        return self.compute(Tensor.of(prediction), np.asarray(plain(target)))

    def forward(self, prediction: Array, target: npt.NDArray[Any]) -> float:
        """Return the loss of an array as a float; it is recorded for `backward`."""
        self._prediction = leaf = Tensor(prediction, requires_grad=True)
        self._loss = self.compute(leaf, target)
        return self._loss.item()

    def backward(self) -> Array:
        """Return the gradient of the last forward's loss with respect to the prediction, which the tape has."""
        self._prediction.grad = None
        self._loss.backward()
        gradient = self._prediction.grad
        return np.zeros_like(self._prediction.data) if gradient is None else gradient

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: all but the tape of the last forward pass."""
        return {name: value for name, value in vars(self).items() if name not in ("_prediction", "_loss")}
