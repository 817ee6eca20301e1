"""Three hinges, each bent at a place of its own, and the tent that they add up to."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

HINGES = {
    "max(0, x)": (1, 0, "#0072B2", "--"),
    "−2 max(0, x − 1)": (-2, 1, "#D55E00", "-."),
    "max(0, x − 2)": (1, 2, "#009E73", ":"),
}
"""The factor of each hinge, where it bends, its colour and its line."""


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.1), layout="constrained")
    x = np.linspace(-1, 3, 401)
    total = np.zeros_like(x)
    for name, (factor, place, colour, line) in HINGES.items():
        y = factor * np.maximum(0, x - place)
        total += y
        axes[0].plot(x, y, color=colour, ls=line, lw=2.2, label=name)
        axes[0].plot(place, 0, "o", color=colour, ms=7)
    axes[0].legend(frameon=False, loc="lower left", fontsize=9.5)
    axes[0].set_title("three hinges", fontsize=11)
    axes[1].plot(x, total, color="black", lw=2.4)
    for _, place, colour, _ in HINGES.values():
        axes[1].plot(place, np.interp(place, x, total), "o", color=colour, ms=8, zorder=3)
    for left, right, slope in [(-1, 0, 0), (0, 1, 1), (1, 2, -1), (2, 3, 0)]:
        middle = (left + right) / 2
        dx, side = {0: (0, "center"), 1: (-0.12, "right"), -1: (0.12, "left")}[slope]
        height = np.interp(middle, x, total) + (0.06 if slope == 0 else 0)
        axes[1].text(middle + dx, height, f"slope {slope}".replace("-", "−"), ha=side, va="bottom", fontsize=9.5)
    axes[1].set_title("their sum: a bend at each dot", fontsize=11)
    axes[1].set_ylim(-0.25, 1.35)
    for ax in axes:
        ax.set_xlabel("x")
        ax.grid(alpha=0.3)
        ax.spines[["top", "right"]].set_visible(False)
    return figure
