"""Schedules made of schedules.

WarmupLR         η = s(0) · (a + (1 − a) · t/T)      for the first T steps
                 η = s(t − T)                        from then on

SequentialLR     η = sᵢ(t − mᵢ)                      from milestone mᵢ to the next; the first schedule starts at 0

Each schedule counts its own steps from 0. `SequentialLR` is PyTorch's; `WarmupLR` is its `SequentialLR` of a `LinearLR`
and the schedule.

Goyal et al. (2017), arXiv:1706.02677, section 2.2, for the warm-up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradschool.nn.schedules.schedule import Schedule


@dataclass(frozen=True)
class WarmupLR(Schedule):
    """A rate that rises along a line to where `schedule` starts, in `steps` steps, and then follows `schedule`."""

    schedule: Callable[[int], float]
    steps: int
    start_factor: float = 1 / 3

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_count("steps", least=0)
        self.require_number("start_factor", most=1.0)

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        if step >= self.steps:
            return self.schedule(step - self.steps)
        return self.schedule(0) * (self.start_factor + (1 - self.start_factor) * step / self.steps)


@dataclass(frozen=True)
class SequentialLR(Schedule):
    """One schedule after the other: the second takes over at the first of `milestones`, and so on."""

    schedules: Sequence[Callable[[int], float]]
    milestones: Sequence[int]

    def __post_init__(self) -> None:
        """Raise ValueError unless each schedule but the first has its milestone."""
        schedules, milestones = len(self.schedules), len(self.milestones)
        if schedules != milestones + 1:
            raise ValueError(
                f"SequentialLR takes a milestone for each schedule but the first, got {milestones} for {schedules}"
            )
        self.require_rising("milestones")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        i = bisect_right(self.milestones, step)
        start = self.milestones[i - 1] if i > 0 else 0
        return self.schedules[i](step - start)
