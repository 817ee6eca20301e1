"""Scores, their exponentials and their shares of the sum; the same with 1 added to each score."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import Softmax

SCORES = np.array([2.0, 1.0, -1.0])
COLOURS = ["#0072B2", "#E69F00", "#009E73"]


def draw() -> Figure:
    figure = Figure(figsize=(7.4, 4.2), layout="constrained")
    grid = figure.subplots(2, 3)
    titles = ["scores z", "exponentials $e^z$", "probabilities p"]
    for row, (shift, name) in zip(grid, [(0.0, "as they are"), (1.0, "1 more each")], strict=True):
        z = SCORES + shift
        bars = [z, np.exp(z), Softmax().forward(z)]
        limits = [(-1.7, 3.9), (0, 24), (0, 1.15)]
        for axes, heights, limit, title in zip(row, bars, limits, titles, strict=True):
            axes.bar(range(3), heights, color=COLOURS, edgecolor="black", linewidth=0.8)
            axes.axhline(0, color="black", linewidth=0.8)
            for i, height in enumerate(heights):
                axes.annotate(
                    f"{height:.3g}".replace("-", "−"),
                    (i, height),
                    (0, 3 if height >= 0 else -3),
                    textcoords="offset points",
                    ha="center",
                    va="bottom" if height >= 0 else "top",
                    fontsize=10,
                )
            axes.set(ylim=limit, xticks=range(3), xticklabels=["a", "b", "c"], yticks=[])
            for side in ("top", "right", "left"):
                axes.spines[side].set_visible(False)
            if shift == 0:
                axes.set_title(title, fontsize=11)
        row[0].set_ylabel(name, fontsize=11)
    return figure
