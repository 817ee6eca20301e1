"""The base class of schedules: a schedule is a function of the step.

η = schedule(step)      step = 0, 1, 2, …

It has no memory: it may be asked for any step, in any order, and two optimizers may share it. Whether a step is a batch
or an epoch is up to whoever asks; an optimizer asks batch by batch.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from gradschool.nn.arguments import count
from gradschool.nn.types import Array


class Schedule:
    """A function of the step that returns the learning rate; a schedule of your own defines `rate`."""

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no rate yet")

    def __call__(self, step: int) -> float:
        """Return the rate of step number `step`; raise ValueError unless that is 0, 1, 2, …, or if it overflows."""
        name = type(self).__name__
        if step < 0 or step != int(step):
            raise ValueError(f"{name} takes a step of 0, 1, 2, …, got {step}")
        try:
            rate: Any = self.rate(int(step))
            if not hasattr(rate, "__float__"):
                advice = "; look for a missing return" if rate is None else ""
                raise TypeError(f"{name}.rate returned {rate!r:.60} for step {step}, not a number{advice}")
            return float(rate)
        except OverflowError:
            raise ValueError(f"{name} has no rate for step {step}: it is larger than the largest float") from None

    def values(self, steps: int) -> Array:
        """Return the learning rates of the first `steps` steps, of shape (steps,)."""
        return np.array([self(step) for step in range(steps)], dtype=np.float64)

    def require_number(self, *names: str, least: float = 0.0, most: float = inf) -> None:
        """Raise ValueError unless each of these fields is a finite number from `least` to `most`."""
        bounds = f"{least:g} or more" if most == inf else f"{least:g} to {most:g}"
        for name in names:
            value = getattr(self, name)
            if not (least <= value <= most and value < inf):
                raise ValueError(f"{self._call(name, value)} takes a finite number of {bounds}")

    def require_count(self, *names: str, least: int = 1) -> None:
        """Raise ValueError unless each of these fields is a whole number of `least` or more."""
        for name in names:
            count(type(self).__name__, name, getattr(self, name), least=least)

    def require_rising(self, name: str) -> None:
        """Raise ValueError unless this field holds whole numbers from 1, each above the one before."""
        value = getattr(self, name)
        if any(one != int(one) for one in value) or any(a >= b for a, b in zip((0, *value), value, strict=False)):
            raise ValueError(f"{self._call(name, value)} takes steps of 1 or more, each later than the one before")

    def _call(self, name: str, value: Any) -> str:
        """Return how the schedule was made, as far as one field goes."""
        return f"{type(self).__name__}({name}={value})"
