"""A schedule that rises to a large rate and falls to a very small one, once.

η_first = η_max / a        η_last = η_first / b

rise     η_first → η_max     from step 0 to step w T − 1
fall     η_max → η_last      from there to step T − 1, and η_last from then on

Between its ends x → y a phase goes along half a cosine, y + (x − y)(1 + cos(π s))/2, or a line, x + (y − x) s, where s
goes from 0 to 1. A rise that would end before step 0 or at it is left out.

This is PyTorch's `OneCycleLR` with two phases, but that it leaves momentum alone and does not end after T steps. Its
names for w, a and b are `pct_start`, `div_factor` and `final_div_factor`.

Smith & Topin (2018), Super-Convergence, arXiv:1708.07120.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Literal

from gradschool.nn.schedules.schedule import Schedule


@dataclass(frozen=True)
class OneCycleLR(Schedule):
    """A rate that rises to `maximum` in the share `warm` of `total_steps` steps, and falls in the others.

    It starts at `maximum / start_divisor` and ends at that divided by `final_divisor`.
    """

    maximum: float
    total_steps: int
    warm: float = 0.3
    start_divisor: float = 25.0
    final_divisor: float = 1e4
    anneal: Literal["cos", "linear"] = "cos"

    def __post_init__(self) -> None:
        """Raise ValueError for a number out of its range."""
        self.require_number("maximum")
        self.require_number("start_divisor", "final_divisor", least=1.0)
        self.require_number("warm", most=1.0)
        self.require_count("total_steps")
        if self.anneal not in ("cos", "linear"):
            raise ValueError(f"OneCycleLR(anneal={self.anneal!r}) takes 'cos' or 'linear'")

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`."""
        first = self.maximum / self.start_divisor
        last = first / self.final_divisor
        end = self.total_steps - 1
        top = self.warm * self.total_steps - 1
        if step <= top and top > 0:
            return self.between(first, self.maximum, step / top)
        return self.between(self.maximum, last, min((step - top) / (end - top), 1.0) if top < end else 1.0)

    def between(self, start: float, stop: float, share: float) -> float:
        """Return the rate when `share` of the way from `start` to `stop` has been made."""
        if self.anneal == "cos":
            return stop + (start - stop) * (1 + cos(pi * share)) / 2
        return start + (stop - start) * share
