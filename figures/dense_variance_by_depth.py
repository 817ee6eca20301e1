"""The spread of a signal after each of ten layers, for four ways to draw the weights."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

WIDTH, DEPTH, EXAMPLES = 100, 10, 500
STYLES = {
    "standard deviation 0.2": ("#D55E00", "^", ":"),
    "He": ("#E69F00", "s", "--"),
    "Glorot": ("#0072B2", "o", "-"),
    "standard deviation 0.07": ("#000000", "v", "-."),
}
DEVIATION = {
    "standard deviation 0.2": 0.2,
    "He": np.sqrt(2 / WIDTH),
    "Glorot": np.sqrt(2 / (WIDTH + WIDTH)),
    "standard deviation 0.07": 0.07,
}


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.6), sharey=True, layout="constrained")
    for ax, bend, title in zip(axes, (False, True), ("linear layers", "each followed by max(0, y)"), strict=True):
        for name, (colour, marker, line) in STYLES.items():
            spread = _mean_squares(DEVIATION[name], bend)
            ax.semilogy(range(DEPTH + 1), spread, color=colour, marker=marker, ls=line, ms=5, label=name)
        ax.set_title(title, fontsize=11)
        ax.set_xlabel("layers passed")
        ax.set_xticks(range(0, DEPTH + 1, 2))
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("mean square of the signal")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    return figure


def _mean_squares(deviation: float, bend: bool) -> list[float]:
    """Return the mean square of the input and of each layer's output."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(EXAMPLES, WIDTH))
    found = [float(np.mean(x**2))]
    for _ in range(DEPTH):
        x = x @ rng.normal(0, deviation, size=(WIDTH, WIDTH))
        if bend:
            x = np.maximum(0, x)
        found.append(float(np.mean(x**2)))
    return found
