"""The loop of a training: what happens in which order, and where callbacks are called."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

BLUE, ORANGE, GREEN = "#0072B2", "#B34700", "#00694C"


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.4, 5.4), layout="constrained")
    ax.set_axis_off()
    ax.set_xlim(0, 16.6)
    ax.set_ylim(0, 11.6)
    _box(ax, 0.2, 0.2, 16.2, 11.2, "train", BLUE)
    _box(ax, 0.9, 1.4, 14.8, 8.4, "all_epochs: once for every epoch", BLUE)
    _box(ax, 1.6, 4.7, 13.4, 3.5, "one_epoch: once for every batch of the stream", BLUE)
    _callback(ax, 1.2, 10.15, "on_train_begin")
    _callback(ax, 1.9, 8.4, "on_epoch_begin")
    _act(ax, 8.2, 8.4, "note the learning rate")
    _act(
        ax,
        2.2,
        6.25,
        "step: forward with train=True, loss,\nzero the gradients, backward, adjust, step",
        width=8.3,
        height=1.0,
    )
    _act(ax, 2.2, 5.15, "loss of the epoch so far", width=4.6)
    _callback(ax, 7.6, 5.15, "on_batch_end: may stop")
    _act(ax, 1.9, 3.3, "validate, in evaluation mode", width=5.9)
    _act(ax, 8.2, 3.3, "record the logs in the history", width=6.0)
    _callback(ax, 1.9, 1.9, "on_epoch_end: may stop")
    _callback(ax, 1.2, 0.5, "on_train_end: may give the best weights back", width=9.4)
    return figure


def _box(ax: Axes, x: float, y: float, width: float, height: float, title: str, colour: str) -> None:
    ax.add_patch(
        FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.3", fc="none", ec=colour, lw=1.6)
    )
    ax.text(x + width - 0.3, y + height - 0.25, title, ha="right", va="top", color=colour, fontsize=10.5, weight="bold")


def _act(ax: Axes, x: float, y: float, text: str, width: float = 6.0, height: float = 0.75) -> None:
    ax.add_patch(
        FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.15", fc="0.94", ec="black", lw=0.8)
    )
    ax.text(x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=10)


def _callback(ax: Axes, x: float, y: float, text: str, width: float = 5.6, height: float = 0.75) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (x, y), width, height, boxstyle="round,pad=0,rounding_size=0.15", fc="#FFF1DC", ec=ORANGE, lw=1, ls="--"
        )
    )
    ax.text(
        x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=10, color=ORANGE, family="monospace"
    )
