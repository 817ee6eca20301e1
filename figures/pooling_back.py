"""Pooling backwards: who gets the gradient of a window, and what a pixel gets that wins several."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, PINK = "#56B4E9", "#E69F00", "#009E73", "#CC79A7"
COLOURS = (BLUE, ORANGE, GREEN, PINK)
HATCHES = ("//", "\\\\", "..", "xx")
WINNERS = {(0, 1): 0, (1, 2): 1, (2, 0): 2, (2, 3): 3}
ROW = (2, 7, 4, 1, 6, 3)
DY = (1, 2, 3, 4)


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.6, 3.9), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    for window in range(4):
        _cell(ax, window % 2, 3 - window // 2, str(DY[window]), window)
    ax.text(1, 1.7, "dY", ha="center", va="top", fontsize=11)
    for left, what in ((3.6, "maximum"), (8.7, "mean")):
        for r in range(4):
            for c in range(4):
                window = 2 * (r // 2) + c // 2
                if what == "mean":
                    _cell(ax, left + c, 4 - r, f"{DY[window] / 4:g}".removeprefix("0"), window)
                elif (r, c) in WINNERS:
                    _cell(ax, left + c, 4 - r, str(DY[window]), window)
                else:
                    _cell(ax, left + c, 4 - r, "0", None)
        ax.text(left + 2, 0.7, f"dX of the {what}", ha="center", va="top", fontsize=11)

    x0 = 15.2
    for c, value in enumerate(ROW):
        _cell(ax, x0 + c, 4.2, str(value), None, bold=value in (7, 6))
    gradient = dict.fromkeys(range(6), 0)
    for u, dy in enumerate(DY):
        seen = ROW[u : u + 3]
        winner = u + seen.index(max(seen))
        gradient[winner] += dy
        _cell(ax, x0 + 1 + u, 2.2, str(dy), u)
        style = {"arrowstyle": "-|>", "color": "black", "lw": 1.1, "shrinkA": 1, "shrinkB": 1}
        ax.annotate("", (x0 + winner + 0.5, 4.15), (x0 + u + 1.5, 3.25), arrowprops=style)
    for c in range(6):
        _cell(ax, x0 + c, 0.2, str(gradient[c]), None, bold=gradient[c] > 0)
    for y, word in ((4.7, "X"), (2.7, "dY"), (0.7, "dX")):
        ax.text(x0 - 0.25, y, word, ha="right", va="center", fontsize=11)
    ax.text(x0 + 3, -0.1, "windows of 3 that overlap", ha="center", va="top", fontsize=11)
    ax.set_xlim(-0.3, 21.5)
    ax.set_ylim(-1.0, 5.4)
    return figure


def _cell(ax: Axes, x: float, y: float, word: str, window: int | None, *, bold: bool = False) -> None:
    if window is not None:
        ax.add_patch(Rectangle((x, y), 1, 1, facecolor=COLOURS[window], alpha=0.3, hatch=HATCHES[window], lw=0))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor="black", lw=0.8))
    paper = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
    weight = "bold" if bold else "normal"
    place = {"ha": "center", "va": "center", "zorder": 5}
    ax.text(x + 0.5, y + 0.48, word, fontsize=11, weight=weight, bbox=paper, **place)
