"""Learning rates, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gradschool.nn.plots.style import COLOURS, LINES, frame, one_axes, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rate: TypeAlias = Callable[[int], float] | float


def plot_schedule(
    schedule: Rate | Mapping[str, Rate] | Iterable[Rate], steps: int, *, log: bool = False, ax: Axes | None = None
) -> Axes:
    """Return the axes of the learning rate in the steps 0 to `steps` - 1.

    `schedule` is a function of the step such as `nn.StepLR(...)`, or a constant rate, or several of them: by name in a
    dict, or in a list, where they bear the names of their classes. `log` makes the axis of the rates logarithmic.
    """
    if steps < 1:
        raise ValueError(f"plot_schedule takes steps of at least 1, got {steps}; pass the number of optimizer steps")
    several = _by_name(schedule)
    ax = one_axes(ax)
    numbers = np.arange(steps)
    styles = zip(cycle(COLOURS), cycle(LINES), strict=False)
    for (name, rate), (colour, line) in zip(several.items(), styles, strict=False):
        values = [float(rate(int(step)) if callable(rate) else rate) for step in numbers]
        marker = "o" if steps == 1 else None
        ax.plot(numbers, values, color=colour, linestyle=line, linewidth=1.6, marker=marker, label=name)
    ax.set_xlabel("step")
    ax.set_ylabel("learning rate")
    whole_numbers(ax)
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=min(0, ax.dataLim.y0))
    frame(ax)
    if len(several) > 1:
        ax.legend(frameon=False)
    return ax


def _by_name(schedule: Rate | Mapping[str, Rate] | Iterable[Rate]) -> dict[str, Rate]:
    """Return the schedules by their names, or by those of their classes, numbered where two are the same."""
    if isinstance(schedule, Mapping):
        return dict(schedule)
    if callable(schedule) or not isinstance(schedule, Iterable):
        return {_name(schedule): schedule}
    named: dict[str, Rate] = {}
    for rate in schedule:
        name, number = _name(rate), 2
        while name in named:
            name, number = f"{_name(rate)} {number}", number + 1
        named[name] = rate
    return named


def _name(rate: Rate) -> str:
    """Return what to call a schedule."""
    if not callable(rate):
        return f"{rate:g}"
    return str(getattr(rate, "__name__", type(rate).__name__))
