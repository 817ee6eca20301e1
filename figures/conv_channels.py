"""Two filters look at a window of an image with three channels: each makes one pixel of one output channel."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, PAPER = "#0072B2", "#E69F00", "#009E73", "#F7F7F7"
SHIFT = 0.55


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.2, 4.2), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    _stack(ax, 0, 0.6, 3, 5, 7, window=(0, 4, 2, 3), colour=BLUE, hatch="//")
    _label(ax, 4.0, "x (C, H, W)\nC = 3 channels")
    _stack(ax, 11.2, 4.4, 3, 2, 3, window=(0, 0, 2, 3), colour=GREEN, hatch="..")
    _stack(ax, 11.2, 0.6, 3, 2, 3, window=(0, 0, 2, 3), colour=ORANGE, hatch="\\\\")
    _label(ax, 13.3, "W (O, C, kh, kw)\nO = 2 filters")
    ax.text(10.75, 5.6, "W[1]", ha="right", va="center", fontsize=11)
    ax.text(10.75, 1.8, "W[0]", ha="right", va="center", fontsize=11)
    _stack(ax, 18.3, 0.9, 2, 4, 5, window=(0, 4, 1, 1), colours=(ORANGE, GREEN), hatches=("\\\\", ".."))
    _label(ax, 21.2, "y (O, OH, OW)\none channel for each filter")
    for y in (2.2, 5.6):
        ax.annotate("", (17.9, 3.2), (15.6, y), arrowprops={"arrowstyle": "-|>", "color": "#444444", "lw": 1.2})
    ax.annotate("", (9.7, 3.4), (8.6, 3.4), arrowprops={"arrowstyle": "-|>", "color": "#444444", "lw": 1.2})
    ax.set_xlim(-0.4, 24.8)
    ax.set_ylim(-1.7, 7.9)
    return figure


def _label(ax: Axes, x: float, text: str) -> None:
    ax.text(x, 0.2, text, ha="center", va="top", fontsize=11)


def _stack(ax: Axes, x, y, channels, rows, columns, *, window, colour="", hatch="", colours=None, hatches=None) -> None:
    """Draw grids one behind the other, the last channel at the back, with a window picked out in each."""
    top, left, kh, kw = window
    for c in reversed(range(channels)):
        x0, y0 = x + SHIFT * c, y + SHIFT * c
        face, mark = (colours[c], hatches[c]) if colours else (colour, hatch)
        ax.add_patch(Rectangle((x0, y0), columns, rows, facecolor=PAPER, edgecolor="none", zorder=3 * (channels - c)))
        corner = (x0 + left, y0 + rows - top - kh)
        ax.add_patch(
            Rectangle(corner, kw, kh, facecolor=face, alpha=0.5, hatch=mark, lw=0, zorder=3 * (channels - c) + 1)
        )
        for i in range(rows + 1):
            ax.plot([x0, x0 + columns], [y0 + i, y0 + i], color="black", lw=0.7, zorder=3 * (channels - c) + 2)
        for j in range(columns + 1):
            ax.plot([x0 + j, x0 + j], [y0, y0 + rows], color="black", lw=0.7, zorder=3 * (channels - c) + 2)
