"""The loop of a training: a step, an epoch of steps, and all epochs.

A step       P = model(X)   L = loss(P, T) + Σ R(θ)   g = ∂L/∂θ   g clipped   θ ← the optimizer's rule
An epoch     L = Σₖ nₖ Lₖ / Σₖ nₖ         the mean over all examples, nₖ of them in batch k
All epochs   the batches, then the validation; what both give is recorded, and callbacks act in between

R is the penalty, if there is one, on the parameters that decay. The loss of an epoch is that of a model which changes
from batch to batch, and so are its metrics. Batches weigh by their examples, not by the labels that count: where a loss
leaves out some (`ignore`), L is near to their mean, but not the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.training.history import History
from gradschool.nn.training.protocols import Loss, Metric
from gradschool.nn.training.run import Run
from gradschool.nn.training.scores import scores
from gradschool.nn.types import Array

__all__ = ["Loop"]


@dataclass
class Loop:
    """The loop of a training: `run` has the model, the optimizer and what changes; all else stays as it is."""

    run: Run
    loss: Loss
    stream: Callable[[], Iterable[tuple[npt.NDArray[Any], ...]]]
    """Returns the batches of an epoch, pairs (x, y); called once in every epoch."""
    validate: Callable[[], Mapping[str, float]] = dict
    """Returns the values of the validation by name; called once in every epoch, after its batches."""
    callback: Callback = field(default_factory=Callback)
    metrics: dict[str, Metric] = field(default_factory=dict)
    adjust: Callable[[], float] = lambda: 0.0
    """Changes the gradients before a step (a penalty, clipping); returns what is to be added to the batch's loss."""
    axis: int = 0
    """The axis of the batch in the targets."""

    def train(self) -> History:
        """Return the history of all epochs; an interruption by the user ends the training, not the program."""
        self.callback.on_train_begin(self.run)
        try:
            self.all_epochs()
        except KeyboardInterrupt:
            self.run.history.interrupted = True
        self.callback.on_train_end(self.run)
        return self.run.history

    def step(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Array:
        """Change the model by one step in training mode; return its prediction, and leave the loss in `run`."""
        model = self.run.model
        prediction = model.forward(x, train=True)
        value = self.loss.forward(prediction, y)
        model.zero_grad()
        model.accumulate(self.loss.backward())
        self.run.batch_loss = value + self.adjust()
        self.run.optimizer.step()
        return prediction

    def one_epoch(self) -> dict[str, float]:
        """Take a step for every batch, until a callback stops; return the loss of the epoch and its metrics."""
        run, total, count, kept = self.run, 0.0, 0, []
        for run.batch, (x, y) in enumerate(self.stream()):
            prediction = self.step(x, y)
            total += run.batch_loss * y.shape[self.axis]
            count += y.shape[self.axis]
            run.logs["loss"] = total / count
            if self.metrics:
                kept.append((prediction, y))
            self.callback.on_batch_end(run)
            if run.stop:
                break
        return {"loss": total / count, **self.scored(kept)}

    def scored(self, kept: list[tuple[Array, npt.NDArray[Any]]]) -> dict[str, float]:
        """Return the metrics by name, each computed once from all pairs of a prediction and its targets."""
        if not self.metrics:
            return {}
        predictions, targets = (np.concatenate(parts, self.axis) for parts in zip(*kept, strict=True))
        return scores(self.metrics, predictions, targets)

    def all_epochs(self) -> None:
        """Train and validate, epoch by epoch, up to `run.epochs` or until a callback stops; record every epoch."""
        run = self.run
        for epoch in range(run.epoch, run.epochs):
            run.epoch, run.batch, run.logs = epoch, 0, {}
            self.callback.on_epoch_begin(run)
            rate = float(run.optimizer.learning_rate)
            run.logs |= self.one_epoch()
            run.logs |= self.validate()
            run.logs["learning_rate"] = rate
            run.history.record(epoch, run.logs)
            self.callback.on_epoch_end(run)
            if run.stop:
                break
