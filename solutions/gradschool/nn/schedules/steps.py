"""Schedules that fall by a factor γ again and again.

StepLR            η = η₀ · γ^⌊t/s⌋                   every s steps
MultiStepLR       η = η₀ · γ^(milestones ≤ t)        at each milestone
ExponentialLR     η = η₀ · γᵗ                        at each step

These are PyTorch's, under its names, in closed form.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gradschool.nn.schedules.schedule import Schedule


@dataclass(frozen=True)
class StepLR(Schedule):
    """A rate that is multiplied by `gamma` every `step_size` steps, first at step number `step_size`."""

    initial: float
    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "gamma")
        self.require_count("step_size")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self.initial * self.gamma ** (step // self.step_size)


@dataclass(frozen=True)
class MultiStepLR(Schedule):
    """A rate that is multiplied by `gamma` at each of the steps `milestones`."""

    initial: float
    milestones: Sequence[int]
    gamma: float = 0.1

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "gamma")
        self.require_rising("milestones")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self.initial * self.gamma ** bisect_right(self.milestones, step)


@dataclass(frozen=True)
class ExponentialLR(Schedule):
    """A rate that is multiplied by `gamma` at each step."""

    initial: float
    gamma: float

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "gamma")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self.initial * self.gamma**step
