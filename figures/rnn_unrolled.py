"""A recurrent layer as a loop, and the same laid out in time: states flow to the right, gradients back to the left."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

FORWARD, BACKWARD = "#0072B2", "#D55E00"
STEP = 2.3


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7.2, 3.4), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    _box(ax, 0, 0, "step", "#FFFFFF")
    _box(ax, 0, -1.5, "$x_t$", "#F2F2F2")
    _box(ax, 0, 1.5, "$h_t$", "#F2F2F2")
    _arrow(ax, (0, -1.1), (0, -0.4), FORWARD)
    _arrow(ax, (0, 0.4), (0, 1.1), FORWARD)
    loop = FancyArrowPatch(
        (0.42, 1.5), (0.42, 0), connectionstyle="arc3,rad=-0.9", arrowstyle="-|>", mutation_scale=13, lw=1.8
    )
    loop.set_color(FORWARD)
    ax.add_patch(loop)
    ax.text(1.22, 0.75, "$h_{t-1}$", va="center", fontsize=11, color=FORWARD)
    ax.text(2.35, 0, "=", ha="center", va="center", fontsize=18)

    left = 3.3
    _box(ax, left, 0, "$h_0$", "#F2F2F2")
    for t in range(1, 4):
        x = left + STEP * t
        _box(ax, x, 0, "step", "#FFFFFF")
        _box(ax, x, -1.5, f"$x_{t}$", "#F2F2F2")
        _box(ax, x, 1.5, f"$h_{t}$", "#F2F2F2")
        _pair(ax, (x, -1.1), (x, -0.4))
        _pair(ax, (x, 0.4), (x, 1.1))
        _pair(ax, (x - STEP + 0.45, 0), (x - 0.45, 0))
        ax.text(x + 0.22, 0.76, f"$dy_{t}$", fontsize=11, color=BACKWARD, va="center")
        name = "h_0" if t == 1 else f"h_{t - 1}"
        ax.text(x - STEP / 2, -0.42, f"$dz_{t}W_h^{{\\top}}$", fontsize=10, color=BACKWARD, ha="center", va="center")
        ax.text(x - STEP / 2, 0.36, f"${name}$", fontsize=11, color=FORWARD, ha="center", va="center")
    ax.text(left + 2 * STEP, -2.25, "the same $W_x$, $W_h$ and $b$ in every step", ha="center", fontsize=10.5)
    ax.set_xlim(-0.7, left + 3 * STEP + 0.9)
    ax.set_ylim(-2.5, 2.0)
    return figure


def _box(ax: Axes, x: float, y: float, name: str, colour: str) -> None:
    box = FancyBboxPatch(
        (x - 0.4, y - 0.36), 0.8, 0.72, boxstyle="round,pad=0.02,rounding_size=0.12", facecolor=colour, lw=1.3, zorder=3
    )
    ax.add_patch(box)
    ax.text(x, y, name, ha="center", va="center", fontsize=12.5, zorder=4)


def _arrow(ax: Axes, start, end, colour, line="-") -> None:
    look = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "ls": line, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=look)


def _pair(ax: Axes, start, end) -> None:
    """Draw what flows from start to end, and beside it the gradient that flows back."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = (0.09, 0.0) if x0 == x1 else (0.0, -0.09)
    _arrow(ax, (x0 - dx, y0 - dy), (x1 - dx, y1 - dy), FORWARD)
    _arrow(ax, (x1 + dx, y1 + dy), (x0 + dx, y0 + dy), BACKWARD, "--")
