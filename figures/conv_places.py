"""The places of a window on a row of pixels: one that divides, one that doesn't, padding, dilation."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#E8E8E8"


def draw() -> Figure:
    figure, axes = plt.subplots(2, 2, figsize=(8.2, 4.6), layout="constrained")
    _row(axes[0, 0], "7 pixels, kernel 3, stride 2", 7, 3, 2)
    _row(axes[0, 1], "8 pixels, kernel 3, stride 2", 8, 3, 2)
    _row(axes[1, 0], "7 pixels, kernel 3, stride 2, padding 1", 7, 3, 2, padding=1)
    _row(axes[1, 1], "7 pixels, kernel 3, stride 1, dilation 2", 7, 3, 1, dilation=2)
    return figure


def _row(ax: Axes, title: str, size: int, kernel: int, stride: int, *, padding: int = 0, dilation: int = 1) -> None:
    span = dilation * (kernel - 1) + 1
    count = (size + 2 * padding - span) // stride + 1
    reached = stride * (count - 1) + span
    for k in range(size + 2 * padding):
        outside, over = not padding <= k < padding + size, k >= reached
        colour, hatch = ("white", "") if outside else (GREY, "xxx" if over else "")
        ax.add_patch(Rectangle((k, 0), 1, 1, facecolor=colour, edgecolor="grey", hatch=hatch, lw=0))
        ax.add_patch(Rectangle((k, 0), 1, 1, fill=False, edgecolor="black", ls="--" if outside else "-", lw=0.9))
        if outside:
            ax.text(k + 0.5, 0.48, "0", ha="center", va="center", fontsize=11)
    for place in range(count):
        height = -0.75 - 0.75 * place
        colour = (BLUE, ORANGE)[place % 2]
        start = stride * place
        ax.plot([start + 0.15, start + span - 0.15], [height, height], color=colour, lw=1.6)
        for i in range(kernel):
            ax.add_patch(Rectangle((start + dilation * i + 0.15, height - 0.2), 0.7, 0.4, color=colour, lw=0))
        ax.text(start + span + 0.15, height, f"place {place}", va="center", fontsize=9, color=colour)
    word = "place" if count == 1 else "places"
    rest = size + 2 * padding - reached
    ax.set_title(f"{title}: {count} {word}" + (", 1 pixel left over" if rest else ""), fontsize=10.5)
    ax.set_xlim(-0.2, 11.2)
    ax.set_ylim(-3.9, 1.2)
    ax.set_aspect("equal")
    ax.set_axis_off()
