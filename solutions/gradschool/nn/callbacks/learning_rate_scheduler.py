"""A learning rate set anew for every epoch."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from numbers import Real
from typing import Any

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.callbacks.rates import rate_holders
from gradschool.nn.training.run import Run

__all__ = ["LearningRateScheduler"]


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch to `schedule(epoch)` or `schedule(epoch, rate)`, epochs counted from 0.

    `rate` is the rate so far. The library's schedules, which are functions of a count, serve too:
    `LearningRateScheduler(nn.StepLR(0.1, 30))` counts epochs where the optimizer would count steps.
    """

    def __init__(self, schedule: Callable[..., float]) -> None:
        """Call `schedule` before every epoch."""
        self.schedule = schedule
        self._takes_rate = _required_arguments(schedule) >= 2

    def on_train_begin(self, run: Run) -> None:
        """Raise ValueError if the learning rate follows a schedule of the optimizer's own."""
        rate_holders(run.optimizer, "LearningRateScheduler")

    def on_epoch_begin(self, run: Run) -> None:
        """Set the rate of this epoch; raise ValueError unless the schedule returns a number."""
        arguments = (run.epoch, run.optimizer.learning_rate) if self._takes_rate else (run.epoch,)
        rate = self.schedule(*arguments)
        if not isinstance(rate, Real):
            raise ValueError(
                f"LearningRateScheduler: the schedule returns {rate!r} for epoch {run.epoch}, not a number"
            )
        run.optimizer.learning_rate = float(rate)


def _required_arguments(function: Callable[..., Any]) -> int:
    """Return how many positional arguments the function must be given."""
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    given = signature(function).parameters.values()
    return sum(one.kind in positional and one.default is Parameter.empty for one in given)
