"""BatchNorm in training as a graph: what forward computes at each node, and the gradient that comes back to it."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

FORWARD, BACKWARD = "#0072B2", "#D55E00"
NODES = {
    "X": (0, 2, "X", "", "dX"),
    "mu": (1.9, 0, "μ", "mean of X", "dμ"),
    "C": (3.4, 2, "C", "X − μ", "dC"),
    "var": (4.9, 0, "σ²", "mean of C²", "dσ²"),
    "s": (7.1, 0, "s", "1 / √(σ² + ε)", "ds"),
    "hat": (8.2, 2, "X̂", "C s", "dX̂"),
    "Y": (11, 2, "Y", "γ X̂ + β", "dY"),
}
EDGES = [("X", "mu"), ("X", "C"), ("mu", "C"), ("C", "var"), ("var", "s"), ("C", "hat"), ("s", "hat"), ("hat", "Y")]


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(7.6, 3.6), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    for x, y, name, formula, gradient in NODES.values():
        box = FancyBboxPatch((x - 0.42, y - 0.34), 0.84, 0.68, boxstyle="round,pad=0.03", facecolor="#F2F2F2", zorder=3)
        ax.add_patch(box)
        ax.text(x, y, name, ha="center", va="center", fontsize=14, style="italic", zorder=4)
        up = 1 if y else -1
        place = "bottom" if y else "top"
        ax.text(x, y + 0.5 * up, formula, ha="center", va=place, fontsize=10, color=FORWARD)
        ax.text(x, y + 1.0 * up, gradient, ha="center", va=place, fontsize=12, color=BACKWARD)
    for start, end in EDGES:
        _edge(ax, NODES[start][:2], NODES[end][:2])
    ax.annotate("", (1.2, -2.2), (0, -2.2), arrowprops={"arrowstyle": "-|>", "color": FORWARD, "lw": 1.8})
    ax.text(1.4, -2.2, "forward: values", va="center", fontsize=10, color=FORWARD)
    ax.annotate(
        "", (5.6, -2.2), (6.8, -2.2), arrowprops={"arrowstyle": "-|>", "color": BACKWARD, "lw": 1.8, "ls": "--"}
    )
    ax.text(7.0, -2.2, "backward: gradients", va="center", fontsize=10, color=BACKWARD)
    ax.set_xlim(-0.8, 11.8)
    ax.set_ylim(-2.6, 3.7)
    return figure


def _edge(ax, start, end) -> None:
    """Draw the arrow of the values, and beside it that of the gradients."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    for colour, line, offset, way in ((FORWARD, "-", 0.11, 1), (BACKWARD, "--", -0.11, -1)):
        a = (x0 + 0.58 * ux - offset * uy, y0 + 0.58 * uy + offset * ux)
        b = (x1 - 0.58 * ux - offset * uy, y1 - 0.58 * uy + offset * ux)
        tip, tail = (b, a) if way > 0 else (a, b)
        style = {"arrowstyle": "-|>", "color": colour, "lw": 1.6, "ls": line, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, tail, arrowprops=style)
