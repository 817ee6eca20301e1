"""Pooling forwards: the maximum and the mean of four windows, and a window that hangs over the edge."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, PINK, GREY = "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F2F2F2"
COLOURS = (BLUE, ORANGE, GREEN, PINK)
HATCHES = ("//", "\\\\", "..", "xx")
X = ((1, 5, 2, 0), (3, 4, 8, 7), (-1, -2, -3, -2), (-5, -4, -6, -7))


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.6, 2.5), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    for r, row in enumerate(X):
        for c, value in enumerate(row):
            window = 2 * (r // 2) + c // 2
            largest = value == max(X[i][j] for i, j in _pixels(window))
            _cell(ax, c, 4 - r, str(value), window, bold=largest)
    ax.text(2, 0.6, "X, and four windows of 2 × 2", ha="center", va="top", fontsize=11)
    for left, what in ((5.9, "maximum"), (9.5, "mean")):
        for window in range(4):
            values = [X[i][j] for i, j in _pixels(window)]
            value = max(values) if what == "maximum" else sum(values) / 4
            _cell(ax, left + window % 2 * 1.4, 3 - window // 2, f"{value:g}".replace("-", "−"), window, wide=1.4)
        ax.text(left + 1.4, 1.6, what, ha="center", va="top", fontsize=11)
    ax.annotate("", (5.6, 3.0), (4.3, 3.0), arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.4})

    x0 = 16.0
    for r in range(3):
        for c in range(3):
            outside = r == 2 or c == 0
            word = "?" if outside else str(X[r + 2][c - 1])
            _cell(ax, x0 + c, 4 - r, word, None if outside else 2, dashed=outside)
    ax.add_patch(Rectangle((x0 - 0.06, 1.94), 3.12, 3.12, fill=False, edgecolor="black", lw=2.4))
    lines = (
        "the lower left corner under a window of 3 × 3:",
        "for the maximum ? is −∞, and Y is −1;",
        "for the mean ? is 0, and Y is −12/9",
    )
    ax.text(x0 + 1.5, 1.6, "\n".join(lines), ha="center", va="top", fontsize=11)
    ax.set_xlim(-0.3, 22.0)
    ax.set_ylim(-0.3, 5.2)
    return figure


def _pixels(window: int) -> list[tuple[int, int]]:
    top, left = 2 * (window // 2), 2 * (window % 2)
    return [(top + i, left + j) for i in range(2) for j in range(2)]


def _cell(
    ax: Axes,
    x: float,
    y: float,
    word: str,
    window: int | None,
    *,
    bold: bool = False,
    dashed: bool = False,
    wide: float = 1.0,
) -> None:
    if window is not None:
        ax.add_patch(Rectangle((x, y), wide, 1, facecolor=COLOURS[window], alpha=0.3, hatch=HATCHES[window], lw=0))
    ax.add_patch(Rectangle((x, y), wide, 1, fill=False, edgecolor="black", ls="--" if dashed else "-", lw=0.8))
    paper = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "black" if bold else "none", "alpha": 0.9}
    weight = "bold" if bold else "normal"
    place = {"ha": "center", "va": "center", "zorder": 5}
    ax.text(x + wide / 2, y + 0.48, word.replace("-", "−"), fontsize=11, weight=weight, bbox=paper, **place)
