"""A schedule that falls to 0 along a power of the steps left.

PolynomialLR     η = η₀ · (1 − t/T)^p      for the first T steps, and 0 from then on

This is PyTorch's, in closed form; `total_steps`, T, is its `total_iters`.
"""

from __future__ import annotations

from dataclasses import dataclass

from gradschool.nn.schedules.schedule import Schedule


@dataclass(frozen=True)
class PolynomialLR(Schedule):
    """A rate that falls to 0 in `total_steps` steps, in a straight line if the power is 1, and stays there."""

    initial: float
    total_steps: int
    power: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "power")
        self.require_count("total_steps")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        left = max(1 - step / self.total_steps, 0.0)
        return float(self.initial * left**self.power)
