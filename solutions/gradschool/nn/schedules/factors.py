"""Schedules that multiply the initial rate by a factor.

ConstantLR           η = η₀ · f                        for the first T steps, and η₀ from then on
LinearLR             η = η₀ · (a + (b − a) · t/T)      a to b in T steps, and b from then on
LambdaLR             η = η₀ · f(t)
MultiplicativeLR     η = η₀ · f(1) f(2) … f(t)

These are PyTorch's, under its names; `total_steps` is its `total_iters`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradschool.nn.schedules.schedule import Schedule
from gradschool.nn.types import Array


@dataclass(frozen=True)
class ConstantLR(Schedule):
    """A rate smaller by a constant factor for `total_steps` steps, and the initial rate after them."""

    initial: float
    factor: float = 1 / 3
    total_steps: int = 5

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "factor")
        self.require_count("total_steps", least=0)

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self.initial * self.factor if step < self.total_steps else self.initial


@dataclass(frozen=True)
class LinearLR(Schedule):
    """A rate that goes along a line from one factor to another in `total_steps` steps, and stays there."""

    initial: float
    start_factor: float = 1 / 3
    end_factor: float = 1.0
    total_steps: int = 5

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial", "start_factor", "end_factor")
        self.require_count("total_steps")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        done = min(step / self.total_steps, 1.0)
        return self.initial * (self.start_factor + (self.end_factor - self.start_factor) * done)


@dataclass(frozen=True)
class LambdaLR(Schedule):
    """The initial rate times a function of the step."""

    initial: float
    function: Callable[[int], float]

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        return self.initial * self.function(step)


@dataclass(frozen=True)
class MultiplicativeLR(Schedule):
    """The initial rate times a factor for every step made, each a function of the step.

    One call takes time linear in the step, for it has to multiply all factors before; so does `values` as a whole.
    """

    initial: float
    function: Callable[[int], float]

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("initial")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        rate = self.initial
        for k in range(1, step + 1):
            rate *= self.function(k)
        return rate

    def values(self, steps: int) -> Array:
        """Return the learning rates of the first `steps` steps, of shape (steps,)."""
        factors = [self.initial, *(self.function(k) for k in range(1, steps))]
        rates: Array = np.multiply.accumulate(np.array(factors[:steps], dtype=np.float64))
        return rates
