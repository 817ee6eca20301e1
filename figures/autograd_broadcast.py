"""A row and a column are stretched, and the gradients of what they were stretched to are summed."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

ROW, COLUMN, WHOLE = "#CDE7F7", "#FDEBC8", "#EEEEEE"
DY = np.array([[1, 2, 3], [4, 5, 6]])


def draw() -> Figure:
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
    left, right = axes
    grid(left, (0, 2.2), np.array([[10, 20, 30]]), ROW, "a  (3,)")
    grid(left, (0, -0.6), np.array([[1], [2]]), COLUMN, "b  (2, 1)")
    grid(left, (4.6, 1.4), np.array([[10, 20, 30], [10, 20, 30]]), ROW, "a, read twice")
    grid(left, (4.6, -1.4), np.array([[1, 1, 1], [2, 2, 2]]), COLUMN, "b, read three times")
    arrow(left, (3.2, 2.7), (4.4, 2.4))
    arrow(left, (1.2, 0.3), (4.4, -0.3))
    left.set_title("forward: a + b stretches both", fontsize=12)
    grid(right, (0, 0.6), DY, WHOLE, "dy  (2, 3)")
    grid(right, (4.9, 2.2), DY.sum(axis=0, keepdims=True), ROW, "∂a  (3,): summed over axis 0")
    grid(right, (4.9, -1.2), DY.sum(axis=1, keepdims=True), COLUMN, "∂b  (2, 1): summed over axis 1")
    arrow(right, (3.2, 2.0), (4.7, 2.6))
    arrow(right, (3.2, 1.2), (4.7, 0.0))
    right.set_title("backward: what was stretched is summed", fontsize=12)
    for ax in axes:
        ax.set(xlim=(-0.3, 9.2), ylim=(-2.0, 3.9), aspect="equal")
        ax.axis("off")
    return fig


def grid(ax: Axes, corner: tuple[float, float], numbers: np.ndarray, colour: str, words: str) -> None:
    rows, columns = numbers.shape
    x, y = corner
    for i in range(rows):
        for j in range(columns):
            place = (x + j, y + rows - 1 - i)
            ax.add_patch(Rectangle(place, 1, 1, facecolor=colour, edgecolor="#333333"))
            ax.text(place[0] + 0.5, place[1] + 0.5, str(numbers[i, j]), ha="center", va="center", fontsize=11)
    ax.text(x, y + rows + 0.12, words, ha="left", va="bottom", fontsize=10)


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": "#555555", "lw": 1.3})
