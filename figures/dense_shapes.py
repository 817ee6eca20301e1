"""X W + b as blocks: one row of X and one column of W make one entry of Y."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#F2F2F2"
N, D, M = 5, 3, 2


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    _block(ax, 0, 0, N, D, "X", "(N, D)", rows={2: (BLUE, "/")})
    _word(ax, D + 0.6, "@")
    _block(ax, D + 1.4, 1, D, M, "W", "(D, M)", columns={1: (ORANGE, "\\")})
    _word(ax, D + M + 2.0, "+")
    _block(ax, D + M + 2.6, 2, 1, M, "b", "(M,)", columns={1: (ORANGE, "\\")})
    _word(ax, D + 2 * M + 3.2, "=")
    _block(ax, D + 2 * M + 3.8, 0, N, M, "Y", "(N, M)", cells={(2, 1): (GREEN, "x")})
    ax.text(
        (D + 3 * M + 3.8) / 2,
        -1.25,
        "one example (row n of X) and one unit (column m of W, entry m of b)\ngive one number, entry n, m of Y",
        ha="center",
        va="top",
        fontsize=11,
    )
    ax.set_xlim(-0.9, D + 3 * M + 4.0)
    ax.set_ylim(-2.5, N + 0.8)
    return figure


def _word(ax: Axes, x: float, word: str) -> None:
    ax.text(x, N / 2, word, ha="center", va="center", fontsize=15)


def _block(ax: Axes, x, y, rows_, columns_, name, shape, *, rows=None, columns=None, cells=None) -> None:
    """Draw a matrix whose lower left corner is at (x, y), with rows, columns or cells picked out."""
    for i in range(rows_):
        for j in range(columns_):
            picked = (rows or {}).get(i) or (columns or {}).get(j) or (cells or {}).get((i, j))
            colour, hatch = picked or (GREY, "")
            corner = (x + j, y + rows_ - 1 - i)
            ax.add_patch(Rectangle(corner, 1, 1, facecolor=colour, alpha=0.55 if picked else 1, hatch=hatch, lw=0))
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", lw=0.8))
    ax.text(x + columns_ / 2, N + 0.25, name, ha="center", va="bottom", fontsize=13, style="italic")
    ax.text(x + columns_ / 2, -0.35, shape, ha="center", va="top", fontsize=10)
    if name == "X":
        ax.text(x - 0.3, y + 2.5, "n", ha="right", va="center", fontsize=11, style="italic", color=BLUE)
    if name == "W":
        ax.text(x + 1.5, y - 0.15, "m", ha="center", va="top", fontsize=11, style="italic", color="#B36B00")
