"""Which numbers of a batch share a mean: a column of a table, one channel of all images."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

PICKED, OTHER = "#56B4E9", "#F2F2F2"


def draw() -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.5), layout="constrained", width_ratios=[1, 1.7])
    for ax in (left, right):
        ax.set_axis_off()
        ax.set_aspect("equal")
    for row in range(6):
        for column in range(4):
            _cell(left, column, -row, 1, picked=column == 1)
    left.text(2, 1.5, "rows (N, D)", ha="center", fontsize=11)
    left.annotate("", (-0.45, -5.1), (-0.45, 1.1), arrowprops={"arrowstyle": "<->"})
    left.text(-0.75, -2, "N", ha="center", va="center", fontsize=11)
    left.text(2, -6, "D features, a mean for each,\nover m = N numbers", ha="center", va="top", fontsize=10)
    left.set_xlim(-1.2, 4.4)
    left.set_ylim(-7.6, 2.2)

    for n in range(4):
        for channel in reversed(range(3)):
            x0, y0 = 4.3 * n + 0.75 * channel, 0.75 * channel
            for i in range(3):
                for j in range(3):
                    _cell(right, x0 + 0.85 * j, y0 - 0.85 * i, 0.85, picked=channel == 1, zorder=3 - channel)
        right.text(4.3 * n + 1.2, -2.35, f"image {n + 1}", ha="center", va="top", fontsize=9.5)
    right.text(8.2, 3.35, "images (N, C, H, W)", ha="center", fontsize=11)
    right.text(
        8.2, -3.6, "C channels, a mean for each,\nover m = N · H · W numbers", ha="center", va="top", fontsize=10
    )
    right.set_xlim(-0.4, 17.2)
    right.set_ylim(-6, 4)
    return figure


def _cell(ax: Axes, x: float, y: float, size: float, *, picked: bool, zorder: int = 1) -> None:
    """Draw a cell; the picked ones are crossed out too, for those who do not see the colour."""
    colour = PICKED if picked else OTHER
    ax.add_patch(Rectangle((x, y), size, size, facecolor=colour, edgecolor="black", lw=0.8, zorder=zorder))
    if picked:
        ends = [x + 0.2 * size, x + 0.8 * size], [y + 0.2 * size, y + 0.8 * size]
        ax.plot(*ends, color="black", lw=1, zorder=zorder + 0.5)
