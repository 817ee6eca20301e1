"""One step of training, and one epoch of steps.

A step       P = model(X)   L = loss(P, T) + Σ R(θ)   g = ∂L/∂θ   g clipped   θ ← the optimizer's rule
An epoch     L = Σₖ nₖ Lₖ / Σₖ nₖ         the mean over all examples, nₖ of them in batch k

R is the penalty, if there is one, on the parameters that decay. The loss of an epoch is that of a model which changes
from batch to batch, and so are its metrics. Batches weigh by their examples, not by the labels that count: where a loss
leaves out some (`ignore`), L is near to their mean, but not the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.layers.layer import Layer
from gradschool.nn.training.protocols import Loss, Metric, Penalty, Steps
from gradschool.nn.training.run import Run
from gradschool.nn.training.scores import scores
from gradschool.nn.types import Array

__all__ = ["Step", "penalize", "train_epoch", "train_step"]

Step: TypeAlias = Callable[[npt.NDArray[Any], npt.NDArray[Any]], tuple[float, Array]]
"""A function of a batch and its targets that changes the model and returns the loss and the prediction."""


def train_step(
    model: Layer,
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    *,
    loss: Loss,
    optimizer: Steps,
    penalty: Penalty | None = None,
    clip: Callable[[], object] | None = None,
) -> tuple[float, Array]:
    """Return the loss, penalty included, and the prediction of a batch, and change the parameters by one step.

    `clip`, if given, is called between the gradients and the step.
    """
    prediction = model.forward(x, train=True)
    value = loss.forward(prediction, y)
    model.zero_grad()
    model.accumulate(loss.backward())
    if penalty is not None:
        value += penalize(model, penalty)
    if clip is not None:
        clip()
    optimizer.step()
    return value, prediction


def penalize(model: Layer, penalty: Penalty) -> float:
    """Return the penalty on the parameters that decay, and add its gradient to theirs."""
    total = 0.0
    for parameter in model.parameters():
        if parameter.decay:
            total += penalty.value(parameter.value)
            parameter.grad += penalty.gradient(parameter.value)
    return total


def train_epoch(
    run: Run,
    stream: Iterable[tuple[npt.NDArray[Any], ...]],
    step: Step,
    *,
    metrics: dict[str, Metric],
    callback: Callback,
    axis: int = 0,
) -> dict[str, float]:
    """Return the loss and the metrics of the predictions as they were made, by name; take a step for every batch.

    `axis` is that of the batch in the targets. The epoch ends early if a callback stops the training.
    """
    total, count, kept = 0.0, 0, []
    for run.batch, (x, y) in enumerate(stream):
        run.batch_loss, prediction = step(x, y)
        total += run.batch_loss * y.shape[axis]
        count += y.shape[axis]
        run.logs["loss"] = total / count
        if metrics:
            kept.append((prediction, y))
        callback.on_batch_end(run)
        if run.stop:
            break
    if not metrics:
        return {"loss": total / count}
    predictions, targets = (np.concatenate(parts, axis) for parts in zip(*kept, strict=True))
    return {"loss": total / count, **scores(metrics, predictions, targets)}
