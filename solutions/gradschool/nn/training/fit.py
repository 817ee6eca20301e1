"""Training: the loop over epochs, with what is measured after each.

epoch by epoch      all batches once, a step for each        →  loss, metrics
                    the validation data, evaluated           →  val_loss, val_metrics
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from gradschool.nn.callbacks.callback import Callback, Together
from gradschool.nn.layers.layer import Layer
from gradschool.nn.optimizers import clipping
from gradschool.nn.training import arguments
from gradschool.nn.training.axes import axes_of, count_examples
from gradschool.nn.training.batches import batches
from gradschool.nn.training.evaluate import evaluate
from gradschool.nn.training.history import History
from gradschool.nn.training.hold_out import hold_out
from gradschool.nn.training.loop import Loop
from gradschool.nn.training.progress import Progress
from gradschool.nn.training.protocols import Loss, Metrics, Penalty, Steps
from gradschool.nn.training.run import Run
from gradschool.nn.training.scores import named_metrics

__all__ = ["fit"]


def fit(
    model: Layer,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    loss: Loss,
    optimizer: Steps,
    epochs: int = 1,
    batch_size: int = 32,
    rng: np.random.Generator | None = None,
    metrics: Metrics | None = None,
    callbacks: Sequence[Callback] = (),
    validation_data: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    validation_split: float = 0.0,
    validation_batch_size: int | None = None,
    shuffle: bool = True,
    drop_last: bool = False,
    batch_axis: int | Sequence[int] = 0,
    penalty: Penalty | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    initial_epoch: int = 0,
    progress: bool = True,
) -> History:
    """Return the history of training `model` on (x, y) for the epochs from `initial_epoch` up to `epochs`.

    loss, optimizer         a loss of the library and an optimizer that has the model's parameters
    rng                     what a new order of the examples is drawn from for every epoch; needed to `shuffle`
    metrics                 functions of prediction and target, in a list or by name in a dict; those of training are
                            computed once an epoch, from the predictions as they were made; options are set with
                            functools: {"accuracy": partial(nn.metrics.accuracy, ignore=0)}
    validation_data         a pair (x, y) to evaluate after every epoch; or
    validation_split        the share at the end of the data that is held out for it, before any shuffling
    validation_batch_size   how many of these at a time, `batch_size` unless it is given
    drop_last               whether an epoch leaves out a last batch of less than `batch_size`
    batch_axis              the axis of the batch, 1 for sequences (T, N, D); or a pair: that of x, and that of y;
                            inputs and targets (T, N) need the 1, too, for their shapes do not tell
    penalty                 an L1 or L2, added to the training's loss for every parameter that decays
    clip_norm, clip_value   the largest norm of all gradients together, and the largest size of any of their entries
    progress                whether to print a line for every epoch, under a bar

    The history has "loss", the metrics, both again with "val_" before them, and "learning_rate", that of an epoch's
    first step. A loss that is not finite is warned of once, and training goes on: `callbacks.TerminateOnNaN` stops it.
    An interruption by the user ends the training, not the program: the history holds the epochs that were finished,
    and its `interrupted` is true; the model stays as the interruption found it, unless a callback restores it.
    Raise TypeError or ValueError, before anything is trained, for arguments that do not fit.
    """
    arguments.require_objects(loss=loss, optimizer=optimizer, penalty=penalty, rng=rng)
    arguments.require_parameters(model, optimizer)
    callbacks = arguments.require_callbacks(callbacks)
    x, y = np.asarray(x), np.asarray(y)
    axes = axes_of([x, y], batch_axis)
    functions = named_metrics(metrics)
    if validation_split:
        if validation_data is not None:
            raise ValueError("fit() takes validation_data or validation_split, not both")
        (x, y), validation_data = hold_out(x, y, share=validation_split, axes=axes)
    validation = None if validation_data is None else arguments.require_validation(validation_data, axes)
    count = count_examples([x, y], axes)
    arguments.require_enough(count, batch_size, drop_last)
    if shuffle and rng is None:
        raise ValueError(
            "fit() draws the order of the examples: pass rng=np.random.default_rng(seed), or shuffle=False"
        )

    def validate() -> dict[str, float]:
        if validation is None:
            return {}
        size = validation_batch_size or batch_size
        values = evaluate(model, *validation, loss=loss, metrics=functions, batch_size=size, batch_axis=axes)
        return {f"val_{name}": value for name, value in values.items()}

    validated = validation is not None or arguments.may_add_values(callbacks)
    shown = [Progress(count // batch_size if drop_last else math.ceil(count / batch_size))] if progress else []
    order = rng if shuffle else None
    loop = Loop(
        Run(model, optimizer, rng, epochs, epoch=initial_epoch, validated=validated),
        loss,
        stream=partial(batches, x, y, size=batch_size, rng=order, axis=axes, drop_last=drop_last),
        validate=validate,
        callback=Together([*callbacks, *shown, WarnOfDivergence()]),
        metrics=functions,
        adjust=adjusting(model, penalty, clip_norm, clip_value),
        axis=axes[1],
    )
    return loop.train()


def adjusting(
    model: Layer, penalty: Penalty | None, clip_norm: float | None, clip_value: float | None
) -> Callable[[], float]:
    """Return what adds the penalty's gradient to that of every parameter that decays, and then clips all gradients.

    It returns the penalty. Each entry is clipped before the norm is.
    """
    parameters = model.parameters()

    def adjust() -> float:
        total = 0.0
        if penalty is not None:
            for parameter in parameters:
                if parameter.decay:
                    total += penalty.value(parameter.value)
                    parameter.grad += penalty.gradient(parameter.value)
        if clip_value is not None:
            clipping.clip_value(parameters, clip_value)
        if clip_norm is not None:
            clipping.clip_norm(parameters, clip_norm)
        return total

    return adjust


class WarnOfDivergence(Callback):
    """Warns of the first epoch whose loss is not finite."""

    def on_epoch_end(self, run: Run) -> None:
        """Look at the loss of the epoch."""
        *before, last = run.history["loss"]
        if not run.stop and not math.isfinite(last) and all(map(math.isfinite, before)):
            warnings.warn(
                f"the loss of epoch {run.epoch + 1} is {last}: try a smaller learning rate or clip_norm=1.0; "
                "callbacks.TerminateOnNaN() stops there",
                RuntimeWarning,
                stacklevel=6,
            )
