"""The Dense layer as a graph: values flow to the right, gradients back to the left."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

FORWARD, BACKWARD = "#0072B2", "#D55E00"


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7, 3.7), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")

    places = {
        "X": (0, 2.6),
        "W": (0, 0),
        "@": (2.5, 1.7),
        "b": (3.4, -0.4),
        "+": (5.0, 1.7),
        "Y": (7.2, 1.7),
        "L": (9.6, 1.7),
    }
    for name, (x, y) in places.items():
        if name in "@+":
            ax.add_patch(Circle((x, y), 0.36, facecolor="white", edgecolor="black", lw=1.3, zorder=3))
        else:
            ax.add_patch(
                FancyBboxPatch(
                    (x - 0.36, y - 0.32),
                    0.72,
                    0.64,
                    boxstyle="round,pad=0.02,rounding_size=0.12",
                    facecolor="#F2F2F2",
                    lw=1.3,
                    zorder=3,
                )
            )
        style = "normal" if name in "@+" else "italic"
        ax.text(x, y, name, ha="center", va="center", fontsize=14, style=style, zorder=4)
    shapes = {"X": "(N, D)", "W": "(D, M)", "b": "(M,)", "Y": "(N, M)", "L": "a number"}
    for name, shape in shapes.items():
        x, y = places[name]
        side = -1 if name in "Wb" else 1
        ax.text(x, y + side * 0.5, shape, ha="center", va="bottom" if side > 0 else "top", fontsize=9.5)

    edges = [
        ("X", "@", "dX = dY Wᵀ", (0.75, 0.55)),
        ("W", "@", "dW = Xᵀ dY", (0.75, -0.62)),
        ("@", "+", "dY", (0, -0.5)),
        ("b", "+", "db = Σₙ dYₙ", (1.25, -0.25)),
        ("+", "Y", "dY", (0, -0.5)),
        ("Y", "L", "dY = ∂L/∂Y", (0, -0.5)),
    ]
    for start, end, gradient, (dx, dy) in edges:
        _edge(ax, places[start], places[end], gradient, dx, dy)

    ax.annotate("", (1.4, -1.75), (0, -1.75), arrowprops={"arrowstyle": "-|>", "color": FORWARD, "lw": 2})
    ax.text(1.6, -1.75, "forward: values", va="center", fontsize=10, color=FORWARD)
    ax.annotate(
        "", (5.0, -1.75), (6.4, -1.75), arrowprops={"arrowstyle": "-|>", "color": BACKWARD, "lw": 2, "ls": "--"}
    )
    ax.text(6.6, -1.75, "backward: gradients", va="center", fontsize=10, color=BACKWARD)
    ax.set_xlim(-0.9, 10.4)
    ax.set_ylim(-2.1, 3.7)
    return figure


def _edge(ax: Axes, start, end, gradient, dx, dy) -> None:
    """Draw the two arrows between two nodes, and name the gradient that flows back."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    for colour, line, offset, way in ((FORWARD, "-", 0.1, 1), (BACKWARD, "--", -0.1, -1)):
        a = (x0 + 0.45 * ux - offset * uy, y0 + 0.45 * uy + offset * ux)
        b = (x1 - 0.45 * ux - offset * uy, y1 - 0.45 * uy + offset * ux)
        tip, tail = (b, a) if way > 0 else (a, b)
        ax.annotate(
            "",
            tip,
            tail,
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.8, "ls": line, "shrinkA": 0, "shrinkB": 0},
        )
    ax.text((x0 + x1) / 2 + dx, (y0 + y1) / 2 + dy, gradient, ha="center", va="center", fontsize=11, color=BACKWARD)
