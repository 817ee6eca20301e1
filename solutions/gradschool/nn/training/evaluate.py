"""Loss and metrics of a whole set: computed once, from all predictions, and not averaged over batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.training.axes import axes_of, count_examples
from gradschool.nn.training.predict import predict
from gradschool.nn.training.protocols import Loss, Metrics
from gradschool.nn.training.scores import named_metrics, scores

__all__ = ["evaluate"]


def evaluate(
    model: Layer,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    loss: Loss | None = None,
    metrics: Metrics | None = None,
    batch_size: int = 1024,
    batch_axis: int | Sequence[int] = 0,
) -> dict[str, float]:
    """Return the loss and the metrics of the model on (x, y) by name, in evaluation mode.

    `metrics` are functions of prediction and target, in a list or by name in a dict; `batch_axis` is the axis of the
    batch, or a pair: that of `x`, and that of `y` and the output. Raise ValueError if there is nothing to compute or no
    example.
    """
    functions = named_metrics(metrics)
    if loss is None and not functions:
        raise ValueError("evaluate() has nothing to compute: pass a loss, metrics or both")
    x, y = np.asarray(x), np.asarray(y)
    axes = axes_of([x, y], batch_axis)
    if not count_examples([x, y], axes):
        raise ValueError(f"evaluate() takes at least one example, got x of shape {x.shape}")
    prediction = predict(model, x, batch_size=batch_size, batch_axis=axes)
    values = {} if loss is None else {"loss": float(loss.forward(prediction, y))}
    return values | scores(functions, prediction, y)
