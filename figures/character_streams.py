"""A text cut into two streams, and the streams into pieces; the state goes on from piece to piece."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

TEXT = "so long lives"
STREAMS, STEPS = 2, 3
LENGTH = (len(TEXT) - 1) // STREAMS
FILLS, STATE = ["#D6E6F2", "#FBE3C8"], "#D55E00"


def letter(ax: Axes, x: float, y: float, character: str, colour: str) -> None:
    ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="black", lw=1))
    ax.text(x, y, "␣" if character == " " else character, ha="center", va="center", fontsize=12, family="DejaVu Sans")


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    for i, character in enumerate(TEXT):
        stream = i // LENGTH
        letter(ax, i, 0, character, FILLS[stream] if stream < STREAMS else "#FFFFFF")
    for n in range(STREAMS):
        ax.text(LENGTH * n + (LENGTH - 1) / 2, 0.95, f"stream {n}", ha="center", fontsize=11)
    for piece in range(LENGTH // STEPS):
        left = 1.2 + 6.4 * piece
        for n in range(STREAMS):
            for name, side, shift in [("x", 0, 0), ("y", 2.8, 1)]:
                for t in range(STEPS):
                    at = LENGTH * n + STEPS * piece + t + shift
                    origin = at // LENGTH
                    fill = FILLS[origin] if origin < STREAMS else "#FFFFFF"
                    letter(ax, left + side + n, -3.2 - t, TEXT[at], fill)
                if n == 0:
                    ax.text(left + side + 0.5, -1.6, f"{name} of piece {piece}", ha="center", fontsize=10.5)
    for n in range(STREAMS):
        low, gap, high, end = -5.5 - 0.35 * (2 - n), 6.55 - 0.35 * n, -2.2 + 0.3 * n, 7.6 + n
        ax.plot([1.2 + n, 1.2 + n, gap, gap, end, end], [-5.7, low, low, high, high, -2.4], color=STATE, lw=1.8)
        ax.annotate("", (end, -2.68), (end, -2.3), arrowprops={"arrowstyle": "-|>", "lw": 1.8, "color": STATE})
    ax.text(0.7, -7.0, "the state goes on in each column; the gradient does not", ha="left", fontsize=10, color=STATE)
    ax.set_xlim(-0.8, len(TEXT) - 0.2)
    ax.set_ylim(-7.4, 1.6)
    return figure
