"""The spread of a signal after each of twelve layers, as the weights are drawn, and with every layer normalised."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

WIDTH, DEPTH, EXAMPLES = 100, 12, 400
LOOKS = {0.5: ("#0072B2", "v", "-."), 1.0: ("#000000", "o", "-"), 2.0: ("#D55E00", "^", ":")}


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.3), sharey=True, layout="constrained")
    for ax, normalised in zip(axes, (False, True), strict=True):
        for scale, (colour, marker, line) in LOOKS.items():
            label = f"{scale:g} times He's"
            ax.semilogy(
                range(1, DEPTH + 1), _spread(scale, normalised), color=colour, marker=marker, ls=line, label=label
            )
        ax.set_title("normalised before each ReLU" if normalised else "as the layers make it", fontsize=11)
        ax.set_xlabel("layer")
        ax.set_xticks(range(1, DEPTH + 1, 3))
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("standard deviation\nof what enters the ReLU")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _spread(scale: float, normalised: bool) -> list[float]:
    """Return the mean standard deviation of a feature, at each layer."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(EXAMPLES, WIDTH))
    found = []
    for _ in range(DEPTH):
        x = x @ rng.normal(0, scale * np.sqrt(2 / WIDTH), size=(WIDTH, WIDTH))
        if normalised:
            x = (x - x.mean(axis=0)) / x.std(axis=0)
        found.append(float(np.mean(x.std(axis=0))))
        x = np.maximum(0, x)
    return found
