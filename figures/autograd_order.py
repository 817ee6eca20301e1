"""Two orders in which x · x + x can be walked back, of which one is right."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PLACES = {"x": (0.0, 0.0), "x · x": (1.2, 0.7), "x · x + x": (2.4, 0.0)}
ARROWS = [("x", "x · x", 0.25), ("x", "x · x", -0.15), ("x · x", "x · x + x", 0.0), ("x", "x · x + x", 0.0)]


def draw() -> Figure:
    fig, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    panel(
        axes[0],
        "taken when first met",
        {"x · x + x": 1, "x": 2, "x · x": 3},
        "x sends on what it has\nbefore x · x has spoken",
        wrong="x",
    )
    panel(
        axes[1],
        "the order of finishing, read backwards",
        {"x · x + x": 1, "x · x": 2, "x": 3},
        "x comes when both\nits users have spoken",
        wrong="",
    )
    return fig


def panel(ax: Axes, title: str, numbers: dict[str, int], words: str, *, wrong: str) -> None:
    for start, end, bend in ARROWS:
        ax.annotate(
            "",
            xy=PLACES[end],
            xytext=PLACES[start],
            arrowprops={
                "arrowstyle": "-|>",
                "connectionstyle": f"arc3,rad={bend}",
                "color": "#777777",
                "shrinkA": 16,
                "shrinkB": 38 if end == "x · x + x" and start == "x" else 24,
            },
        )
    for name, (x, y) in PLACES.items():
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": "#333333", "lw": 1.0}
        if name == wrong:
            box |= {"facecolor": "#F6D5C3", "edgecolor": "#D55E00", "lw": 2.5, "ls": "--"}
        ax.text(x, y, name, ha="center", va="center", fontsize=12, bbox=box)
        ax.text(
            x,
            y + 0.36,
            str(numbers[name]),
            ha="center",
            va="center",
            fontsize=12,
            fontweight="bold",
            color="white",
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": "#0072B2", "edgecolor": "none"},
        )
    ax.text(0.0, -0.42, words, ha="left", va="top", fontsize=10)
    ax.set_title(title, fontsize=12)
    ax.set(xlim=(-0.5, 3.1), ylim=(-0.95, 1.3))
    ax.axis("off")
