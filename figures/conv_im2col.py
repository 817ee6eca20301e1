"""im2col: the six windows of 2 × 2 pixels of a small image, as the six columns of a matrix."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#F2F2F2"
MARKS = {0: (BLUE, "//"), 4: (ORANGE, "\\\\")}
"""The places that are picked out."""


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.2, 3.6), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    seen = {p: {(p // 3 + i, p % 3 + j) for i in range(2) for j in range(2)} for p in range(6)}
    for r in range(3):
        for c in range(4):
            marks = [MARKS[p] for p in MARKS if (r, c) in seen[p]]
            _cell(ax, c, 3.2 - r, chr(ord("a") + 4 * r + c), marks)
    ax.text(2, 0.9, "an image of 3 × 4 pixels", ha="center", va="top", fontsize=11)
    _arrow(ax, 4.5, 5.9, 2.7)

    for p in range(6):
        for k, (r, c) in enumerate(sorted(seen[p])):
            _cell(ax, 6.5 + p, 3.7 - k, chr(ord("a") + 4 * r + c), [MARKS[p]] if p in MARKS else [])
        ax.text(7.0 + p, 4.85, str(p), ha="center", va="bottom", fontsize=10, color="#444444")
    ax.text(6.2, 5.1, "place", ha="right", va="center", fontsize=10, color="#444444")
    ax.text(
        9.5,
        0.4,
        "its windows of 2 × 2 as columns:\nC·kh·kw = 4 rows, OH·OW = 6 columns",
        ha="center",
        va="top",
        fontsize=11,
    )

    for k in range(4):
        _cell(ax, 14.8 + k, 2.2, f"$w_{k}$", [])
    ax.text(16.8, 1.9, "a filter as a row", ha="center", va="top", fontsize=11)
    ax.text(16.8, 4.0, "y = row times matrix", ha="center", va="bottom", fontsize=11)
    ax.set_xlim(-0.4, 19.3)
    ax.set_ylim(-1.3, 5.8)
    return figure


def _arrow(ax: Axes, start: float, end: float, y: float) -> None:
    ax.annotate("", (end, y), (start, y), arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.4})


def _cell(ax: Axes, x: float, y: float, word: str, marks) -> None:
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=GREY, lw=0))
    for colour, hatch in marks:
        ax.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, alpha=0.4, hatch=hatch, lw=0))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor="black", lw=0.8))
    paper = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    ax.text(x + 0.5, y + 0.48, word, ha="center", va="center", fontsize=11, bbox=paper if marks else None)
