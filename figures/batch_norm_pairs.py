"""A batch of two: whatever the two numbers are, they come out as about -1 and +1."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

PAIRS, BLUE, ORANGE = 9, "#0072B2", "#D55E00"


def draw() -> Figure:
    rng = np.random.default_rng(3)
    x = np.sort(rng.normal(0, 2.2, size=(PAIRS, 2)), axis=1)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.9), sharey=True, layout="constrained")
    for ax, pairs, title in zip(axes, (x, x_hat), ("nine batches of two numbers", "the same, normalised"), strict=True):
        for row, (one, other) in enumerate(pairs):
            ax.plot([one, other], [row, row], color="grey", lw=1)
            ax.plot(one, row, "o", color=BLUE)
            ax.plot(other, row, "s", color=ORANGE)
        ax.set_title(title, fontsize=11)
        ax.set_yticks([])
        ax.grid(axis="x", alpha=0.3)
    axes[0].set_ylabel("one batch in each row")
    axes[0].set_xlabel("x")
    axes[1].set_xlabel("x̂")
    axes[1].set_xlim(-3, 3)
    return figure
