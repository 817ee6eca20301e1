"""Dropout: a batch, its mask, what comes out in training and in evaluation."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

RATE = 0.4


def draw() -> Figure:
    rng = np.random.default_rng(1)
    x = rng.integers(1, 10, size=(4, 5)).astype(float)
    kept = rng.random(x.shape) >= RATE
    y = x * kept / (1 - RATE)
    figure, axes = plt.subplots(1, 4, figsize=(7.5, 2.3), layout="constrained")
    panels = [
        ("x", x, "{:.0f}"),
        ("the mask", kept.astype(float), "{:.0f}"),
        ("in training:\nx · mask / 0.6", y, "{:.1f}"),
        ("in evaluation: x", x, "{:.0f}"),
    ]
    for ax, (title, values, form) in zip(axes, panels, strict=True):
        shade = values / values.max() * 0.55
        ax.imshow(shade, cmap="Blues", vmin=0, vmax=1)
        for (i, j), value in np.ndenumerate(values):
            text = form.format(value) if value or title == "the mask" else "0"
            ax.text(j, i, text, ha="center", va="center", fontsize=9)
        ax.set_title(title, fontsize=10)
        ax.set(xticks=[], yticks=[])
    axes[0].set_ylabel("an example\nin each row", fontsize=9)
    return figure
