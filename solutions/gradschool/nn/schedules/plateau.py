"""A learning rate that falls when a figure of merit no longer improves: it depends on the past, and is no `Schedule`.

A value is an improvement if it beats the best so far by more than a threshold δ:

             mode "min"                  mode "max"
"rel"        value < best · (1 − δ)      value > best · (1 + δ)
"abs"        value < best − δ            value > best + δ

Once more than `patience` values in a row are none, η ← max(η · factor, minimum), unless η is that small already;
then `cooldown` values are not counted. Neither a tie nor NaN is an improvement.

This is PyTorch's `ReduceLROnPlateau`, but that PyTorch skips a change of less than 1e-8. Like PyTorch, "rel" with a
negative best asks for less than it should: it is meant for figures above 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from gradschool.nn.arguments import not_negative


@dataclass
class ReduceLROnPlateau:
    """A learning rate that is multiplied by `factor` after more than `patience` values without improvement.

    What it remembers are `learning_rate`, `best`, `waited` (values since then) and `cooling` (values not to count).
    """

    learning_rate: float
    mode: Literal["min", "max"] = field(default="min", kw_only=True)
    factor: float = field(default=0.1, kw_only=True)
    patience: int = field(default=10, kw_only=True)
    threshold: float = field(default=1e-4, kw_only=True)
    threshold_mode: Literal["rel", "abs"] = field(default="rel", kw_only=True)
    cooldown: int = field(default=0, kw_only=True)
    minimum: float = field(default=0.0, kw_only=True)
    best: float = field(init=False)
    waited: int = field(init=False, default=0)
    cooling: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Start with the worst of bests; raise ValueError for an argument out of its range."""
        choices = {"mode": ("min", "max"), "threshold_mode": ("rel", "abs")}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"ReduceLROnPlateau({name}={getattr(self, name)!r}) takes {' or '.join(allowed)}")
        if not 0 <= self.factor < 1:
            raise ValueError(
                f"ReduceLROnPlateau(factor={self.factor}) takes a number from 0 up to, but not including, 1"
            )
        for name in ("learning_rate", "patience", "threshold", "cooldown", "minimum"):
            not_negative("ReduceLROnPlateau", name, getattr(self, name))
        self.best = inf if self.mode == "min" else -inf

    def step(self, value: float) -> float:
        """Take note of `value`, and return the learning rate from now on."""
        value = float(value)
        if self.improves(value):
            self.best, self.waited = value, 0
        else:
            self.waited += 1
        if self.cooling > 0:
            self.cooling, self.waited = self.cooling - 1, 0
        if self.waited > self.patience:
            self.learning_rate = min(self.learning_rate, max(self.learning_rate * self.factor, self.minimum))
            self.cooling, self.waited = self.cooldown, 0
        return self.learning_rate

    def improves(self, value: float) -> bool:
        """Return whether `value` beats the best so far by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        relative = self.threshold_mode == "rel"
        bound = self.best * (1 + sign * self.threshold) if relative else self.best + sign * self.threshold
        return value > bound if self.mode == "max" else value < bound
