"""A filter of three numbers slides along a row of six; the same as a matrix with a band, and its transpose."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

ORANGE, BLUE, GREEN, GREY = "#E69F00", "#0072B2", "#009E73", "#F2F2F2"
HATCHES = {ORANGE: "\\\\", BLUE: "//", GREEN: ".."}
COLOURS = (ORANGE, BLUE, GREEN)


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.2, 3.9), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    for k in range(6):
        _cell(ax, k, 4.6, COLOURS[k - 1] if 1 <= k <= 3 else GREY, f"$x_{k}$")
    for i in range(3):
        _cell(ax, 1 + i, 3.2, COLOURS[i], f"$w_{i}$")
        ax.annotate("", (2.5, 1.95), (1.5 + i, 3.15), arrowprops={"arrowstyle": "->", "color": "#444444"})
    for v in range(4):
        _cell(ax, 1 + v, 0.9, GREY, f"$y_{v}$", bold=v == 1)
    ax.annotate("", (5.6, 3.7), (4.4, 3.7), arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.4})
    ax.text(3.0, -0.2, "one place after the other", ha="center", va="top", fontsize=11)

    _band(ax, 9.0, 1.6, rows=4, columns=6, entry=lambda row, column: column - row)
    ax.text(12.0, -0.2, "all places at once: $y = T x$", ha="center", va="top", fontsize=11)
    _band(ax, 17.6, 0.6, rows=6, columns=4, entry=lambda row, column: row - column)
    ax.text(19.6, -0.2, "and back: $dx = T^\\top dy$", ha="center", va="top", fontsize=11)
    ax.set_xlim(-0.4, 22.4)
    ax.set_ylim(-1.2, 6.9)
    return figure


def _cell(ax: Axes, x: float, y: float, colour: str, word: str, *, bold: bool = False) -> None:
    hatch = HATCHES.get(colour, "")
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, alpha=0.45 if hatch else 1, hatch=hatch, lw=0))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor="black", lw=2.2 if bold else 0.8))
    ax.text(x + 0.5, y + 0.48, word, ha="center", va="center", fontsize=11, bbox=_paper() if hatch else None)


def _paper() -> dict[str, object]:
    return {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def _band(ax: Axes, x: float, y: float, *, rows: int, columns: int, entry) -> None:
    for row in range(rows):
        for column in range(columns):
            i = entry(row, column)
            inside = 0 <= i <= 2
            _cell(ax, x + column, y + rows - 1 - row, COLOURS[i] if inside else GREY, f"$w_{i}$" if inside else "0")
