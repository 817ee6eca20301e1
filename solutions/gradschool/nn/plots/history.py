"""Curves of training: loss and metrics, epoch by epoch; the first epoch is 1, as in the lines that `fit` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradschool.nn.plots.style import COLOURS, frame, several_axes, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATE = "learning_rate"
COLUMNS = 3


def plot_history(
    history: Any, names: Sequence[str] | None = None, *, ax: Axes | Sequence[Axes] | None = None
) -> list[Axes]:
    """Return the axes of the curves of a training, a panel a quantity: the loss, then each metric.

    `history` is what `nn.fit` returns, or what the Keras face does, or a dict of lists by name. The values called
    `val_…` are drawn in the panel of what they validate. `names` chooses the panels; without it all are drawn, the
    learning rate only if it changes. `ax` is one axes for each panel.

    Raises ValueError if there is no epoch, or nothing of a name.
    """
    epochs, values = _epochs_and_values(history)
    panels = list(names) if names is not None else _panels(values)
    if len(epochs) == 0 or not panels:
        raise ValueError("plot_history needs a history of one epoch or more, and this one is empty")
    for name in panels:
        if name not in values and f"val_{name}" not in values:
            raise ValueError(f"plot_history finds no {name!r} in the history; it has {', '.join(values)}")
    columns = min(len(panels), COLUMNS)
    rows = -(-len(panels) // columns)
    axes = several_axes(
        "plot_history",
        ax,
        *((rows, columns) if ax is None else (1, len(panels))),
        figsize=(0.6 + 3.4 * columns, 0.3 + 2.7 * rows),
    )
    for spare in axes[len(panels) :]:
        spare.remove()
    for panel, name in zip(axes, panels, strict=False):
        _curves(panel, name, epochs, values)
    if validated := [panel for panel, name in zip(axes, panels, strict=False) if f"val_{name}" in values]:
        validated[0].legend(frameon=False)
    return axes[: len(panels)]


def _epochs_and_values(history: Any) -> tuple[Sequence[int], Mapping[str, Sequence[float]]]:
    """Return the numbers of the epochs, and the values by name."""
    if isinstance(history, Mapping):
        length = max((len(values) for values in history.values()), default=0)
        return range(length), history
    if hasattr(history, "history"):
        epochs, values = _epochs_and_values(history.history)
        return getattr(history, "epoch", epochs), values
    if hasattr(history, "epochs") and hasattr(history, "values"):
        return history.epochs, history.values
    raise TypeError(
        f"plot_history takes what nn.fit returns, or a dict of lists by name, got {type(history).__name__}; "
        "pass history, not the model"
    )


def _panels(values: Mapping[str, Sequence[float]]) -> list[str]:
    """Return the names that have a panel: the loss first, the learning rate last and only if it changes."""
    names = dict.fromkeys(name.removeprefix("val_") for name in values)
    constant = RATE in names and len(set(values[RATE])) < 2
    shown = [name for name in names if name not in ("loss", RATE)]
    return ["loss"] * ("loss" in names) + shown + [RATE] * (RATE in names and not constant)


def _curves(ax: Axes, name: str, epochs: Sequence[int], values: Mapping[str, Sequence[float]]) -> None:
    """Draw one quantity: a solid line for training, a dashed one with squares for validation."""
    marked = len(epochs) <= 30
    for key, label, colour, line, marker in (
        (name, "training", COLOURS[0], "-", "o"),
        (f"val_{name}", "validation", COLOURS[1], "--", "s"),
    ):
        if key in values:
            y = np.asarray(values[key], dtype=float)
            style: dict[str, Any] = {"marker": marker if marked else None, "markersize": 3.5, "linewidth": 1.6}
            ax.plot(np.asarray(epochs)[: len(y)] + 1, y, color=colour, linestyle=line, label=label, **style)
    ax.set_xlabel("epoch")
    ax.set_ylabel(name.replace("_", " "))
    whole_numbers(ax)
    frame(ax)
    if name == RATE:
        _log_if_wide(ax, values[name])


def _log_if_wide(ax: Axes, rates: Sequence[float]) -> None:
    """Make the axis logarithmic if the rates go over more than a factor of 50."""
    positive = [rate for rate in rates if rate > 0]
    if positive and len(positive) == len(rates) and max(positive) > 50 * min(positive):
        ax.set_yscale("log")
