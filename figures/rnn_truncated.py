"""Chunks of a long sequence: the state is carried across every border, the gradient stops at each."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

FORWARD, BACKWARD = "#0072B2", "#D55E00"
STEPS, CHUNK = 9, 3


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7.2, 2.2), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    for t in range(STEPS + 1):
        colour = "#F2F2F2" if t else "#FFFFFF"
        box = FancyBboxPatch(
            (1.5 * t - 0.36, -0.32), 0.72, 0.64, boxstyle="round,pad=0.02,rounding_size=0.12", facecolor=colour, lw=1.2
        )
        ax.add_patch(box)
        ax.text(1.5 * t, 0, f"$h_{t}$", ha="center", va="center", fontsize=11.5)
        if t == STEPS:
            break
        a, b = 1.5 * t + 0.42, 1.5 * (t + 1) - 0.42
        look = {"arrowstyle": "-|>", "lw": 1.7, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (b, 0.12), (a, 0.12), arrowprops=look | {"color": FORWARD})
        if t % CHUNK:
            ax.annotate("", (a, -0.14), (b, -0.14), arrowprops=look | {"color": BACKWARD, "ls": "--"})
        else:
            ax.plot([(a + b) / 2] * 2, [-0.75, 0.75], color="black", lw=1.2, ls=":")
            ax.text((a + b) / 2, -0.14, "×", ha="center", va="center", color=BACKWARD, fontsize=15, zorder=4)
    for chunk in range(STEPS // CHUNK):
        middle = 1.5 * (CHUNK * chunk + (CHUNK + 1) / 2)
        ax.text(middle, 0.95, f"chunk {chunk + 1}", ha="center", va="center", fontsize=11)
        ax.text(middle, -0.95, "forward, then backward", ha="center", va="center", fontsize=9.5)
    ax.set_xlim(-0.6, 1.5 * STEPS + 0.6)
    ax.set_ylim(-1.25, 1.25)
    return figure
