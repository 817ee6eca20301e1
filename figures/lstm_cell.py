"""The inside of an LSTM: the cell runs straight through, and gates decide what it keeps, takes in and shows."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

CELL, STATE = "#D55E00", "#0072B2"


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    for x, y, name in [(-0.3, 3, "$c_{t-1}$"), (9.6, 3, "$c_t$"), (-0.3, 0, "$x_t, h_{t-1}$"), (9.6, 0.95, "$h_t$")]:
        ax.text(x, y, name, ha="center", va="center", fontsize=13)
    _arrow(ax, (0.2, 3), (1.68, 3), CELL, 3)
    _arrow(ax, (2.32, 3), (4.18, 3), CELL, 3)
    _arrow(ax, (4.82, 3), (9.2, 3), CELL, 3)
    _operation(ax, 2, 3, "×")
    _operation(ax, 4.5, 3, "+")
    _operation(ax, 4.5, 1.95, "×")
    _operation(ax, 8.2, 0.95, "×")
    _gate(ax, 2, 0.95, "$f$", "forget: σ")
    _gate(ax, 3.7, 0.95, "$i$", "input: σ")
    _gate(ax, 5.3, 0.95, "$g$", "new: tanh")
    _gate(ax, 6.9, 0.95, "$o$", "output: σ")
    _gate(ax, 8.2, 2.1, "tanh", "")
    _arrow(ax, (2, 1.28), (2, 2.68), STATE)
    _arrow(ax, (3.85, 1.28), (4.3, 1.7), STATE)
    _arrow(ax, (5.15, 1.28), (4.7, 1.7), STATE)
    _arrow(ax, (4.5, 2.27), (4.5, 2.68), STATE)
    _arrow(ax, (7.3, 0.95), (7.88, 0.95), STATE)
    _arrow(ax, (8.2, 3), (8.2, 2.43), STATE)
    _arrow(ax, (8.2, 1.77), (8.2, 1.27), STATE)
    _arrow(ax, (8.52, 0.95), (9.25, 0.95), STATE)
    ax.plot([0.75, 6.9], [-0.25, -0.25], color=STATE, lw=1.8)
    for x in (2, 3.7, 5.3, 6.9):
        _arrow(ax, (x, -0.25), (x, 0.12), STATE)
    ax.plot([0.42, 0.75], [-0.02, -0.25], color=STATE, lw=1.8)
    ax.text(4.5, 3.55, "the cell: a product and a sum, no matrix and no tanh on the way", ha="center", color=CELL)
    ax.set_xlim(-1.1, 10.1)
    ax.set_ylim(-0.5, 3.9)
    return figure


def _arrow(ax: Axes, start, end, colour, width=1.8) -> None:
    look = {"arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=look)


def _operation(ax: Axes, x: float, y: float, name: str) -> None:
    ax.add_patch(Circle((x, y), 0.3, facecolor="white", edgecolor="black", lw=1.3, zorder=3))
    ax.text(x, y, name, ha="center", va="center", fontsize=14, zorder=4)


def _gate(ax: Axes, x: float, y: float, name: str, word: str) -> None:
    box = FancyBboxPatch(
        (x - 0.4, y - 0.3),
        0.8,
        0.6,
        boxstyle="round,pad=0.02,rounding_size=0.12",
        facecolor="#F2F2F2",
        lw=1.3,
        zorder=3,
    )
    ax.add_patch(box)
    ax.text(x, y, name, ha="center", va="center", fontsize=12, zorder=4)
    ax.text(x, y - 0.55, word, ha="center", va="center", fontsize=9)
