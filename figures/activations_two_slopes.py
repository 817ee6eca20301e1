"""The sigmoid's slope at one point, read from what goes in and from what comes out."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

BLUE = "#0072B2"
POINT = float(np.log(3))


def draw() -> Figure:
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.9), layout="constrained")
    x = np.linspace(-6, 6, 401)
    y = _sigmoid(x)

    axes[0].plot(x, y, color=BLUE, lw=2.2)
    height, slope = _sigmoid(POINT), _slope(POINT)
    near = np.array([POINT - 1.6, POINT + 1.6])
    axes[0].plot(near, height + slope * (near - POINT), color="black", lw=1.6, ls="--")
    axes[0].plot(POINT, height, "o", color="black", ms=6)
    axes[0].text(POINT + 0.5, height - 0.1, "slope 3/16", fontsize=9)
    axes[0].set(title="y = σ(x)", xlabel="x: what goes in", ylabel="y: what comes out")

    axes[1].plot(x, _slope(x), color=BLUE, lw=2.2)
    axes[1].plot(POINT, slope, "o", color="black", ms=6)
    axes[1].text(POINT + 0.5, slope, "x = log 3", fontsize=9, va="center")
    axes[1].set(title="the slope, drawn over x", xlabel="x: what goes in", ylim=(0, 0.29))

    axes[2].plot(y, y * (1 - y), color=BLUE, lw=2.2)
    axes[2].plot(height, slope, "o", color="black", ms=6)
    axes[2].text(height - 0.05, slope, "y = 3/4", fontsize=9, ha="right", va="center")
    axes[2].set(title="the slope, drawn over y", xlabel="y: what comes out", ylim=(0, 0.29))
    for ax in axes:
        ax.title.set_fontsize(10.5)
        ax.grid(alpha=0.3)
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _slope(x):
    return _sigmoid(x) * (1 - _sigmoid(x))
