"""The way back, twice: windows add shares to the pixels they saw; or a flipped filter slides over spread-out dY."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#F2F2F2"


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.2, 4.4), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    # a kernel of 3 × 3, a stride of 2, on 5 × 5: windows at (0, 0), (0, 2), (2, 0), (2, 2)
    for r in range(5):
        for c in range(5):
            count = sum(0 <= r - u <= 2 and 0 <= c - v <= 2 for u in (0, 2) for v in (0, 2))
            _cell(ax, c, 5 - r, GREY, str(count))
    _frame(ax, 0, 3, BLUE, "-", "//")
    _frame(ax, 2, 1, ORANGE, "--", "\\\\")
    ax.text(
        2.5,
        0.6,
        "scattered: each window adds its\nshare to the 9 pixels that it saw.\nThe numbers count the shares.",
        ha="center",
        va="top",
        fontsize=10.5,
    )

    x0, y0 = 8.0, 6.0
    for r in range(7):
        for c in range(7):
            inside = r in (2, 4) and c in (2, 4)
            word = f"$dy_{{{(r - 2) // 2}{(c - 2) // 2}}}$" if inside else "0"
            _cell(ax, x0 + c, y0 - r, GREEN if inside else "white", word, hatch=".." if inside else "")
    ax.add_patch(Rectangle((x0 + 2, y0 - 4), 3, 3, fill=False, edgecolor=BLUE, lw=3))
    ax.text(
        x0 + 3.5,
        -0.4,
        "gathered: dY spread out, with zeros between\n(stride − 1) and around (kernel − 1) ...",
        ha="center",
        va="top",
        fontsize=10.5,
    )

    x1 = 18.4
    for i in range(3):
        for j in range(3):
            _cell(ax, x1 + j, 4.5 - i, BLUE, f"$w_{{{2 - i}{2 - j}}}$", alpha=0.25)
    ax.text(x1 + 1.5, 2.1, "... under the\nfilter, turned\nby 180°", ha="center", va="top", fontsize=10.5)
    ax.set_xlim(-0.6, 22.2)
    ax.set_ylim(-2.2, 7.3)
    return figure


def _frame(ax: Axes, x: float, y: float, colour: str, line: str, hatch: str) -> None:
    ax.add_patch(Rectangle((x, y), 3, 3, facecolor=colour, alpha=0.18, hatch=hatch, lw=0))
    ax.add_patch(Rectangle((x, y), 3, 3, fill=False, edgecolor=colour, lw=3, ls=line))


def _cell(ax: Axes, x, y, colour, word, *, hatch="", alpha=0.45) -> None:
    coloured = colour in (BLUE, GREEN)
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, alpha=alpha if coloured else 1, hatch=hatch, lw=0))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor="black", lw=0.7))
    paper = {"boxstyle": "round,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    ax.text(
        x + 0.5,
        y + 0.48,
        word,
        ha="center",
        va="center",
        fontsize=10.5,
        zorder=5,
        bbox=paper if hatch or colour == GREY else None,
    )
