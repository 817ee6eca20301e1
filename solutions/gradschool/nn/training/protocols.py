"""What training asks of a loss, an optimizer and a metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy.typing as npt

from gradschool.nn.types import Array

__all__ = ["Loss", "Metric", "Metrics", "Penalty", "Steps"]

Metric: TypeAlias = Callable[[Any, Any], float]
"""A function of prediction and target that returns a number."""

Metrics: TypeAlias = Mapping[str, Metric] | Sequence[Metric]
"""Metrics by the names under which their values are kept, or in a list, each then under its own name."""


class Loss(Protocol):
    """A mean over the batch, and its gradient."""

    def forward(self, prediction: Array, target: npt.NDArray[Any], /) -> float:
        """Return the loss."""

    def backward(self) -> Array:
        """Return the gradient of the last loss with respect to the prediction."""


class Penalty(Protocol):
    """A price on the size of weights, and its gradient."""

    def value(self, w: Array, /) -> float:
        """Return the penalty on w."""

    def gradient(self, w: Array, /) -> Array:
        """Return the gradient of the penalty, of the shape of w."""


class Steps(Protocol):
    """An optimizer: what changes the parameters by their gradients."""

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""

    def step(self) -> None:
        """Change every parameter once."""
