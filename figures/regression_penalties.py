"""The L2 and the L1 penalty of one weight, and how hard each pulls it towards 0."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from gradschool.nn.penalties import L1, L2

BLUE, VERMILLION = "#0072B2", "#D55E00"


def draw() -> Figure:
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    w = np.linspace(-2, 2, 201)
    for penalty, colour, style, name in [(L2(1.0), BLUE, "-", "L2"), (L1(1.0), VERMILLION, "--", "L1")]:
        left.plot(w, [penalty.value(v) for v in w[:, None]], style, color=colour, linewidth=2.2, label=name)
        for side in (w[w < 0], w[w > 0]):
            right.plot(side, penalty.gradient(side), style, color=colour, linewidth=2.2)
    right.plot(0, 0, "o", color=VERMILLION, markersize=7)
    left.set_title("the penalty", fontsize=11)
    right.set_title("its derivative: the pull towards 0", fontsize=11)
    for axes in (left, right):
        axes.axhline(0, color="0.6", linewidth=0.8)
        axes.set(xlabel="weight w", xticks=range(-2, 3))
    left.legend(fontsize=10)
    right.text(0.75, 2.5, "L2", color=BLUE, fontsize=12)
    right.text(1.5, 0.4, "L1", color=VERMILLION, fontsize=12)
    return figure
