"""How large the gradient still is after its way back through sixty steps, for three spectral radii of Wh."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool.nn.layers.recurrence import state_gradients, unroll

STEPS, UNITS, EXAMPLES = 60, 50, 20
LOOKS = {1.25: ("#D55E00", "^", ":"), 1.0: ("#000000", "o", "-"), 0.8: ("#0072B2", "v", "-.")}


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.4), sharey=True, layout="constrained")
    for ax, size, title in zip(axes, (1e-9, 1.0), ("tiny inputs: tanh is straight", "inputs of size 1"), strict=True):
        for radius, (colour, marker, line) in LOOKS.items():
            look = {"color": colour, "marker": marker, "ls": line, "markevery": 10, "ms": 5}
            ax.semilogy(range(STEPS + 1), _norms(radius, size), label=f"spectral radius {radius:g}", **look)
        ax.set_title(title, fontsize=11)
        ax.set_xlabel("step t")
        ax.grid(alpha=0.3)
    axes[0].set_ylabel(r"$\|\partial L / \partial h_t\|$, at the end 1")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _norms(radius: float, size: float) -> np.ndarray:
    """Return the norm of the gradient of every state, where only the last one is asked about."""
    rng = np.random.default_rng(0)
    Wh = rng.normal(size=(UNITS, UNITS))
    Wh *= radius / abs(np.linalg.eigvals(Wh)).max()
    x, Wx = size * rng.normal(size=(STEPS, EXAMPLES, 4)), rng.normal(size=(4, UNITS)) / 2
    h = unroll(x, np.zeros((EXAMPLES, UNITS)), Wx, Wh, np.zeros(UNITS))
    dy = np.zeros((STEPS, EXAMPLES, UNITS))
    dy[-1] = rng.normal(size=(EXAMPLES, UNITS))
    dy /= np.linalg.norm(dy)
    return np.linalg.norm(state_gradients(dy, h, Wh), axis=(1, 2))
