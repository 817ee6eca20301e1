"""What `compile` chooses: how a model is trained and judged.

A model that ends in the softmax or sigmoid of its cross-entropy is trained without it, on logits. What the metrics see
are probabilities all the same, and so is what the model predicts.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras import losses, metrics, optimizers
from gradschool.nn.keras.probabilities import Penalised
from gradschool.nn.types import Array

if TYPE_CHECKING:
    from gradschool.nn.keras.models.stack import Stack

PROBABILITIES = {"Softmax": ("Softmax", "Sigmoid"), "Sigmoid": ("Sigmoid", "Softmax", "Hardsigmoid")}
"""The activations that may end a model before a cross-entropy of each sort that is not of logits."""


class Compiled:
    """An optimizer, a loss and metrics, made out for one model as soon as that has its weights."""

    def __init__(self, model: Stack, optimizer: Any, loss: Any, chosen: Any) -> None:
        """Look the names up; raise ValueError for what is not known."""
        self.model, self.given = model, (optimizer, loss, chosen)
        self.optimizer: Any = optimizers.get(optimizer)
        self._loss = losses.get(loss)
        self._chosen = chosen
        metrics.named(chosen, logits=False, binary=False)  # raises ValueError for a name that is not known
        self._made_for: Any = None

    @property
    def network(self) -> nn.Sequential:
        """The network that is trained: it ends in logits if it can."""
        self._make()
        return self._network

    @property
    def loss(self) -> Any:
        """The loss of `gradschool.nn`, with the penalties of the layers."""
        self._make()
        return self._objective

    @property
    def metrics(self) -> dict[str, Callable[[Any, Any], float]]:
        """Functions of the network's output and the target, by name."""
        self._make()
        return self._metrics

    def targets(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the targets as the loss takes them; raise ValueError if they do not fit the model's output."""
        return self._loss.targets(y, self.model.gives or ())

    def _make(self) -> None:
        """Make loss, metrics and optimizer out for the network as it is now, unless that has been done."""
        network = self.model.network
        trained = self.model.trainable_parameters()
        if self._made_for is not None and self._made_for[0] is network and _same(self._made_for[1], trained):
            return
        head = self._loss.head
        logits = self.model.without(head)
        if self._loss.from_logits and logits is not None and not isinstance(self._loss, losses.Custom):
            raise ValueError(
                f"the model ends in {head.lower()}, so its output is no logits; "
                f"take from_logits=True away, or the {head.lower()}"
            )
        on_logits = self._loss.from_logits or logits is not None
        if head and not on_logits:
            _warn_unless_probabilities(network, head)
        self._network = network if logits is None else logits
        penalties = self.model.all_penalties()
        made = self.model.prepared(self._loss.make(logits=on_logits))
        self._objective = Penalised(made, penalties) if penalties else made
        finish = getattr(nn, head)().forward if logits is not None else _as_it_is
        functions = metrics.named(self._chosen, logits=on_logits and logits is None, binary=head == "Sigmoid")
        self._metrics: dict[str, Callable[[Any, Any], float]] = {
            name: partial(_finished, finish, function) for name, function in functions.items()
        }
        if trained:
            self.optimizer.bind(self.model, trained, penalties)
        self._made_for = network, trained


def _same(one: list[nn.Parameter], other: list[nn.Parameter]) -> bool:
    """Return whether both lists hold the same parameters."""
    return [id(parameter) for parameter in one] == [id(parameter) for parameter in other]


def _as_it_is(output: Array) -> Array:
    """Return the output."""
    return output


def _finished(
    finish: Callable[[Array], Array], metric: Callable[[Any, Any], float], output: Array, target: npt.NDArray[Any]
) -> float:
    """Return the metric of the output once it is what the model predicts."""
    return float(np.asarray(metric(finish(output), target)))


def _warn_unless_probabilities(network: nn.Sequential, head: str) -> None:
    """Warn if the last layer gives no probabilities."""
    last = type(network.layers[-1]).__name__
    if last not in PROBABILITIES[head]:
        warnings.warn(
            f"the cross-entropy takes probabilities, and the model ends in {last}: give its last layer "
            f"activation='{head.lower()}', or the loss from_logits=True",
            UserWarning,
            stacklevel=5,
        )
