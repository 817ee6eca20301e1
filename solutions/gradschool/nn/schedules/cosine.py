"""Schedules that fall along a cosine.

CosineAnnealingLR               η = η_min + (η₀ − η_min) · (1 + cos(π t/T))/2

                                After T steps the cosine goes on: the rate rises again, and is back at η₀ after 2T.

CosineAnnealingWarmRestarts     the same, from η₀ again after T, T + kT, T + kT + k²T, … steps; each cycle falls from
                                η₀ to η_min in its own length, T, kT, k²T, …

These are PyTorch's; of its two forms of the first, which differ by rounding, this is the closed one. T is `total_steps`
in the first (PyTorch's T_max) and `period` in the second (T_0), and k is `multiple` (T_mult).

Loshchilov & Hutter (2017), ICLR, arXiv:1608.03983, equation 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi

from gradschool.nn.schedules.schedule import Schedule


@dataclass(frozen=True)
class CosineAnnealingLR(Schedule):
    """A rate that falls to `minimum` in `total_steps` steps along half a cosine, and then rises again."""

    initial: float
    total_steps: int
    minimum: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "minimum")
        self.require_count("total_steps")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self.minimum + (self.initial - self.minimum) * (1 + cos(pi * step / self.total_steps)) / 2


@dataclass(frozen=True)
class CosineAnnealingWarmRestarts(Schedule):
    """A rate that falls along half a cosine again and again, in cycles each `multiple` times as long as the last."""

    initial: float
    period: int
    multiple: int = 1
    minimum: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "minimum")
        self.require_count("period", "multiple")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        step, period = self.place(step)
        return self.minimum + (self.initial - self.minimum) * (1 + cos(pi * step / period)) / 2

    def place(self, step: int) -> tuple[int, int]:
        """Return how many steps of its cycle step number `step` has behind it, and the length of the cycle."""
        period = self.period
        if self.multiple == 1:
            return step % period, period
        while step >= period:
            step, period = step - period, period * self.multiple
        return step, period
