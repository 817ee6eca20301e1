"""Which inputs an output depends on: all of them in a Dense layer, its own alone in an activation."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

FORWARD, BACKWARD = "#0072B2", "#D55E00"
HEIGHTS = (2, 1, 0)


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.2), layout="constrained")
    _layer(axes[0], "a Dense layer: each with each", [(i, j) for i in range(3) for j in range(3)], "W")
    _layer(axes[1], "an activation: each with its own", [(i, i) for i in range(3)], "f")
    return figure


def _layer(ax: Axes, title: str, pairs: list[tuple[int, int]], name: str) -> None:
    """Draw the numbers that go in and come out, and what depends on what."""
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.set_title(title, fontsize=11)
    for i, j in pairs:
        chosen = j == 1
        ax.annotate(
            "",
            (2.75, HEIGHTS[j]),
            (0.25, HEIGHTS[i]),
            arrowprops={
                "arrowstyle": "-|>",
                "color": FORWARD if chosen else "#999999",
                "lw": 2.0 if chosen else 0.9,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    for k, height in enumerate(HEIGHTS, start=1):
        for x, letter in ((0, "x"), (3, "y")):
            chosen = letter == "y" and k == 2
            face = "#CFE6F5" if chosen else "#F2F2F2"
            ax.add_patch(Circle((x, height), 0.26, facecolor=face, edgecolor="black", lw=1.3, zorder=3))
            ax.text(x, height, f"${letter}_{k}$", ha="center", va="center", fontsize=11, zorder=4)
    entries = {"W": "$dx_d = \\sum_m dy_m W_{dm}$", "f": "$dx_d = dy_d \\cdot f'(x_d)$"}[name]
    ax.text(1.5, -0.75, entries, ha="center", va="center", fontsize=12, color=BACKWARD)
    ax.set_xlim(-0.6, 3.6)
    ax.set_ylim(-1.1, 2.45)
