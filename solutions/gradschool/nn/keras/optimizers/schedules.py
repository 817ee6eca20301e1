"""Schedules of the learning rate under Keras' names: functions of the step, counted from 0.

ExponentialDecay            η₀ r^(t/T); with `staircase`, t/T is rounded down
InverseTimeDecay            η₀ / (1 + r t/T); likewise
PiecewiseConstantDecay      value i for boundary i − 1 < t ≤ boundary i
PolynomialDecay             (η₀ − η₁) (1 − t/T)^p + η₁ up to T, and η₁ from then on; or again and again with `cycle`
CosineDecay                 α η₀ + (1 − α) η₀ (1 + cos(π t/T))/2 up to T, and α η₀ from then on

Any schedule of `gradschool.nn`, and any other function of the step, serves too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil

from gradschool import nn
from gradschool.nn.keras.described import Described


class LearningRateSchedule(Described):
    """A function of the step; one of one's own defines `__call__(step)`."""

    def __call__(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__ yet")


class ExponentialDecay(LearningRateSchedule):
    """A rate that is multiplied by `decay_rate` every `decay_steps` steps, little by little or in stairs."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
    ) -> None:
        """Keep the numbers."""
        self._rate: nn.Schedule
        if staircase:
            self._rate = nn.StepLR(initial_learning_rate, decay_steps, decay_rate)
        else:
            self._rate = nn.ExponentialLR(initial_learning_rate, decay_rate ** (1 / decay_steps))

    def __call__(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self._rate(step)


class InverseTimeDecay(LearningRateSchedule):
    """A rate divided by 1 + `decay_rate` · steps / `decay_steps`."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
    ) -> None:
        """Keep the numbers."""
        self.initial, self.steps, self.rate, self.staircase = initial_learning_rate, decay_steps, decay_rate, staircase

    def __call__(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        done = step // self.steps if self.staircase else step / self.steps
        return self.initial / (1 + self.rate * done)


class PiecewiseConstantDecay(LearningRateSchedule):
    """One value up to and at each of the boundaries, and one after them."""

    def __init__(self, boundaries: Sequence[int], values: Sequence[float]) -> None:
        """Keep them; raise ValueError unless there is one more value than boundaries."""
        if len(values) != len(boundaries) + 1:
            raise ValueError(f"{len(boundaries)} boundaries take {len(boundaries) + 1} values, got {len(values)}")
        self.boundaries, self.values = list(boundaries), list(values)

    def __call__(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return float(self.values[bisect_left(self.boundaries, step)])


class PolynomialDecay(LearningRateSchedule):
    """A rate that falls to `end_learning_rate` along a power of the steps left."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
    ) -> None:
        """Keep the numbers."""
        self.initial, self.steps, self.end = initial_learning_rate, decay_steps, end_learning_rate
        self.power, self.cycle = power, cycle

    def __call__(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        steps = self.steps * max(ceil(step / self.steps), 1) if self.cycle else self.steps
        return self.end + nn.PolynomialLR(self.initial - self.end, steps, self.power)(step)


class CosineDecay(LearningRateSchedule):
    """A rate that falls along half a cosine to `alpha` times the initial one, after a warm-up if there is one."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        """Keep the numbers; with a `warmup_target` the rate rises to it first, and falls from there."""
        self.initial, self.target = initial_learning_rate, warmup_target
        self.steps, self.warmup = decay_steps, warmup_steps if warmup_target is not None else 0
        top = initial_learning_rate if warmup_target is None else warmup_target
        self._fall = nn.CosineAnnealingLR(top, decay_steps, alpha * top)

    def __call__(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        if step < self.warmup and self.target is not None:
            return self.initial + (self.target - self.initial) * step / self.warmup
        return self._fall(min(step - self.warmup, self.steps))
