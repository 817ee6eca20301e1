"""Polyak's step and Nesterov's: where the gradient is taken."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

VELOCITY, GRADIENT, STEP = "#0072B2", "#D55E00", "#000000"
CURVATURES = np.array([0.12, 1.0])
RATE = 0.8


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, sharey=True, layout="constrained")
    x, y = np.linspace(-5, 2.2, 121), np.linspace(-2.3, 2.2, 121)
    heights = 0.5 * (CURVATURES[0] * x**2 + CURVATURES[1] * y[:, None] ** 2)
    theta, carried = np.array([-4.0, 0.9]), np.array([2.6, -1.5])
    ahead = theta + carried
    for ax, title, at in zip(axes, ("Polyak", "Nesterov"), (theta, ahead), strict=True):
        ax.contour(x, y, heights, levels=np.array([0.1, 0.4, 0.9, 1.6, 2.5]), colors="#CCCCCC", linewidths=0.8)
        pull = -RATE * CURVATURES * at
        end = ahead + pull
        _arrow(ax, theta, ahead, VELOCITY, "--")
        if title == "Nesterov":
            ax.plot(*ahead, "o", color=VELOCITY, mfc="white", ms=9, zorder=6)
            ax.annotate("look-ahead point", ahead, (ahead[0] + 0.25, ahead[1] - 0.55), color=VELOCITY, fontsize=10)
        _arrow(ax, ahead, end, GRADIENT, "-")
        if title == "Polyak":
            _arrow(ax, theta, theta + pull, GRADIENT, ":")
        _arrow(ax, theta, end, STEP, "-")
        ax.plot(*theta, "o", color="black", ms=7, zorder=6)
        ax.text(theta[0] - 0.12, theta[1] + 0.18, "θ", fontsize=14, ha="right")
        ax.plot(0, 0, "*", color="black", ms=12)
        middle = theta + 0.45 * carried
        ax.text(middle[0] - 0.1, middle[1] - 0.4, "− η μ v", color=VELOCITY, fontsize=11, ha="right", va="center")
        where = "at θ" if title == "Polyak" else "ahead"
        beside = (ahead + end) / 2
        ax.text(beside[0] + 0.15, beside[1] + 0.02, f"− η g, {where}", color=GRADIENT, fontsize=11, va="center")
        ax.set(xticks=[], yticks=[], title=title)
    return figure


def _arrow(ax: Axes, start, end, colour, line) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 2, "ls": line, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style, zorder=5)
