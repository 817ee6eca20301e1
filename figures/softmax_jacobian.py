"""The Jacobian of the softmax at the probabilities 5/8, 2/8 and 1/8, in 64ths."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import Softmax

P = np.array([5.0, 2.0, 1.0]) / 8


def draw() -> Figure:
    layer = Softmax()
    layer.forward(np.log(P))
    jacobian = np.stack([layer.backward(row) for row in np.eye(3)])
    figure = Figure(figsize=(7.2, 3.3), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])

    left.bar(range(3), P, color="#BBBBBB", edgecolor="black", linewidth=0.8, label="p as it is")
    moved = Softmax().forward(np.log(P) + np.array([0.0, 1.0, 0.0]))
    left.bar(range(3), moved, width=0.4, color="#0072B2", edgecolor="black", linewidth=0.8, label="p with $z_b + 1$")
    left.set(xticks=range(3), xticklabels=["a", "b", "c"], ylim=(0, 0.8), ylabel="probability")
    left.set_title("one score up: its p rises, all others fall", fontsize=10)
    left.legend(frameon=False, fontsize=9, loc="upper right")
    for side in ("top", "right"):
        left.spines[side].set_visible(False)

    right.imshow(jacobian, cmap="RdBu_r", vmin=-0.5, vmax=0.5)
    for i in range(3):
        for j in range(3):
            entry = f"{round(64 * jacobian[i, j]):+d}/64".replace("-", "−")
            right.text(j, i, entry, ha="center", va="center", fontsize=12)
    right.set(xticks=range(3), yticks=range(3))
    right.set_xticklabels(["$z_a$", "$z_b$", "$z_c$"], fontsize=11)
    right.set_yticklabels(["$p_a = 5/8$", "$p_b = 2/8$", "$p_c = 1/8$"], fontsize=11)
    right.set_title("slope of each p (row) along each z (column)", fontsize=10)
    right.set_xticks(np.arange(4) - 0.5, minor=True)
    right.set_yticks(np.arange(4) - 0.5, minor=True)
    right.grid(which="minor", color="black", linewidth=0.8)
    right.tick_params(length=0, which="both")
    return figure
